"""A project told before any deposit: what it is, what a funder thinks of it, what the team answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.formulaires import ChampMontant
from contrats.lectures.droit_commun import visibles
from contrats.models import Contrat, NatureOrientation, Orientation, Reunion
from contrats.permissions import roles
from geographie.models import Perimetre, VersionPerimetre

from ..etats import EtatIntention
from ..lectures.dispositifs import en_vigueur
from ..models import AvisIntention, Campagne, Dispositif, Eligibilite, Intention
from ..permissions.organisme import porteurs


class IntentionForm(forms.ModelForm):
    """What a porteur thinks of doing; the team also says for whom, and at which meeting it will be looked at."""

    cout_estime = ChampMontant(label="Coût estimé", required=False)

    class Meta:
        model = Intention
        fields = [
            "porteur",
            "porteur_pressenti",
            "intitule",
            "resume",
            "orientation",
            "perimetres",
            "communes",
            "cout_estime",
            "reconduite",
            "reunion",
        ]
        widgets = {
            "resume": forms.Textarea(attrs={"rows": 5}),
            "perimetres": forms.CheckboxSelectMultiple,
            "communes": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "resume": "Pour qui, avec qui, pour répondre à quel besoin. Vous n’êtes engagé à rien.",
            "communes": "Si l’action ne se tient pas dans un quartier du contrat.",
            "porteur_pressenti": "S’il n’est pas dans la liste.",
        }

    def __init__(self, *args: Any, campagne: Campagne, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contrat, tenus, champs = campagne.contrat, roles(auteur, campagne.contrat), self.fields
        champs_lies: Any = champs
        champs_lies["orientation"].queryset = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
        champs_lies["orientation"].empty_label = "Je ne sais pas encore"
        champs_lies["perimetres"].queryset = (
            Perimetre.objects.filter(
                contrats__contrat=contrat, versions__in=VersionPerimetre.objects.de_l_annee(campagne.annee)
            )
            .distinct()
            .order_by("-type", "nom")
        )  # the QPV first
        champs_lies["communes"].queryset = contrat.communes.all()
        if tenus.pilote:
            champs_lies["porteur"].queryset = porteurs(contrat)
            champs_lies["porteur"].empty_label = "Pas encore inscrit"
            champs_lies["reunion"].queryset = _revues_possibles(contrat, campagne)
            champs_lies["reunion"].empty_label = "Aucune encore"
            return
        siens = Organisme.objects.filter(pk__in=tenus.organismes_porteurs)
        champs_lies["porteur"].queryset = siens
        champs_lies["porteur"].required = True
        champs_lies["porteur"].empty_label = None
        if len(siens) == 1:
            champs_lies["porteur"].initial = siens[0]
            champs_lies["porteur"].widget = forms.HiddenInput()
        del champs["porteur_pressenti"], champs["reunion"]

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        if "porteur_pressenti" in self.fields and not lues.get("porteur") and not lues.get("porteur_pressenti"):
            self.add_error("porteur_pressenti", "Dites qui porterait l’action, même s’il n’est pas encore inscrit.")
        return lues


def _revues_possibles(contrat: Contrat, campagne: Campagne) -> Any:
    """The meetings around the campaign, the next ones included."""
    debut = min(campagne.ouverte_le, date(campagne.annee - 1, 9, 1)) - timedelta(days=60)
    reunions = Reunion.objects.filter(comite__contrat=contrat, le__gte=debut, le__lte=date(campagne.annee, 12, 31))
    return reunions.select_related("comite", "commune").order_by("le")


class FiltreIntentionsForm(forms.Form):
    """Filters of the list."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *EtatIntention.choices])
    orientation = forms.ModelChoiceField(
        Orientation.objects.none(), label="Orientation", required=False, empty_label="Toutes"
    )
    reunion = forms.ModelChoiceField(Reunion.objects.none(), label="Revue", required=False, empty_label="Toutes")

    def __init__(self, *args: Any, campagne: Campagne, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["orientation"].queryset = campagne.contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
        champs["reunion"].queryset = Reunion.objects.filter(intentions__campagne=campagne).distinct().order_by("le")


class AvisIntentionForm(forms.ModelForm):
    """What a funder thinks of it, and where the droit commun is."""

    eligibilite = forms.ChoiceField(label="Éligibilité", choices=Eligibilite, widget=forms.RadioSelect)
    organisme = forms.ModelChoiceField(
        Organisme.objects.none(), label="Au nom de", required=False, empty_label="Votre organisme"
    )
    piece_source = forms.CharField(
        label="Document qui fait foi",
        required=False,
        max_length=200,
        help_text="Quand vous écrivez au nom d’un autre : revue du 12 novembre, courriel…",
    )

    class Meta:
        model = AvisIntention
        fields = ["eligibilite", "texte", "droit_commun", "ressources"]
        widgets = {
            "texte": forms.Textarea(attrs={"rows": 4}),
            "droit_commun": forms.Textarea(attrs={"rows": 3}),
            "ressources": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "texte": "Lu par l’équipe et les financeurs ; le porteur ne le voit pas.",
            "droit_commun": "Qui d’autre pourrait agir, ou payer, avec ses moyens ordinaires ?",
            "ressources": "Le porteur lira celles qui lui sont ouvertes avec la réponse de l’équipe.",
        }

    field_order = ["organisme", "piece_source", "eligibilite", "texte", "droit_commun", "ressources"]

    def __init__(self, *args: Any, intention: Intention, auteur: Auteur, autres: Any = None, **kwargs: Any) -> None:
        """`autres`: the organisations for which the person may write besides its own; none for most."""
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        annuaire = visibles(intention.contrat, pour=auteur)
        if intention.orientation_id is not None:
            annuaire = annuaire.filter(orientation=intention.orientation_id) | annuaire.filter(orientation=None)
        champs["ressources"].queryset = annuaire.order_by("organisme__recherche", "nom", "pk")
        champs["ressources"].label_from_instance = lambda r: f"{r.organisme.nom_court} – {r}" if r.organisme else str(r)
        if autres is None:
            del champs["organisme"], champs["piece_source"]
        else:
            champs["organisme"].queryset = autres


class ReponseIntentionForm(forms.Form):
    """The team's answer, which the porteur reads."""

    motif = forms.CharField(
        label="Réponse au porteur",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Le porteur la lit sur la page de son intention.",
    )

    def __init__(self, *args: Any, facultatif: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].required = not facultatif


class DevenirDossierForm(forms.Form):
    """Through which scheme it is asked."""

    dispositif = forms.ModelChoiceField(Dispositif.objects.none(), label="Dispositif", empty_label=None)

    def __init__(self, *args: Any, contrat: Contrat, le: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["dispositif"]
        champ.queryset = Dispositif.objects.filter(pk__in=[d.pk for d in en_vigueur(contrat, le)])


class RevueForm(forms.Form):
    """The meeting at which the projects ticked will be looked at."""

    reunion = forms.ModelChoiceField(Reunion.objects.none(), label="Revue de projets", empty_label="Choisissez")

    def __init__(self, *args: Any, campagne: Campagne, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["reunion"]
        champ.queryset = _revues_possibles(campagne.contrat, campagne)
