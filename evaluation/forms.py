"""The form that asks for a report."""

from __future__ import annotations

from typing import Any

from django import forms

from contrats.models import Contrat


class DemandeSyntheseForm(forms.Form):
    """For which year."""

    annee = forms.TypedChoiceField(
        label="Année de la programmation",
        coerce=int,
        help_text="La synthèse porte aussi le bilan de l’année précédente et les engagements à ce jour.",
    )

    def __init__(self, *args: Any, contrat: Contrat, annee: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["annee"]
        champ.choices = [(an, str(an)) for an in reversed(contrat.annees)]  # type: ignore[attr-defined]
        champ.initial = annee
