"""Who may do what to a file, to its requests and to the envelopes: each answer comes with its reason."""

from .acces import instruit
from .copil import peut_gerer_enveloppes, peut_programmer, peut_programmer_dossier
from .demandes import peut_engager, peut_notifier, peut_proposer, peut_rectifier, peut_refuser, peut_voter
from .instruction import en_delegue, peut_donner_avis, peut_instruire

__all__ = [
    "en_delegue",
    "instruit",
    "peut_donner_avis",
    "peut_engager",
    "peut_gerer_enveloppes",
    "peut_instruire",
    "peut_notifier",
    "peut_programmer",
    "peut_programmer_dossier",
    "peut_proposer",
    "peut_rectifier",
    "peut_refuser",
    "peut_voter",
]
