"""Calls for projects, files, requests per funder, envelopes."""

from contrats.models import Section

from .avis import Avis, SollicitationAvis
from .besoin import FAMILLES_DES_BESOINS, Besoin, Candidature, PisteDeFinancement
from .budget import BudgetOrganisme, BudgetPrevisionnel, LigneBudget, LigneBudgetOrganisme, SensLigne
from .campagne import Campagne, CritereCampagne, Etape, EtapeCampagne, OuvertureTardive, PieceRequise
from .convention import Convention, TypeConvention
from .courrier import Courrier, LotDeCourriers, ModeleCourrier
from .demande import DemandeFinancement
from .depot import (
    Attestation,
    GenreAttestation,
    GenreVersion,
    IndicateurAction,
    IndicateurPrevu,
    PageEcrite,
    PieceDossier,
    PublicParAge,
    TrancheAge,
    VersionDossier,
)
from .dispositif import (
    Admission,
    CanalDepot,
    Dispositif,
    EligibilitePerimetre,
    FamilleDispositif,
    Formulaire,
    QuestionVacances,
    Teleservice,
    Vacances,
)
from .dossier import (
    CaractereDossier,
    Dossier,
    Localisation,
    ModeLocalisation,
    NatureDossier,
    ObjetDossier,
    OrigineDossier,
)
from .echange import Envoi, Message, SensMessage
from .enveloppe import Enveloppe, GenreMouvement, MouvementEnveloppe
from .importation import CorrespondanceColonnes, ImportDossiers, SourceImport
from .instruction import (
    DemandeDeComplement,
    Deport,
    Mention,
    Notation,
    NoteCritere,
    NoteInterne,
    PartageNote,
    PointAVerifier,
    PointVerifie,
    Visite,
)
from .intention import AvisIntention, Eligibilite, Intention
from .investissement import Autorisation, Derogation, FicheInvestissement, Foncier, NatureOperation, StadeEtudes
from .proximite import Accompagnement, DemandePic, FicheProximite
from .scenario import DepartScenario, LigneScenario, Scenario
from .seance import ExamenDossier, MontantExamine, ReleveDeDecisions
from .vacances import CalendrierDispositif, FicheVacances, PeriodeVacances
from .vue import PartageVue, VueEnregistree

__all__ = [
    "FAMILLES_DES_BESOINS",
    "Accompagnement",
    "Admission",
    "Attestation",
    "Autorisation",
    "Avis",
    "AvisIntention",
    "Besoin",
    "BudgetOrganisme",
    "BudgetPrevisionnel",
    "CalendrierDispositif",
    "Campagne",
    "CanalDepot",
    "Candidature",
    "CaractereDossier",
    "Convention",
    "CorrespondanceColonnes",
    "Courrier",
    "CritereCampagne",
    "DemandeDeComplement",
    "DemandeFinancement",
    "DemandePic",
    "DepartScenario",
    "Deport",
    "Derogation",
    "Dispositif",
    "Dossier",
    "Eligibilite",
    "EligibilitePerimetre",
    "Enveloppe",
    "Envoi",
    "Etape",
    "EtapeCampagne",
    "ExamenDossier",
    "FamilleDispositif",
    "FicheInvestissement",
    "FicheProximite",
    "FicheVacances",
    "Foncier",
    "Formulaire",
    "GenreAttestation",
    "GenreMouvement",
    "GenreVersion",
    "ImportDossiers",
    "IndicateurAction",
    "IndicateurPrevu",
    "Intention",
    "LigneBudget",
    "LigneBudgetOrganisme",
    "LigneScenario",
    "Localisation",
    "LotDeCourriers",
    "Mention",
    "Message",
    "ModeLocalisation",
    "ModeleCourrier",
    "MontantExamine",
    "MouvementEnveloppe",
    "NatureDossier",
    "NatureOperation",
    "Notation",
    "NoteCritere",
    "NoteInterne",
    "ObjetDossier",
    "OrigineDossier",
    "OuvertureTardive",
    "PageEcrite",
    "PartageNote",
    "PartageVue",
    "PeriodeVacances",
    "PieceDossier",
    "PieceRequise",
    "PisteDeFinancement",
    "PointAVerifier",
    "PointVerifie",
    "PublicParAge",
    "QuestionVacances",
    "ReleveDeDecisions",
    "Scenario",
    "Section",
    "SensLigne",
    "SensMessage",
    "SollicitationAvis",
    "SourceImport",
    "StadeEtudes",
    "Teleservice",
    "TrancheAge",
    "TypeConvention",
    "Vacances",
    "VersionDossier",
    "Visite",
    "VueEnregistree",
]
