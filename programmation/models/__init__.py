"""Calls for projects, files, requests per funder, envelopes."""

from .avis import Avis, SollicitationAvis
from .budget import BudgetOrganisme, BudgetPrevisionnel, LigneBudget, LigneBudgetOrganisme, SensLigne
from .campagne import Campagne, CritereCampagne, Etape, EtapeCampagne, OuvertureTardive, PieceRequise
from .convention import Convention, TypeConvention
from .demande import DemandeFinancement
from .depot import (
    Attestation,
    GenreAttestation,
    GenreVersion,
    IndicateurAction,
    IndicateurPrevu,
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
    Section,
    Teleservice,
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
from .enveloppe import Enveloppe, EtatEnveloppe, MouvementEnveloppe
from .importation import CorrespondanceColonnes, ImportDossiers, SourceImport
from .instruction import (
    DemandeDeComplement,
    Deport,
    Notation,
    NoteCritere,
    NoteInterne,
    PartageNote,
    PointAVerifier,
    PointVerifie,
    Visite,
)
from .intention import AvisIntention, Eligibilite, Intention
from .vue import PartageVue, VueEnregistree

__all__ = [
    "Admission",
    "Attestation",
    "Avis",
    "AvisIntention",
    "BudgetOrganisme",
    "BudgetPrevisionnel",
    "Campagne",
    "CanalDepot",
    "CaractereDossier",
    "Convention",
    "CorrespondanceColonnes",
    "CritereCampagne",
    "DemandeDeComplement",
    "DemandeFinancement",
    "Deport",
    "Dispositif",
    "Dossier",
    "Eligibilite",
    "EligibilitePerimetre",
    "Enveloppe",
    "Envoi",
    "Etape",
    "EtapeCampagne",
    "EtatEnveloppe",
    "FamilleDispositif",
    "Formulaire",
    "GenreAttestation",
    "GenreVersion",
    "ImportDossiers",
    "IndicateurAction",
    "IndicateurPrevu",
    "Intention",
    "LigneBudget",
    "LigneBudgetOrganisme",
    "Localisation",
    "Message",
    "ModeLocalisation",
    "MouvementEnveloppe",
    "NatureDossier",
    "Notation",
    "NoteCritere",
    "NoteInterne",
    "ObjetDossier",
    "OrigineDossier",
    "OuvertureTardive",
    "PartageNote",
    "PartageVue",
    "PieceDossier",
    "PieceRequise",
    "PointAVerifier",
    "PointVerifie",
    "PublicParAge",
    "Section",
    "SensLigne",
    "SensMessage",
    "SollicitationAvis",
    "SourceImport",
    "Teleservice",
    "TrancheAge",
    "TypeConvention",
    "VersionDossier",
    "Visite",
    "VueEnregistree",
]
