"""Where a funder may pay."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.formulaires import SaisieDate
from contrats.lectures.structure import organismes_du_contrat
from contrats.models import Contrat
from geographie.models import Perimetre

from ..models import EligibilitePerimetre


class EligibiliteForm(forms.ModelForm):
    """A funder, a kind of place or one place, and whether it pays there."""

    class Meta:
        model = EligibilitePerimetre
        fields = [
            "financeur",
            "type_perimetre",
            "perimetre",
            "nature",
            "admission",
            "condition",
            "valide_du",
            "valide_au",
            "source",
        ]
        widgets = {
            "condition": forms.Textarea(attrs={"rows": 2}),
            "valide_du": SaisieDate,
            "valide_au": SaisieDate,
        }
        help_texts = {
            "perimetre": "Pour une règle propre à un quartier : elle l’emporte sur celle de son type.",
            "condition": "Écrite à la suite de l’alerte, sur la page du dossier.",
            "source": "Page ou ligne du contrat, délibération…",
        }

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["financeur"].queryset = organismes_du_contrat(contrat)
        champs["financeur"].empty_label = "Choisissez"
        champs["perimetre"].queryset = Perimetre.objects.filter(contrats__contrat=contrat).order_by("type", "nom")
        champs["perimetre"].empty_label = "Tous ceux de ce type"

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        perimetre = lues.get("perimetre")
        if perimetre is not None and lues.get("type_perimetre") not in (None, perimetre.type):
            self.add_error("perimetre", f"Ce périmètre est d’un autre type : {perimetre.get_type_display().lower()}.")
        return lues
