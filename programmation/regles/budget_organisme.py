"""The budget of an organisation: the form's lines, without those that only an action has (CERFA 12156, 5)."""

from __future__ import annotations

from dataclasses import replace

from .budget import TotauxBudget
from .plans_budget import CERFA, PlanBudget

_D_UNE_ACTION = ("indirectes", "propres")

PLAN = PlanBudget(
    "Budget prévisionnel de l’organisme",
    charges=tuple(poste for poste in CERFA.charges if poste.compte not in _D_UNE_ACTION),
    produits=tuple(
        replace(poste, libelle="Subventions d’exploitation") if poste.compte == "74" else poste
        for poste in CERFA.produits
        if poste.compte not in _D_UNE_ACTION
    ),
)


def exercices_proposes(annee: int) -> range:
    """The years that a request of `annee` may ask: last one, this one, next one."""
    return range(annee - 1, annee + 2)


def est_equilibre(totaux: TotauxBudget) -> bool:
    """True when expenses equal income, and contributions in kind equal their use (S-01, S-02)."""
    return totaux.ecart == 0 and totaux.ecart_en_nature == 0
