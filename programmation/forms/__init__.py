"""What people type: proposals, opinions, acts, validations, movements of envelopes."""

from .avis import AvisForm
from .copil import AjournementForm, ProgrammationForm, ValidationForm
from .demandes import NotificationForm, PropositionForm, RefusForm, VoteForm
from .enveloppes import DepassementForm, MouvementForm
from .motifs import MotifForm

__all__ = [
    "AjournementForm",
    "AvisForm",
    "DepassementForm",
    "MotifForm",
    "MouvementForm",
    "NotificationForm",
    "ProgrammationForm",
    "PropositionForm",
    "RefusForm",
    "ValidationForm",
    "VoteForm",
]
