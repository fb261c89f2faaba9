"""The form of an organisation's budget: one field for each line of the CERFA."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.formulaires import ChampMontant

from ..regles.budget_organisme import PLAN
from ..regles.plans_budget import PostePlan, titre_de_ligne

_PREFIXE = "c_"


class BudgetOrganismeForm(forms.Form):
    """Whole euros; a line left empty is nought."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for compte, libelle in PLAN.comptes.items():
            self.fields[_PREFIXE + compte] = ChampMontant(
                label=titre_de_ligne(compte, libelle),
                required=False,
                max_digits=9,
                decimal_places=0,
                error_messages={"max_decimal_places": "Écrivez des euros entiers, sans centimes."},
            )

    @property
    def montants(self) -> dict[str, int]:
        """Account → whole euros."""
        saisis = {nom.removeprefix(_PREFIXE): valeur for nom, valeur in self.cleaned_data.items()}
        return {compte: int(valeur) for compte, valeur in saisis.items() if valeur}

    @property
    def charges(self) -> list[tuple[PostePlan, list[forms.BoundField]]]:
        return [(poste, self._champs(poste)) for poste in PLAN.charges]

    @property
    def produits(self) -> list[tuple[PostePlan, list[forms.BoundField]]]:
        return [(poste, self._champs(poste)) for poste in PLAN.produits]

    def _champs(self, poste: PostePlan) -> list[forms.BoundField]:
        return [self[_PREFIXE + ligne.compte] for ligne in poste.lignes]

    @staticmethod
    def depart(montants: dict[str, int]) -> dict[str, int]:
        """The initial values, from account → euros."""
        return {_PREFIXE + compte: montant for compte, montant in montants.items()}
