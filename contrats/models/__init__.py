"""The contract and what hangs from it."""

from .acte import ActeDecision, Position
from .contrat import Contrat, PerimetreDuContrat
from .engagement import CibleEngagement, Engagement, NatureMoyens, PointAvancement, PorteeEngagement, SensCible
from .habilitation import Habilitation, Invitation
from .instance import Comite, DecisionReunion, Reunion, TypeComite
from .operation import AvancementOperation, OperationUrbaine, ProgrammeUrbain
from .ressource import AppelExterne, Ressource
from .signataire import QualiteSignataire, Signataire
from .structure import NatureOrientation, Objectif, Orientation, ThemeP147

__all__ = [
    "ActeDecision",
    "AppelExterne",
    "AvancementOperation",
    "CibleEngagement",
    "Comite",
    "Contrat",
    "DecisionReunion",
    "Engagement",
    "Habilitation",
    "Invitation",
    "NatureMoyens",
    "NatureOrientation",
    "Objectif",
    "OperationUrbaine",
    "Orientation",
    "PerimetreDuContrat",
    "PointAvancement",
    "PorteeEngagement",
    "Position",
    "ProgrammeUrbain",
    "QualiteSignataire",
    "Ressource",
    "Reunion",
    "SensCible",
    "Signataire",
    "ThemeP147",
    "TypeComite",
]
