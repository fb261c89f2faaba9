"""Rules of the programming, on plain values: no database, no clock, no request."""

from .argent import Accord, PartCpo, accord, centimes_sans_perte, convention_requise, seuil_de_convention
from .budget import budget_equilibre, manque_pour_equilibrer, totaux
from .controles import Controle, Exigences, PieceExigee, controles
from .public import alertes_public, parts_completes

__all__ = [
    "Accord",
    "Controle",
    "Exigences",
    "PartCpo",
    "PieceExigee",
    "accord",
    "alertes_public",
    "budget_equilibre",
    "centimes_sans_perte",
    "controles",
    "convention_requise",
    "manque_pour_equilibrer",
    "parts_completes",
    "seuil_de_convention",
    "totaux",
]
