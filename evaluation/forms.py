"""The form that asks for a report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from contrats.models import Contrat


class DemandeSyntheseForm(forms.Form):
    """For which year, among those that have a campaign: this one, or the latest before it, is proposed."""

    annee = forms.TypedChoiceField(
        label="Année de la programmation",
        coerce=int,
        help_text="La synthèse porte aussi le bilan de l’année précédente et les engagements à ce jour.",
    )

    def __init__(self, *args: Any, contrat: Contrat, aujourdhui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        annees = list(contrat.campagnes.order_by("-annee").values_list("annee", flat=True))
        champ = self.fields["annee"]
        champ.choices = [(annee, str(annee)) for annee in annees]  # type: ignore[attr-defined]
        champ.initial = next((annee for annee in annees if annee <= aujourdhui.year), None)
