"""What people type: proposals, opinions, acts, validations, movements of envelopes."""

from .avis import AvisForm
from .copil import AjournementForm, ProgrammationForm, ValidationForm
from .demandes import EngagementForm, NotificationForm, PropositionForm, RefusForm, VoteForm
from .deports import DeportForm
from .echanges import EnvoiForm, MessageForm, NoteForm
from .enveloppes import DepassementForm, EnveloppeForm, MouvementForm, NotificationEnveloppeForm, RedeploiementForm
from .hors_ligne import ConfirmationSaisieForm, FichierSaisieForm
from .motifs import MotifForm
from .saisie import CelluleForm
from .vues import VueForm

__all__ = [
    "AjournementForm",
    "AvisForm",
    "CelluleForm",
    "ConfirmationSaisieForm",
    "DepassementForm",
    "DeportForm",
    "EngagementForm",
    "EnveloppeForm",
    "EnvoiForm",
    "FichierSaisieForm",
    "MessageForm",
    "MotifForm",
    "MouvementForm",
    "NoteForm",
    "NotificationEnveloppeForm",
    "NotificationForm",
    "ProgrammationForm",
    "PropositionForm",
    "RedeploiementForm",
    "RefusForm",
    "ValidationForm",
    "VoteForm",
    "VueForm",
]
