"""A cell typed in a table; the one of one's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from commun.formulaires import ChampMontant

from ..actions import Saisie

CHAMPS: dict[str, forms.Field] = {
    "montant": ChampMontant(
        label="Montant proposé",
        error_messages={"required": "Une proposition est un montant ; 0 dit que vous ne financez pas cette action."},
    ),
    "conditions": forms.CharField(label="Conditions", required=False, max_length=2000),
    "numero_ej": forms.CharField(label="Numéro d’engagement", required=False, max_length=20),
}


class CelluleTapeeForm(forms.Form):
    """Which cell of a table, what is typed in it, and the version of the row that was read."""

    CHAMPS: ClassVar[Mapping[str, forms.Field]]

    champ = forms.ChoiceField()
    version = forms.IntegerField(min_value=0)
    valeur = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["champ"]
        champ.choices = [(nom, nom) for nom in self.CHAMPS]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if "champ" in donnees and "valeur" in donnees:
            try:
                donnees["valeur"] = self.CHAMPS[donnees["champ"]].clean(donnees["valeur"])
            except forms.ValidationError as erreur:
                self.add_error("valeur", erreur)
        return donnees

    @property
    def premiere_erreur(self) -> str:
        """What is wrong, for the place beside the cell."""
        return str(next(iter(self.errors.values()))[0])


class CelluleForm(CelluleTapeeForm):
    """A cell of one's own columns."""

    CHAMPS = CHAMPS

    @property
    def saisie(self) -> Saisie:
        """The one cell that is written."""
        return Saisie(**{self.cleaned_data["champ"]: self.cleaned_data["valeur"]})
