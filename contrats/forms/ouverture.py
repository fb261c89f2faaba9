"""Forms of the assistant of a new contract, one per step."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme, TypeOrganisme
from commun.formulaires import SaisieDate
from geographie.models import Commune, Perimetre, TypePerimetre
from geographie.regles import generation_du_code

from ..etats import Role
from ..lectures.ouverture import perimetres_proposes
from ..models import Contrat, QualiteSignataire


class NouveauContratForm(forms.ModelForm):
    """Step 1: the contract itself."""

    class Meta:
        model = Contrat
        fields = [
            "nom",
            "intitule",
            "slug",
            "pilote",
            "debut",
            "fin",
            "valide_le",
            "signe_le",
            "signe_a",
            "part_cpo_visee",
            "part_femmes_visee",
            "part_adolescents_visee",
            "actions_renforcees",
            "outre_mer",
        ]
        widgets = {
            "valide_le": SaisieDate,
            "signe_le": SaisieDate,
            "debut": forms.NumberInput({"data-court": "1"}),
            "fin": forms.NumberInput({"data-court": "1"}),
            "part_cpo_visee": forms.NumberInput({"data-unite": "%"}),
            "part_femmes_visee": forms.NumberInput({"data-unite": "%"}),
            "part_adolescents_visee": forms.NumberInput({"data-unite": "%"}),
            "actions_renforcees": forms.NumberInput({"data-court": "1"}),
        }
        help_texts = {
            "slug": "Il figure dans les adresses et ne changera plus : hazebrouck, armentieres-mel…",
            "pilote": "L’agglomération qui pilote le contrat.",
            "part_femmes_visee": "Laissez vide si le contrat n’en fixe pas.",
            "part_adolescents_visee": "Les 12 à 17 ans. Laissez vide si le contrat n’en fixe pas.",
            "signe_le": "Laissez vide tant que le contrat n’est pas signé.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An EPCI leads; a commune may (Hazebrouck does with its own).
        self.fields["pilote"].queryset = Organisme.objects.filter(  # type: ignore[attr-defined]
            type__in=[TypeOrganisme.EPCI, TypeOrganisme.COMMUNE]
        ).order_by("recherche")
        self.fields["pilote"].empty_label = "Choisir un organisme"  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial.setdefault("debut", 2024)
            self.initial.setdefault("fin", 2030)
        else:
            del self.fields["slug"]


class ChercherCommuneForm(forms.Form):
    """Step 2: a commune by its name or its INSEE code."""

    q = forms.CharField(
        label="Chercher une commune",
        widget=forms.TextInput({"type": "search"}),
        help_text="Nom ou code INSEE ; quelques lettres ou chiffres suffisent.",
    )


class CommuneInconnueForm(forms.Form):
    """Step 2: a commune that the installation does not know."""

    code = forms.RegexField(
        r"^([0-9]{2}|2[AB])[0-9]{3}$",
        label="Code INSEE",
        widget=forms.TextInput({"data-court": "1"}),
        error_messages={"invalid": "Un code INSEE de commune compte 5 caractères, par exemple 59172 ou 2A004."},
    )
    nom = forms.CharField(label="Nom", max_length=120)


class PerimetresConnusForm(forms.Form):
    """Step 3: perimeters known on the communes of the contract."""

    perimetres = forms.ModelMultipleChoiceField(
        Perimetre.objects.none(), label="Périmètres connus sur ces communes", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["perimetres"]
        champ.queryset = perimetres_proposes(contrat)
        champ.label_from_instance = lambda p: f"{p.nom} — {p.get_type_display()}, {p.code}"


class PerimetreForm(forms.Form):
    """Step 3: a perimeter written by hand."""

    type = forms.ChoiceField(label="Type", choices=TypePerimetre.choices)
    code = forms.CharField(
        label="Code",
        max_length=30,
        widget=forms.TextInput({"data-court": "1"}),
        help_text="QN05901M pour un QPV de 2024 ; un code de votre choix pour les autres.",
    )
    nom = forms.CharField(label="Nom", max_length=200)
    valide_du = forms.DateField(label="En vigueur depuis le", widget=SaisieDate)
    communes = forms.ModelMultipleChoiceField(
        Commune.objects.none(), label="Sur les communes", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["communes"].queryset = contrat.communes.all()  # type: ignore[attr-defined]
        self.initial.setdefault("valide_du", f"{contrat.debut}-01-01")

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        code = donnees.get("code", "")
        if donnees.get("type") == TypePerimetre.QPV and code and generation_du_code(code) is None:
            self.add_error("code", "Un code de QPV s’écrit QP059005 (liste de 2015) ou QN05901M (liste de 2024).")
        return donnees


class PartenaireForm(forms.Form):
    """Step 4: a funder or another signatory."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), empty_label="Choisir un organisme")
    qualite = forms.ChoiceField(
        label="Qualité", choices=QualiteSignataire.choices, initial=QualiteSignataire.SIGNATAIRE
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = (  # type: ignore[attr-defined]
            Organisme.objects.exclude(signatures__contrat=contrat)
            .exclude(type__in=[TypeOrganisme.ASSOCIATION, TypeOrganisme.ENTREPRISE])
            .order_by("recherche")
        )


class CompteForm(forms.Form):
    """Step 5: a person to invite when the contract opens."""

    email = forms.EmailField(label="Adresse électronique", widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label="Rôle", choices=Role.choices)
    organisme = forms.ModelChoiceField(Organisme.objects.none(), empty_label=None)

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = Organisme.objects.filter(  # type: ignore[attr-defined]
            signatures__contrat=contrat
        ).order_by("signatures__ordre")
