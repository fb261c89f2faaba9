"""Forms of the contract's own particulars and of the perimeters it covers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from commun.formulaires import SaisieDate
from geographie.models import Commune, Perimetre, TypePerimetre

from ..models import Contrat

PARTS_VISEES = ("part_cpo_visee", "part_femmes_visee", "part_adolescents_visee")
LOCAUX = [(type_.value, type_.label) for type_ in TypePerimetre if type_ != TypePerimetre.QPV]


class ContratForm(forms.ModelForm):
    """What the lead keeps up to date; the address, the lead and the years belong to whoever opened the contract."""

    class Meta:
        model = Contrat
        fields = [
            "nom",
            "intitule",
            "valide_le",
            "signe_le",
            "signe_a",
            *PARTS_VISEES,
            "actions_renforcees",
        ]
        widgets = {
            "valide_le": SaisieDate,
            "signe_le": SaisieDate,
            **{
                part: forms.NumberInput({"data-unite": "%", "min": 0, "max": 100, "step": "0.01"})
                for part in PARTS_VISEES
            },
            "actions_renforcees": forms.NumberInput({"data-court": "1"}),
        }
        help_texts = {
            "nom": "Celui des menus et des tableaux.",
            "intitule": "Tel qu’il figure sur le contrat signé.",
            "signe_le": "Laissez vide tant que le contrat n’est pas signé.",
            "part_femmes_visee": "Laissez vide si le contrat n’en fixe pas.",
            "part_adolescents_visee": "Les 12 à 17 ans. Laissez vide si le contrat n’en fixe pas.",
        }

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        for champ in PARTS_VISEES:
            part = donnees.get(champ)
            if part is not None and not 0 <= part <= 100:
                self.add_error(champ, "Une part va de 0 à 100 %.")
        return donnees


class PerimetreLocalForm(forms.Form):
    """A perimeter that the contract draws itself, with its latest version; a QPV is drawn by decree (Q-01)."""

    VERSION = ("texte", "valide_du", "valide_au", "communes")

    type = forms.ChoiceField(label="Type", choices=LOCAUX)
    code = forms.CharField(
        label="Code",
        max_length=30,
        widget=forms.TextInput({"data-court": "1"}),
        help_text="De votre choix, unique : il sert dans les imports et ne changera plus.",
    )
    nom = forms.CharField(label="Nom", max_length=200)
    communes = forms.ModelMultipleChoiceField(
        Commune.objects.none(), label="Sur les communes", widget=forms.CheckboxSelectMultiple
    )
    texte = forms.CharField(
        label="Texte qui le délimite",
        max_length=200,
        required=False,
        help_text="Délibération, page du contrat…",
    )
    valide_du = forms.DateField(label="En vigueur depuis le", widget=SaisieDate)
    valide_au = forms.DateField(label="Jusqu’au", widget=SaisieDate, required=False)

    def __init__(self, *args: Any, contrat: Contrat, perimetre: Perimetre | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = perimetre.versions.order_by("valide_du").last() if perimetre else None
        # A commune that has left the contract since stays where the perimeter names it.
        ici = Q(contrats=contrat) | Q(versions_perimetres=version) if version else Q(contrats=contrat)
        self.fields["communes"].queryset = Commune.objects.filter(ici).distinct()  # type: ignore[attr-defined]
        if perimetre is None:
            self.initial.setdefault("valide_du", f"{contrat.debut}-01-01")
            return
        del self.fields["code"]
        self.initial |= {"type": perimetre.type, "nom": perimetre.nom}
        if version is None:
            for nom in self.VERSION:
                del self.fields[nom]
        else:
            self.initial |= {nom: getattr(version, nom) for nom in ("texte", "valide_du", "valide_au")}
            self.initial["communes"] = version.communes.all()

    @property
    def champs(self) -> dict[str, Any]:
        """What is said of the perimeter itself, for the action."""
        return {nom: self.cleaned_data[nom] for nom in ("type", "code", "nom") if nom in self.cleaned_data}

    @property
    def version(self) -> dict[str, Any]:
        """What is said of its latest version, for the action; nothing where it has none."""
        dits = {nom: self.cleaned_data[nom] for nom in self.VERSION if nom in self.cleaned_data}
        return {"nom": self.cleaned_data["nom"], **dits} if dits else {}
