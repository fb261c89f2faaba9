"""Who may do what to a file, to its requests and to the envelopes: each answer comes with its reason."""

from .acces import instruit
from .copil import peut_gerer_enveloppes, peut_programmer, peut_programmer_dossier
from .demandes import peut_notifier, peut_proposer, peut_rectifier, peut_refuser, peut_voter
from .importation import peut_importer, peut_regler_les_canaux, peut_reporter
from .instruction import en_delegue, peut_donner_avis, peut_instruire

__all__ = [
    "en_delegue",
    "instruit",
    "peut_donner_avis",
    "peut_gerer_enveloppes",
    "peut_importer",
    "peut_instruire",
    "peut_notifier",
    "peut_programmer",
    "peut_programmer_dossier",
    "peut_proposer",
    "peut_rectifier",
    "peut_refuser",
    "peut_regler_les_canaux",
    "peut_reporter",
    "peut_voter",
]
