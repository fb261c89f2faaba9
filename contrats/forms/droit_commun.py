"""Forms of droit commun: a means, an actor's card, an escalation note, and the directory's filters."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.auteur import Auteur
from geographie.models import Perimetre

from ..lectures.droit_commun import visibles
from ..lectures.structure import organismes_du_contrat
from ..models import Contrat, FicheActeur, NoteEscalade, Orientation, Ressource, Reunion
from ..permissions import roles


class RessourceForm(forms.ModelForm):
    """A means of droit commun, as a porteur needs to read it."""

    lien = forms.URLField(label="Page d’information", required=False, assume_scheme="https")

    class Meta:
        model = Ressource
        fields = [
            "nom",
            "organisme",
            "orientation",
            "moyens",
            "public",
            "conditions",
            "contact",
            "lien",
            "perimetres",
            "ouverte",
            "source",
        ]
        widgets = {
            "moyens": forms.Textarea({"rows": 3}),
            "conditions": forms.Textarea({"rows": 3}),
            "perimetres": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "contact": "Un service et son standard, pas une personne.",
            "moyens": "Ce qui est proposé : un accueil, un financement, des heures, un lieu.",
            "perimetres": "Sans rien cocher, la ressource vaut pour tout le contrat.",
            "ouverte": "Décochez tant que l’organisme n’est pas d’accord pour l’annoncer.",
        }

    def __init__(self, *args: Any, contrat: Contrat, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenus = roles(auteur, contrat)
        organismes = organismes_du_contrat(contrat)
        if not tenus.pilote:
            # Whoever does not lead the contract writes for its own organisations only.
            organismes = organismes.filter(pk__in=[h.organisme_id for h in tenus.habilitations])
            self.fields["organisme"].required = True
            self.initial.setdefault("organisme", auteur.organisme.pk if auteur.organisme else None)
        self.fields["organisme"].queryset = organismes  # type: ignore[attr-defined]
        self.fields["organisme"].empty_label = "Non précisé"  # type: ignore[attr-defined]
        self.fields["orientation"].empty_label = "Toutes"  # type: ignore[attr-defined]
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]
        self.fields["perimetres"].queryset = Perimetre.objects.filter(  # type: ignore[attr-defined]
            contrats__contrat=contrat
        )


class FiltreDroitCommunForm(forms.Form):
    """Filters of the directory."""

    q = forms.CharField(label="Mots", required=False, widget=forms.TextInput({"type": "search"}))
    orientation = forms.ModelChoiceField(Orientation.objects.none(), required=False, empty_label="Toutes")
    organisme = forms.ModelChoiceField(Organisme.objects.none(), required=False, empty_label="Tous")
    a_verifier = forms.ChoiceField(
        label="Vérification", required=False, choices=[("", "Toutes"), ("oui", "À vérifier")]
    )

    def __init__(self, *args: Any, contrat: Contrat, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]
        self.fields["organisme"].queryset = Organisme.objects.filter(  # type: ignore[attr-defined]
            pk__in=visibles(contrat, pour=auteur).values("organisme")
        ).order_by("recherche")


class FicheActeurForm(forms.ModelForm):
    """What an organisation does here, for whom, where, and whom to call."""

    class Meta:
        model = FicheActeur
        fields = ["missions", "publics", "actions", "perimetres", "contact"]
        widgets = {
            "missions": forms.Textarea({"rows": 4}),
            "actions": forms.Textarea({"rows": 4}),
            "perimetres": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "contact": "Un service et son standard, pas une personne.",
            "perimetres": "Là où l’organisme intervient ; sans rien cocher, partout dans le contrat.",
        }

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perimetres"].queryset = Perimetre.objects.filter(  # type: ignore[attr-defined]
            contrats__contrat=contrat
        )


class NoteEscaladeForm(forms.ModelForm):
    """What fails, why specific credits should not replace it, and what the COPIL is asked."""

    class Meta:
        model = NoteEscalade
        fields = ["titre", "orientation", "constat", "argumentaire", "demande", "ressources", "engagements"]
        widgets = {
            "constat": forms.Textarea({"rows": 4}),
            "argumentaire": forms.Textarea({"rows": 6}),
            "demande": forms.Textarea({"rows": 3}),
            "ressources": forms.CheckboxSelectMultiple,
            "engagements": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "constat": "Où, depuis quand, pour quel public le droit commun manque.",
            "argumentaire": "Les crédits spécifiques employés à sa place, et ce que cela empêche.",
        }

    def __init__(self, *args: Any, contrat: Contrat, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orientation"].empty_label = "Toutes"  # type: ignore[attr-defined]
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]
        self.fields["ressources"].queryset = visibles(contrat, pour=auteur)  # type: ignore[attr-defined]
        self.fields["engagements"].queryset = contrat.engagements.dans_l_ordre()  # type: ignore[attr-defined]


class PorterForm(forms.Form):
    """The meeting that will read the note, when it is known."""

    reunion = forms.ModelChoiceField(
        Reunion.objects.none(), label="Réunion", required=False, empty_label="Pas encore fixée"
    )

    def __init__(self, *args: Any, contrat: Contrat, types: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reunion"].queryset = (  # type: ignore[attr-defined]
            Reunion.objects.filter(comite__contrat=contrat, comite__type__in=types)
            .exclude(etat="annulee")
            .select_related("comite")
        )


class SuiteForm(forms.Form):
    """What was answered to the note."""

    suite = forms.CharField(label="Suite donnée", widget=forms.Textarea({"rows": 4}))
