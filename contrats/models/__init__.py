"""The contract and what hangs from it."""

from .acces_api import AbonnementApi, CleDuContrat
from .acte import ActeDecision, Position
from .avenant import Avenant
from .calendrier import AbonnementCalendrier
from .communal import ContenuPriorites, PrioritesCommunales, Rubrique, VoletCommunal
from .contrat import Contrat, PerimetreDuContrat
from .droit_commun import FicheActeur, NoteEscalade
from .engagement import (
    CibleEngagement,
    Engagement,
    NatureMoyens,
    PointAvancement,
    PorteeEngagement,
    Section,
    SensCible,
)
from .habilitation import Habilitation, Invitation
from .inscription import Inscription
from .instance import Comite, DecisionReunion, ExemplaireDuPaquet, Reunion, TypeComite
from .moyen import MoyenAnnonce, NatureAnnoncee
from .operation import AvancementOperation, OperationUrbaine, ProgrammeUrbain
from .ouverture import CompteAInviter, OuvertureContrat
from .plan import ActionContrat
from .ressource import AppelExterne, Ressource
from .revue import RemarqueRevue, RevueEngagements, Sollicitation
from .seance import ItemCompteRendu, MembreComite, PointOrdreDuJour, Presence
from .signataire import QualiteSignataire, Signataire
from .structure import NatureOrientation, Objectif, Orientation, ThemeP147

__all__ = [
    "AbonnementApi",
    "AbonnementCalendrier",
    "ActeDecision",
    "ActionContrat",
    "AppelExterne",
    "AvancementOperation",
    "Avenant",
    "CibleEngagement",
    "CleDuContrat",
    "Comite",
    "CompteAInviter",
    "ContenuPriorites",
    "Contrat",
    "DecisionReunion",
    "Engagement",
    "ExemplaireDuPaquet",
    "FicheActeur",
    "Habilitation",
    "Inscription",
    "Invitation",
    "ItemCompteRendu",
    "MembreComite",
    "MoyenAnnonce",
    "NatureAnnoncee",
    "NatureMoyens",
    "NatureOrientation",
    "NoteEscalade",
    "Objectif",
    "OperationUrbaine",
    "Orientation",
    "OuvertureContrat",
    "PerimetreDuContrat",
    "PointAvancement",
    "PointOrdreDuJour",
    "PorteeEngagement",
    "Position",
    "Presence",
    "PrioritesCommunales",
    "ProgrammeUrbain",
    "QualiteSignataire",
    "RemarqueRevue",
    "Ressource",
    "Reunion",
    "RevueEngagements",
    "Rubrique",
    "Section",
    "SensCible",
    "Signataire",
    "Sollicitation",
    "ThemeP147",
    "TypeComite",
    "VoletCommunal",
]
