"""Forms of the plan d'actions."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.formulaires import SaisieDate
from geographie.models import Perimetre

from ..etats import StatutAction
from ..lectures.structure import organismes_du_contrat
from ..models import ActionContrat, Contrat, Objectif, Orientation


class _ObjectifDuContrat(forms.ModelChoiceField):
    """Objectives under their orientation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.orientation.nom_court} — {obj.code} {obj.nom}"


class ActionContratForm(forms.ModelForm):
    """An action of the plan, also one that nobody subsidises."""

    objectif = _ObjectifDuContrat(Objectif.objects.none(), label="Objectif servi", empty_label="Choisir un objectif")

    class Meta:
        model = ActionContrat
        fields = [
            "intitule",
            "objectif",
            "statut",
            "organisme",
            "partenaires",
            "prochaine_etape",
            "echeance",
            "engagements",
            "perimetres",
            "source",
        ]
        widgets = {
            "echeance": SaisieDate,
            "intitule": forms.Textarea({"rows": 2}),
            "statut": forms.RadioSelect,
            "partenaires": forms.CheckboxSelectMultiple,
            "engagements": forms.CheckboxSelectMultiple,
            "perimetres": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "organisme": "Qui la mène, avec ou sans subvention du contrat.",
            "prochaine_etape": "Ce qui doit se faire ensuite, et par qui.",
        }

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organismes = organismes_du_contrat(contrat)
        self.fields["objectif"].queryset = (  # type: ignore[attr-defined]
            Objectif.objects.filter(orientation__contrat=contrat)
            .select_related("orientation")
            .order_by("orientation__nature", "orientation__ordre", "ordre")
        )
        self.fields["organisme"].queryset = organismes  # type: ignore[attr-defined]
        self.fields["organisme"].empty_label = "Pas encore connu"  # type: ignore[attr-defined]
        self.fields["partenaires"].queryset = organismes  # type: ignore[attr-defined]
        self.fields["engagements"].queryset = contrat.engagements.dans_l_ordre()  # type: ignore[attr-defined]
        self.fields["perimetres"].queryset = Perimetre.objects.filter(  # type: ignore[attr-defined]
            contrats__contrat=contrat
        )
        self.fields["statut"].choices = StatutAction.choices  # type: ignore[attr-defined]


class FiltrePlanForm(forms.Form):
    """Filters of the plan."""

    q = forms.CharField(label="Mots", required=False, widget=forms.TextInput({"type": "search"}))
    orientation = forms.ModelChoiceField(Orientation.objects.none(), required=False, empty_label="Toutes")
    statut = forms.ChoiceField(required=False, choices=[("", "Tous"), *StatutAction.choices])
    organisme = forms.ModelChoiceField(
        Organisme.objects.none(), label="Porteur ou partenaire", required=False, empty_label="Tous"
    )
    perimetre = forms.ModelChoiceField(Perimetre.objects.none(), label="Périmètre", required=False, empty_label="Tous")

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]
        self.fields["organisme"].queryset = (  # type: ignore[attr-defined]
            Organisme.objects.filter(plan__contrat=contrat) | Organisme.objects.filter(plan_partenaire__contrat=contrat)
        ).distinct()
        self.fields["perimetre"].queryset = Perimetre.objects.filter(  # type: ignore[attr-defined]
            contrats__contrat=contrat
        )
