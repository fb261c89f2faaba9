"""Calls for projects, files, requests per funder, envelopes."""

from .avis import Avis
from .budget import BudgetPrevisionnel, LigneBudget, SensLigne
from .campagne import Campagne, Dispositif, FamilleDispositif
from .convention import Convention, TypeConvention
from .demande import DemandeFinancement
from .dossier import CaractereDossier, Dossier, Localisation, ModeLocalisation, NatureDossier
from .enveloppe import Enveloppe, EtatEnveloppe, MouvementEnveloppe, Section

__all__ = [
    "Avis",
    "BudgetPrevisionnel",
    "Campagne",
    "CaractereDossier",
    "Convention",
    "DemandeFinancement",
    "Dispositif",
    "Dossier",
    "Enveloppe",
    "EtatEnveloppe",
    "FamilleDispositif",
    "LigneBudget",
    "Localisation",
    "ModeLocalisation",
    "MouvementEnveloppe",
    "NatureDossier",
    "Section",
    "SensLigne",
    "TypeConvention",
]
