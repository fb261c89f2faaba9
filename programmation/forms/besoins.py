"""A need: what is seen, the opportunity, who carries it, who pays; a call and its answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import Contrat, NatureMoyens, NatureOrientation, Orientation, Reunion
from contrats.permissions import roles
from geographie.models import Perimetre, VersionPerimetre

from ..etats import EtatBesoin
from ..lectures.besoins import partenaires
from ..lectures.dispositifs import en_vigueur
from ..models import FAMILLES_DES_BESOINS, Besoin, Candidature, Dispositif, PisteDeFinancement
from ..permissions.organisme import porteurs


class BesoinForm(forms.ModelForm):
    """What somebody sees in a quarter; the team also says who saw it."""

    class Meta:
        model = Besoin
        fields = ["titre", "constat", "publics", "signale_pour", "orientation", "perimetres", "communes"]
        widgets = {
            "constat": forms.Textarea(attrs={"rows": 5}),
            "perimetres": forms.CheckboxSelectMultiple,
            "communes": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "titre": "En une ligne : « Garde d’enfants aux horaires décalés ».",
            "constat": "Ce qui est observé, par qui, depuis quand ; pas encore la solution.",
            "publics": "Qui est concerné : parents isolés, jeunes sans solution…",
            "communes": "Si le besoin dépasse les quartiers du contrat.",
        }

    def __init__(self, *args: Any, contrat: Contrat, annee: int, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["orientation"].queryset = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
        champs["orientation"].empty_label = "Je ne sais pas encore"
        champs["perimetres"].queryset = (
            Perimetre.objects.filter(contrats__contrat=contrat, versions__in=VersionPerimetre.objects.de_l_annee(annee))
            .distinct()
            .order_by("-type", "nom")
        )  # the QPV first
        champs["communes"].queryset = contrat.communes.all()
        tenus = roles(auteur, contrat)
        possibles = partenaires(contrat)
        if not tenus.pilote:
            possibles = Organisme.objects.filter(pk__in=tenus.organismes_partenaires)
        champs["signale_pour"].queryset = possibles.order_by("recherche")
        champs["signale_pour"].empty_label = None
        if auteur.organisme is not None:
            champs["signale_pour"].initial = auteur.organisme
        if possibles.count() == 1:
            champs["signale_pour"].widget = forms.HiddenInput()
            champs["signale_pour"].initial = possibles.get()


class FiltreBesoinsForm(forms.Form):
    """Filters of the list."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *EtatBesoin.choices])
    orientation = forms.ModelChoiceField(
        Orientation.objects.none(), label="Orientation", required=False, empty_label="Toutes"
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["orientation"]
        champ.queryset = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)


class OpportuniteForm(forms.Form):
    """What would be done, through which scheme, discussed where."""

    opportunite = forms.CharField(
        label="Opportunité",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Ce qui serait fait, pour qui, avec quels moyens déjà là, et pourquoi maintenant.",
    )
    dispositif = forms.ModelChoiceField(
        Dispositif.objects.none(),
        label="Dispositif",
        empty_label=None,
        help_text="Un appel à manifestation d’intérêt se publie ; la fabrique cherche un porteur avec les partenaires.",
    )
    reunion = forms.ModelChoiceField(
        Reunion.objects.none(), label="Discuté à la réunion", required=False, empty_label="Aucune"
    )

    def __init__(self, *args: Any, besoin: Besoin, le: date, **kwargs: Any) -> None:
        depart = {"opportunite": besoin.opportunite, "dispositif": besoin.dispositif_id, "reunion": besoin.reunion_id}
        super().__init__(*args, initial=depart, **kwargs)
        champs: Any = self.fields
        siens = [d.pk for d in en_vigueur(besoin.contrat, le) if d.famille in FAMILLES_DES_BESOINS]
        champs["dispositif"].queryset = Dispositif.objects.filter(Q(pk__in=siens) | Q(pk=besoin.dispositif_id))
        champs["dispositif"].error_messages["required"] = (
            "Aucun dispositif de cette sorte n’est en vigueur : ajoutez-le aux dispositifs du contrat."
        )
        champs["reunion"].queryset = (
            Reunion.objects.filter(comite__contrat=besoin.contrat, le__gte=le - timedelta(days=400))
            .select_related("comite")
            .order_by("-le")
        )


class PorteurForm(forms.Form):
    """Who carries it, and why it."""

    porteur = forms.ModelChoiceField(Organisme.objects.none(), label="Porteur", empty_label="Choisissez")
    motif = forms.CharField(
        label="Pourquoi ce porteur",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qu’il sait faire, ce qu’il propose lui-même : ces mots resteront au dossier.",
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["porteur"]
        champ.queryset = porteurs(contrat)


class PublierForm(forms.Form):
    """Until when the call takes answers."""

    jusqu_au = forms.DateField(label="Candidatures jusqu’au", widget=SaisieDate)


class EtapeBesoinForm(forms.Form):
    """A word on the step."""

    motif = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, facultatif: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].required = not facultatif
        if facultatif:
            self.fields["motif"].label = "Précision"


class PisteForm(forms.ModelForm):
    """Who might pay, how much, and whether it is sure."""

    montant = ChampMontant(label="Montant", required=False)

    class Meta:
        model = PisteDeFinancement
        fields = ["organisme", "nature", "montant", "acquise", "note"]
        help_texts = {"note": "Le dispositif, la personne contactée, la date de la réponse."}

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["organisme"].queryset = partenaires(contrat)
        champs["organisme"].empty_label = "Choisissez"
        champs["nature"].choices = [("", "Choisissez"), *NatureMoyens.choices]
        champs["acquise"].label = "Le financement est acquis"

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        if lues.get("acquise") and lues.get("montant") is None and "montant" not in self.errors:
            self.add_error("montant", "Une piste acquise a un montant.")
        return lues


class CandidatureForm(forms.Form):
    """What the porteur answers."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), label="Pour", empty_label=None)
    texte = forms.CharField(
        label="Votre réponse",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce que vous proposez, avec qui, quand vous pourriez commencer. Une page suffit.",
    )

    def __init__(self, *args: Any, siens: Any, connue: Candidature | None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"texte": connue.texte if connue else ""}, **kwargs)
        champ: Any = self.fields["organisme"]
        champ.queryset = siens
        if siens.count() == 1:
            champ.widget = forms.HiddenInput()
            champ.initial = siens.get()


class ReponseCandidatureForm(forms.Form):
    """Why it is kept, or not; and, when it is, what the others are told."""

    motif = forms.CharField(
        label="Réponse au candidat",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Il la reçoit par courriel et la lit sur sa page.",
    )
    motif_des_autres = forms.CharField(
        label="Réponse aux autres candidats",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="La même pour tous ; ils la reçoivent en même temps.",
    )

    def __init__(self, *args: Any, autres: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not autres:
            del self.fields["motif_des_autres"]
