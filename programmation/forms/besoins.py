"""A need: what is seen, the opportunity, who carries it, who pays; a call and its answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.formulaires import ChampMontant, SaisieDate
from commun.typographie import date_longue
from contrats.models import Contrat, NatureMoyens, NatureOrientation, Orientation, Reunion
from contrats.permissions import RolesTenus, roles
from geographie.models import Commune, Perimetre, VersionPerimetre

from ..etats import EtatBesoin
from ..lectures.besoins import financeurs_possibles, partenaires
from ..lectures.dispositifs import en_vigueur
from ..models import (
    FAMILLES_DES_BESOINS,
    Besoin,
    Candidature,
    Dispositif,
    FamilleDispositif,
    PisteDeFinancement,
)
from ..permissions.organisme import porteurs
from .a_deux import FormulaireADeux


class BesoinForm(FormulaireADeux, forms.ModelForm):
    """What somebody sees in a quarter; the team also says who saw it, and others only when they report it."""

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

    def __init__(
        self,
        *args: Any,
        contrat: Contrat,
        annee: int,
        auteur: Auteur,
        qui: Callable[[], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["orientation"].queryset = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
        champs["orientation"].empty_label = "Je ne sais pas encore"
        siens = self.instance if self.instance.pk else None
        perimetres = Q(contrats__contrat=contrat, versions__in=VersionPerimetre.objects.de_l_annee(annee))
        communes = Q(pk__in=contrat.communes.values("pk"))
        if siens is not None:  # what it holds already stays possible: a quarter of another year, a commune that left
            perimetres |= Q(pk__in=siens.perimetres.values("pk"))
            communes |= Q(pk__in=siens.communes.values("pk"))
        champs["perimetres"].queryset = (
            Perimetre.objects.filter(perimetres).distinct().order_by("-type", "nom")
        )  # the QPV first
        champs["communes"].queryset = Commune.objects.filter(communes)
        tenus = roles(auteur, contrat)
        if siens is not None and not tenus.pilote:
            del champs["signale_pour"]
        else:
            self._proposer_qui_signale(contrat, tenus, auteur)
        if siens is not None:
            self.tenir(siens.revision, qui)

    def _proposer_qui_signale(self, contrat: Contrat, tenus: RolesTenus, auteur: Auteur) -> None:
        champ: Any = self.fields["signale_pour"]
        possibles = partenaires(contrat)
        if not tenus.pilote:
            possibles = Organisme.objects.filter(pk__in=tenus.organismes_partenaires)
        elif self.instance.pk:
            possibles = Organisme.objects.filter(Q(pk__in=possibles.values("pk")) | Q(pk=self.instance.signale_pour_id))
        champ.queryset = possibles.order_by("recherche")
        champ.empty_label = None
        if auteur.organisme is not None:
            champ.initial = auteur.organisme
        if possibles.count() == 1:
            champ.widget = forms.HiddenInput()
            champ.initial = possibles.get()


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


class OpportuniteForm(FormulaireADeux, forms.Form):
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

    def __init__(self, *args: Any, besoin: Besoin, le: date, qui: Callable[[], str], **kwargs: Any) -> None:
        depart = {"opportunite": besoin.opportunite, "dispositif": besoin.dispositif_id, "reunion": besoin.reunion_id}
        super().__init__(*args, initial=depart, **kwargs)
        champs: Any = self.fields
        self._proposer_les_dispositifs(besoin, le)
        recentes = Q(comite__contrat=besoin.contrat, le__gte=le - timedelta(days=400))
        champs["reunion"].queryset = (
            Reunion.objects.filter(recentes | Q(pk=besoin.reunion_id)).select_related("comite").order_by("-le")
        )
        self.tenir(besoin.revision, qui)

    def _proposer_les_dispositifs(self, besoin: Besoin, le: date) -> None:
        """Those in force, and its own; a published call stays one, and keeps its scheme once it has answers."""
        champ: Any = self.fields["dispositif"]
        champ.error_messages["required"] = (
            "Aucun dispositif de cette sorte n’est en vigueur : ajoutez-le aux dispositifs du contrat."
        )
        familles = FAMILLES_DES_BESOINS if besoin.publie_le is None else (FamilleDispositif.AMI,)
        siens = [d.pk for d in en_vigueur(besoin.contrat, le) if d.famille in familles]
        if besoin.appel_repondu:
            siens = []
            champ.help_text = "L’appel a reçu des réponses : son dispositif ne change plus."
            champ.error_messages["invalid_choice"] = champ.help_text
        champ.queryset = Dispositif.objects.filter(Q(pk__in=siens) | Q(pk=besoin.dispositif_id))


class AvantTermeForm(forms.Form):
    """An act that closes a published call before its last day is confirmed."""

    avant_terme = forms.BooleanField()

    def __init__(self, *args: Any, ouvert_jusqu_au: date | None, **kwargs: Any) -> None:
        """`ouvert_jusqu_au`: the last day of the call while it takes answers; None when none is open."""
        super().__init__(*args, **kwargs)
        if ouvert_jusqu_au is None:
            del self.fields["avant_terme"]
            return
        jour = date_longue(ouvert_jusqu_au)
        self.fields["avant_terme"].label = f"Je ferme cet appel avant le {jour}"
        self.fields["avant_terme"].error_messages["required"] = "Confirmez, ou attendez le dernier jour publié."


class PorteurForm(AvantTermeForm):
    """Who carries it, and why it."""

    porteur = forms.ModelChoiceField(Organisme.objects.none(), label="Porteur", empty_label="Choisissez")
    motif = forms.CharField(
        label="Pourquoi ce porteur",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qu’il sait faire, ce qu’il propose lui-même : ces mots resteront au dossier.",
    )
    field_order = ("porteur", "motif", "avant_terme")

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["porteur"]
        champ.queryset = porteurs(contrat)


class PublierForm(FormulaireADeux, forms.Form):
    """Until when the call takes answers."""

    jusqu_au = forms.DateField(label="Candidatures jusqu’au", widget=SaisieDate)

    def __init__(self, *args: Any, besoin: Besoin, qui: Callable[[], str], **kwargs: Any) -> None:
        super().__init__(*args, initial={"jusqu_au": besoin.publie_jusqu_au}, **kwargs)
        self.tenir(besoin.revision, qui)


class EtapeBesoinForm(forms.Form):
    """A word on the step."""

    motif = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, facultatif: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].required = not facultatif
        if facultatif:
            self.fields["motif"].label = "Précision"


class PisteForm(FormulaireADeux, forms.ModelForm):
    """Who might pay, how much, and whether it is sure."""

    montant = ChampMontant(label="Montant", required=False)

    class Meta:
        model = PisteDeFinancement
        fields = ["organisme", "nature", "montant", "acquise", "note"]
        help_texts = {"note": "Le dispositif, la personne contactée, la date de la réponse."}

    def __init__(self, *args: Any, contrat: Contrat, qui: Callable[[], str] = str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        possibles = Q(pk__in=financeurs_possibles(contrat).values("pk")) | Q(pk=self.instance.organisme_id)
        champs["organisme"].queryset = Organisme.objects.filter(possibles).order_by("recherche")
        champs["organisme"].empty_label = "Choisissez"
        champs["nature"].choices = [("", "Choisissez"), *NatureMoyens.choices]
        champs["acquise"].label = "Le financement est acquis"
        if self.instance.pk:
            self.tenir(self.instance.revision, qui)

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        if lues.get("acquise") and lues.get("montant") is None and "montant" not in self.errors:
            self.add_error("montant", "Une piste acquise a un montant.")
        return lues


class CandidatureForm(FormulaireADeux, forms.Form):
    """What the porteur answers for one of its organisations; a colleague may answer for it too."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), widget=forms.HiddenInput)
    texte = forms.CharField(
        label="Votre réponse",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce que vous proposez, avec qui, quand vous pourriez commencer. Une page suffit.",
    )

    def __init__(
        self, *args: Any, organisme: Organisme, connue: Candidature | None, qui: Callable[[], str] = str, **kwargs: Any
    ) -> None:
        depart = {"organisme": organisme.pk, "texte": connue.texte if connue else ""}
        super().__init__(*args, initial=depart, **kwargs)
        champ: Any = self.fields["organisme"]
        champ.queryset = Organisme.objects.filter(pk=organisme.pk)
        self.tenir(connue.revision if connue else 0, qui)


class ReponseCandidatureForm(AvantTermeForm):
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

    field_order = ("motif", "motif_des_autres", "avant_terme")

    def __init__(self, *args: Any, autres: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not autres:
            del self.fields["motif_des_autres"]
