"""The budgets of an organisation, a year at a time."""

from __future__ import annotations

from dataclasses import dataclass

from acteurs.models import Organisme

from ..models import BudgetOrganisme
from ..regles.budget import LigneDeBudget, TotauxBudget, totaux
from ..regles.budget_organisme import est_equilibre


@dataclass(frozen=True, slots=True)
class BudgetLu:
    """One year's budget, added up."""

    exercice: int
    lignes: tuple[LigneDeBudget, ...]
    totaux: TotauxBudget

    @property
    def saisi(self) -> bool:
        return bool(self.lignes)

    @property
    def equilibre(self) -> bool:
        return est_equilibre(self.totaux)


def budgets_lus(organisme: Organisme, exercices: range) -> list[BudgetLu]:
    """The budgets of these years and of those already written, the latest first; two queries."""
    ecrits = {
        b.annee: tuple(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, ligne.montant) for ligne in b.lignes.all()
        )
        for b in BudgetOrganisme.objects.filter(organisme=organisme).prefetch_related("lignes")
    }
    return [
        BudgetLu(annee, ecrits.get(annee, ()), totaux(ecrits.get(annee, ())))
        for annee in sorted({*exercices, *ecrits}, reverse=True)
    ]
