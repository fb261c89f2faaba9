"""Scenarios: made, typed, adjusted, completed, compared."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.formulaires import ChampMontant

from ..models import DepartScenario, Scenario
from ..regles.scenarios import Ajustement
from .saisie import CelluleTapeeForm

MAX_COMPARES = 4


class ScenarioForm(forms.Form):
    """A new scenario and where its first amounts come from."""

    nom = forms.CharField(label="Nom", max_length=80, help_text="« Priorité santé », « À − 5 % »…")
    depart = forms.ChoiceField(
        label="Point de départ", choices=DepartScenario.choices, widget=forms.RadioSelect, initial="propositions"
    )
    copie_de = forms.ModelChoiceField(
        label="Scénario à copier", queryset=Scenario.objects.none(), required=False, empty_label="Aucun"
    )
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, copiables: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["copie_de"]
        champ.queryset = copiables
        champ.label_from_instance = lambda scenario: f"{scenario.nom} ({scenario.organisme.nom_court})"
        if not copiables.exists():
            del self.fields["copie_de"]
            self.fields["depart"].choices = [c for c in DepartScenario.choices if c[0] != DepartScenario.COPIE]  # type: ignore[attr-defined]


class NomDuScenarioForm(forms.Form):
    """Its name and its note."""

    nom = forms.CharField(label="Nom", max_length=80)
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


CHAMPS: dict[str, forms.Field] = {
    "montant": ChampMontant(label="Montant essayé", required=False),
    "note": forms.CharField(label="Note", required=False, max_length=300),
}


class CelluleDuScenarioForm(CelluleTapeeForm):
    """A cell of a scenario."""

    CHAMPS = CHAMPS

    valeur = forms.CharField(required=False, max_length=300)


class AjustementForm(forms.Form):
    """One change for a selection, or for all that the filters keep."""

    ajustement = forms.ChoiceField(label="Ajuster", choices=Ajustement.choices)
    taux = ChampMontant(
        label="Pourcentage",
        min_value=None,
        required=False,
        max_digits=5,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "data-unite": "%", "data-court": "1", "placeholder": "− 5"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if (
            donnees.get("ajustement") == Ajustement.POURCENT
            and donnees.get("taux") is None
            and "taux" not in self.errors
        ):
            self.add_error("taux", "Donnez le pourcentage : − 5 pour baisser de 5 %.")
        return donnees


class CompletementForm(forms.Form):
    """Which amounts go to the rows that have none."""

    depart = forms.ChoiceField(
        label="Montants à donner",
        choices=[c for c in DepartScenario.choices if c[0] not in (DepartScenario.COPIE, DepartScenario.VIDE)],
        widget=forms.RadioSelect,
        initial="propositions",
    )
