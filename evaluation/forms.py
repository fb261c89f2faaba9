"""The form that asks for a report, and the filters of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from contrats.models import Contrat

from .lectures.catalogue import Catalogue, Filtres, Regroupement


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


class FiltreCatalogueForm(forms.Form):
    """Filters of the catalogue: among what it holds, so that each leads somewhere."""

    q = forms.CharField(label="Mots", required=False, max_length=100, widget=forms.TextInput({"type": "search"}))
    orientation = forms.ChoiceField(label="Orientation", required=False)
    commune = forms.ChoiceField(label="Commune", required=False)
    qpv = forms.ChoiceField(label="Quartier", required=False)
    par = forms.ChoiceField(
        label="Regrouper",
        required=False,
        choices=[("", "par orientation"), (Regroupement.COMMUNE, "par commune"), (Regroupement.QPV, "par quartier")],
    )
    vue = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for nom, valeurs in (
            ("orientation", catalogue.orientations),
            ("commune", catalogue.communes),
            ("qpv", catalogue.quartiers),
        ):
            tous = "Toutes" if nom != "qpv" else "Tous"
            self.fields[nom].choices = [("", tous), *((v, v) for v in valeurs)]  # type: ignore[attr-defined]

    @property
    def filtres(self) -> Filtres:
        """What is asked for; nothing when the address says something else."""
        if not self.is_valid():
            return Filtres()
        v = self.cleaned_data
        return Filtres(v["q"], v["orientation"], v["commune"], v["qpv"])

    @property
    def regroupement(self) -> Regroupement:
        par = self.cleaned_data.get("par") if self.is_bound and self.is_valid() else ""
        return Regroupement(par) if par else Regroupement.ORIENTATION
