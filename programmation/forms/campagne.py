"""The call for projects: its rules, its pieces one by one, late openings, schemes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from acteurs.models import FormeJuridique
from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import Contrat, Objectif

from ..models import (
    CalendrierDispositif,
    Campagne,
    CritereCampagne,
    Dispositif,
    EtapeCampagne,
    OuvertureTardive,
    PieceRequise,
    QuestionVacances,
    Vacances,
)
from ..regles.campagne import decaler

_DATES = ("ouverte_le", "limite_depot", "copil_prevu_le")
_TAUX = ("taux_public_max", "charges_indirectes_max", "benevolat_max")


def champ_taux(libelle: str, aide: str) -> ChampMontant:
    """A share in %, from 0 to 100, typed with a comma."""
    return ChampMontant(
        label=libelle,
        required=False,
        max_digits=5,
        max_value=100,
        help_text=aide,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-unite": "%", "data-court": "1"}),
    )


class NouvelleCampagneForm(forms.ModelForm):
    """The name and the days of next year's call; the days proposed are last year's, a year later."""

    class Meta:
        model = Campagne
        fields = ["nom", *_DATES]
        widgets = dict.fromkeys(_DATES, SaisieDate)
        labels = {"ouverte_le": "Ouverture du dépôt"}

    def __init__(self, *args: Any, annee: int, modele: Campagne | None, **kwargs: Any) -> None:
        depart: dict[str, Any] = {"nom": f"Appel à projets {annee}"}
        if modele is not None:
            for nom in _DATES:
                jour: date | None = getattr(modele, nom)
                depart[nom] = jour and decaler(jour, annee - modele.annee)
        super().__init__(*args, initial=depart, **kwargs)


class CampagneForm(forms.ModelForm):
    """Days, ceiling of public money, note de cadrage, priorities."""

    taux_public_max = champ_taux(
        "Part maximale de financement public", "Au-delà, la demande est signalée. Un dispositif peut avoir la sienne."
    )
    charges_indirectes_max = champ_taux("Charges indirectes signalées au-delà de", "En part des charges directes.")
    benevolat_max = champ_taux("Bénévolat signalé au-delà de", "En part du coût complet de l’action.")
    document = forms.FileField(
        label="Note de cadrage en PDF",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        help_text="10 Mo au plus. Elle remplace celle qui est déjà déposée.",
    )

    class Meta:
        model = Campagne
        fields = ["nom", *_DATES, *_TAUX, "cadrage", "priorites"]
        widgets = {
            **dict.fromkeys(_DATES, SaisieDate),
            "cadrage": forms.Textarea(attrs={"rows": 8}),
            "priorites": forms.CheckboxSelectMultiple,
        }
        labels = {"ouverte_le": "Ouverture du dépôt", "cadrage": "Note de cadrage"}
        help_texts = {
            "cadrage": "Ce que les partenaires attendent cette année : lu par les porteurs avant de déposer.",
        }

    field_order = ["nom", *_DATES, *_TAUX, "cadrage", "document", "priorites"]

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["priorites"]
        champ.queryset = Objectif.objects.filter(orientation__contrat=contrat).select_related("orientation")
        champ.label_from_instance = _objectif_en_mots

    @property
    def champs(self) -> dict[str, Any]:
        """What goes to the action; the document goes beside."""
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom != "document"}

    @property
    def note(self) -> tuple[str, bytes] | None:
        """The document given: its name, its content."""
        document = self.cleaned_data["document"]
        return (document.name, document.read()) if document else None


def _objectif_en_mots(objectif: Objectif) -> str:
    return f"{objectif.orientation.nom_court} – {objectif.nom}"


class EtapeForm(forms.ModelForm):
    """A stage, its days."""

    class Meta:
        model = EtapeCampagne
        fields = ["etape", "du", "au", "note"]
        widgets = {"du": SaisieDate, "au": SaisieDate}
        help_texts = {"au": "Laissez vide si l’étape tient en un jour."}


class CritereForm(forms.ModelForm):
    """A criterion, what to look at, its weight."""

    class Meta:
        model = CritereCampagne
        fields = ["libelle", "aide", "poids", "note_max", "ordre"]
        widgets = {
            "aide": forms.Textarea(attrs={"rows": 2}),
            **{nom: forms.NumberInput(attrs={"data-court": "1"}) for nom in ("poids", "note_max", "ordre")},
        }
        labels = {"ordre": "Rang dans la grille"}
        help_texts = {
            "poids": "De 1 à 10 : la moyenne est pondérée par lui.",
            "note_max": "De 1 à 20.",
        }


class PieceRequiseForm(forms.ModelForm):
    """A paper, and who must give it."""

    formes = forms.MultipleChoiceField(
        label="Formes juridiques",
        choices=FormeJuridique,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Sans rien cocher, tous les porteurs.",
    )

    class Meta:
        model = PieceRequise
        fields = ["type", "formes", "obligatoire", "reconduction_seule", "aide"]


class OuvertureTardiveForm(forms.ModelForm):
    """Who may deposit late, until when, why."""

    class Meta:
        model = OuvertureTardive
        fields = ["porteur", "jusqu_au", "motif"]
        widgets = {"jusqu_au": SaisieDate, "motif": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"motif": "Gardé au journal de la campagne."}

    def __init__(self, *args: Any, porteurs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["porteur"]
        champ.queryset, champ.empty_label = porteurs, "Choisissez"


class CalendrierForm(forms.ModelForm):
    """The own days of a scheme in a year, and the theme of that year."""

    class Meta:
        model = CalendrierDispositif
        fields = ["ouvre", "ferme", "fil_rouge"]
        widgets = {"ouvre": SaisieDate, "ferme": SaisieDate}
        labels = {"ouvre": "Ouverture du dépôt"}
        help_texts = {
            "ferme": "Ce jour compris. Les dates de l’appel annuel ne s’appliquent plus à ce dispositif.",
            "fil_rouge": "Le thème que le financeur donne à l’année, s’il y en a un : les porteurs le lisent.",
        }


class DispositifForm(forms.ModelForm):
    """A scheme: what it funds, for whom, how much, when."""

    plafond = ChampMontant(label="Plafond par dossier", required=False)
    taux_public_max = champ_taux("Part maximale de financement public", "Si elle diffère de celle de la campagne.")
    formes_admises = forms.MultipleChoiceField(
        label="Formes juridiques admises",
        choices=FormeJuridique,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Sans rien cocher, toutes.",
    )
    questions = forms.MultipleChoiceField(
        label="Questions sur les vacances",
        choices=QuestionVacances,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ce que la demande dit en plus, pour un dispositif de vacances.",
    )
    vacances = forms.MultipleChoiceField(
        label="Vacances concernées",
        choices=Vacances,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Sans rien cocher, toutes.",
    )

    class Meta:
        model = Dispositif
        fields = [
            "code",
            "nom",
            "famille",
            "description",
            "section",
            "formulaire",
            "plafond",
            "taux_public_max",
            "formes_admises",
            "questions",
            "vacances",
            "permanent",
            "pluriannuel",
            "valide_du",
            "valide_au",
            "source",
        ]
        widgets = {
            "code": forms.TextInput(attrs={"data-court": "1"}),
            "description": forms.Textarea(attrs={"rows": 4}),
            "valide_du": SaisieDate,
            "valide_au": SaisieDate,
        }
        help_texts = {
            "code": "Court, en minuscules : il paraît dans les tableaux et les exports.",
            "description": "Lue par les porteurs qui cherchent le dispositif de leur projet.",
            "permanent": "La date limite de l’appel annuel ne s’applique pas à lui.",
        }
