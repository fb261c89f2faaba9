"""Forms about commitments: the commitment and its targets, the yearly statement, the review, the filters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.formulaires import ChampMontant, ChampTableur, SaisieDate
from commun.televersement import EXTENSIONS, controler, verifier_taille
from commun.typographie import nombre
from geographie.models import Perimetre

from ..actions import SaisieCible, SaisieEngagement
from ..actions.engagements import CHAMPS_CIBLE
from ..etats import EtatEngagement, EtatReponse, EtatVisa, TypeCible
from ..lectures.revue import SANS_ORIENTATION, SANS_RESPONSABLE, Filtres
from ..models import (
    Contrat,
    Engagement,
    NatureMoyens,
    NatureOrientation,
    Objectif,
    Orientation,
    PorteeEngagement,
    Reunion,
    SensCible,
    Signataire,
    TypeComite,
)
from ..permissions import ROLES_DECLARANTS, roles
from ..regles import GUIDES_DE_CIBLE

CIBLES_AU_PLUS = 20


class ChampNombre(ChampMontant):
    """A number typed the French way, negative ones included, without a unit of its own."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "data-court": "1"}))
        super().__init__(max_digits=14, decimal_places=3, min_value=None, **options)

    def prepare_value(self, value: Any) -> Any:
        return nombre(value, None) if isinstance(value, Decimal | int) else value


class EngagementForm(forms.Form):
    """A commitment. Only its wording is compulsory: what is not known stays empty, and is shown as missing."""

    libelle = forms.CharField(
        label="Ce que l’organisme s’engage à faire",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="Comme le contrat l’écrit, en une phrase.",
    )
    reference = forms.CharField(
        label="Référence",
        max_length=30,
        required=False,
        help_text="Celle du contrat. Laissez vide pour la suivante.",
        widget=forms.TextInput({"data-court": "1"}),
    )
    organisme = forms.ModelChoiceField(
        Organisme.objects.none(),
        label="Organisme engagé",
        required=False,
        empty_label="Inconnu pour l’instant",
        help_text="Celui qui agit et qui déclarera l’avancement.",
    )
    signataire = forms.ModelChoiceField(
        Signataire.objects.none(),
        label="Au titre de",
        required=False,
        empty_label="Lui-même, ou inconnu",
        help_text="Le signataire du contrat, quand l’organisme engagé est l’un de ses services.",
    )
    orientation = forms.ModelChoiceField(
        Orientation.objects.none(), label="Orientation", required=False, empty_label="Aucune pour l’instant"
    )
    nature = forms.ChoiceField(
        label="Nature des moyens", required=False, choices=[("", "Non précisée"), *NatureMoyens.choices]
    )
    echeance = forms.DateField(label="Échéance", required=False, widget=SaisieDate)
    echeance_texte = forms.CharField(
        label="Échéance telle qu’écrite",
        max_length=120,
        required=False,
        help_text="Quand le contrat ne donne pas de date : « à mi-parcours », « chaque rentrée ».",
    )
    portee = forms.ChoiceField(label="Portée", choices=PorteeEngagement, initial=PorteeEngagement.CONTRAT)
    perimetres = forms.ModelMultipleChoiceField(
        Perimetre.objects.none(), label="Quartiers", required=False, widget=forms.CheckboxSelectMultiple
    )
    objectifs = forms.ModelMultipleChoiceField(
        Objectif.objects.none(), label="Objectifs du contrat", required=False, widget=forms.CheckboxSelectMultiple
    )
    axes_transversaux = forms.ModelMultipleChoiceField(
        Orientation.objects.none(), label="Axes transversaux", required=False, widget=forms.CheckboxSelectMultiple
    )
    partenaires = forms.ModelMultipleChoiceField(
        Organisme.objects.none(), label="Partenaires", required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 3}))
    source = forms.CharField(
        label="Source", max_length=200, required=False, help_text="Le document et la page d’où vient l’engagement."
    )
    identifiant_externe = forms.CharField(
        label="Identifiant chez le partenaire",
        max_length=100,
        required=False,
        help_text="Celui de votre propre système d’information, pour retrouver l’engagement à chaque envoi.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, contrat: Contrat, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seul_organisme = None
        du_contrat = _organismes_du_contrat(contrat)
        choix = {
            "organisme": du_contrat,
            "partenaires": du_contrat,
            "signataire": contrat.signataires.select_related("organisme"),
            "orientation": contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE),
            "axes_transversaux": contrat.orientations.filter(nature=NatureOrientation.TRANSVERSALE),
            "objectifs": Objectif.objects.filter(orientation__contrat=contrat).order_by("orientation__ordre", "ordre"),
            "perimetres": Perimetre.objects.filter(contrats__contrat=contrat),
        }
        tenus = roles(auteur, contrat)
        if not tenus.pilote:
            # A signatory writes its own commitments only, and those of its services as their signatory.
            siens = tenus.organismes(*ROLES_DECLARANTS)
            choix["organisme"] = du_contrat.filter(Q(pk__in=siens) | Q(parent__in=siens))
            choix["signataire"] = choix["signataire"].filter(organisme__in=siens)
            self.fields["organisme"].required = True
            self.fields["organisme"].empty_label = "Choisissez"  # type: ignore[attr-defined]
        for nom, queryset in choix.items():
            self.fields[nom].queryset = queryset  # type: ignore[attr-defined]
        for nom in ("perimetres", "axes_transversaux", "objectifs"):
            if not choix[nom].exists():
                del self.fields[nom]

    @property
    def choix_multiples(self) -> list[forms.BoundField]:
        """The lists of boxes, each folded under its name."""
        noms = ("perimetres", "objectifs", "axes_transversaux", "partenaires")
        return [self[nom] for nom in noms if nom in self.fields]

    def saisie(self, cibles: tuple[SaisieCible, ...]) -> SaisieEngagement:
        """What was typed, for the action."""
        valeurs = {n: v for n, v in self.cleaned_data.items() if n != "revision"}
        for nom in ("perimetres", "axes_transversaux", "objectifs", "partenaires"):
            valeurs[nom] = tuple(valeurs.get(nom, ()))
        return SaisieEngagement(**valeurs, cibles=cibles)


def depart_de(engagement: Engagement) -> dict[str, Any]:
    """The commitment as the form shows it first."""
    noms = [n for n in EngagementForm.base_fields if n not in ("revision",)]
    depart = {n: getattr(engagement, n) for n in noms}
    for nom in ("perimetres", "objectifs", "axes_transversaux", "partenaires"):
        depart[nom] = list(depart[nom].all())
    return depart | {"revision": engagement.revision}


def _organismes_du_contrat(contrat: Contrat) -> Any:
    """The organisations that already have a part in the contract: they signed, committed, or somebody acts for them."""
    return Organisme.objects.filter(
        Q(pk__in=contrat.signataires.values("organisme"))
        | Q(pk__in=Engagement.objects.filter(contrat=contrat).values("organisme"))
        | Q(pk__in=contrat.habilitations.actives().values("organisme"))
    ).order_by("recherche")


def _choix_de_types() -> list[tuple[str, str]]:
    return [("", "Choisissez une sorte de cible"), *TypeCible.choices]


class CibleForm(forms.Form):
    """One target. The page shows only the fields that its kind uses; every one may stay empty."""

    type = forms.ChoiceField(label="Sorte de cible", choices=_choix_de_types)
    numerateur = forms.CharField(
        label="Ce qui est compté", max_length=300, required=False, help_text="« jeunes accompagnés », « QPV couverts »."
    )
    denominateur = forms.CharField(
        label="Rapporté à",
        max_length=300,
        required=False,
        help_text="L’ensemble de référence : « ensemble des licenciés », « population de l’agglomération ».",
    )
    valeur = ChampNombre(label="Valeur visée", required=False, help_text="La borne basse pour un intervalle.")
    valeur_haute = ChampNombre(label="Borne haute", required=False)
    unite = forms.CharField(
        label="Unité",
        max_length=60,
        required=False,
        help_text="« % », « places », « jours ».",
        widget=forms.TextInput({"data-court": "1"}),
    )
    sens = forms.ChoiceField(label="Sens", required=False, choices=[("", "Non précisé"), *SensCible.choices])
    reference = ChampNombre(label="Valeur de départ", required=False)
    reference_le = forms.DateField(label="Date de départ", required=False, widget=SaisieDate)
    echeance = forms.DateField(label="Échéance de la cible", required=False, widget=SaisieDate)
    source = forms.CharField(label="Source", max_length=200, required=False)

    def saisie(self) -> SaisieCible:
        """What was typed, for the action. What the page hides for another kind is not kept."""
        type_ = TypeCible(self.cleaned_data["type"])
        gardes = {"type", "source", *GUIDES_DE_CIBLE[type_].champs}
        vide = SaisieCible(type=type_)
        return SaisieCible(
            **{n: self.cleaned_data[n] if n in gardes else getattr(vide, n) for n in CHAMPS_CIBLE},
        )

    @property
    def champs_du_type(self) -> tuple[str, ...]:
        """The fields that the kind chosen so far uses; all of them while none is chosen."""
        choisi = self["type"].value()
        return GUIDES_DE_CIBLE[TypeCible(choisi)].champs if choisi in TypeCible else ()


class _Cibles(forms.BaseFormSet):  # type: ignore[type-arg]
    """The targets, in their order; one left wholly empty is not a target."""

    @property
    def saisies(self) -> tuple[SaisieCible, ...]:
        gardes = [f for f in self.forms if f.has_changed() or f.initial]
        return tuple(f.saisie() for f in gardes if not f.cleaned_data.get("DELETE") and f.cleaned_data.get("type"))


CiblesFormSet = forms.formset_factory(
    CibleForm,
    formset=_Cibles,
    extra=1,
    can_delete=True,
    max_num=CIBLES_AU_PLUS,
    validate_max=True,
    absolute_max=CIBLES_AU_PLUS + 1,
)


def cibles_de_depart(engagement: Engagement | None) -> list[dict[str, Any]]:
    """The targets as the form shows them first."""
    if engagement is None:
        return []
    return [{n: getattr(c, n) for n in CHAMPS_CIBLE} for c in engagement.cibles.all()]


# --- The yearly statement ---------------------------------------------------------------------------------------------
class _PlusieursFichiers(forms.ClearableFileInput):
    allow_multiple_selected = True


class ChampPreuves(forms.FileField):
    """Several files at once, each checked before anything is written: PDF, images and documents, 10 Mo each."""

    def __init__(self, **options: Any) -> None:
        accept = ",".join(f".{e}" for e in EXTENSIONS)
        options.setdefault("widget", _PlusieursFichiers(attrs={"accept": accept}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        fichiers = data if isinstance(data, list | tuple) else [data] if data else []
        pieces = []
        for fichier in fichiers:
            try:
                verifier_taille(fichier.name, fichier.size)
                contenu = fichier.read()
                controler(fichier.name, contenu)
            except RegleEnfreinte as refus:
                raise forms.ValidationError(refus.message, code=refus.code) from refus
            pieces.append((fichier.name, contenu))
        return pieces


PHRASES_ETAT = {
    EtatEngagement.NON_COMMENCE: "Rien n’est encore engagé.",
    EtatEngagement.EN_COURS: "L’action est engagée, l’objectif n’est pas atteint.",
    EtatEngagement.TENU: "L’objectif est atteint.",
    EtatEngagement.PARTIELLEMENT_TENU: "Une partie seulement est atteinte et le restera.",
    EtatEngagement.NON_TENU: "L’échéance est passée, l’objectif n’est pas atteint.",
    EtatEngagement.ABANDONNE: "L’engagement n’est plus poursuivi : dites pourquoi.",
    EtatEngagement.SANS_INFORMATION: "Vous ne pouvez pas répondre : dites ce qui manque.",
}


def _choix_d_etats() -> list[tuple[str, Any]]:
    return [
        (e.value, format_html("<span><strong>{}</strong><br>{}</span>", e.label, PHRASES_ETAT[e]))
        for e in EtatEngagement
    ]


class DeclarationForm(forms.Form):
    """Where a commitment stands for one year, as its signatory says it."""

    etat = forms.ChoiceField(label="Où en est l’engagement ?", choices=_choix_d_etats, widget=forms.RadioSelect)
    valeur_atteinte = ChampNombre(label="Valeur atteinte", required=False)
    euros_droit_commun = ChampMontant(
        label="Droit commun mobilisé dans l’année",
        required=False,
        help_text="Vos moyens ordinaires consacrés à cet engagement.",
    )
    euros_specifiques = ChampMontant(
        label="Crédits spécifiques mobilisés dans l’année",
        required=False,
        help_text="Les crédits de la politique de la ville.",
    )
    commentaire = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Ce qui a été fait, où, ce qui bloque. Il sera lu au COPIL.",
    )
    preuves = ChampPreuves(
        label="Preuves",
        required=False,
        help_text="PDF, image ou document, 10 Mo au plus chacun. Aucun nom d’habitant.",
    )
    document = forms.CharField(
        label="Document lu",
        max_length=300,
        help_text="Ce qui vous permet de déclarer à la place du signataire : « courriel de la CAF du 3 mars 2026 ».",
    )
    motif = forms.CharField(
        label="Pourquoi la déclaration change",
        max_length=500,
        help_text="La revue de cette année est close : le motif sera inscrit au journal.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, pour_le_compte_de: bool, revue_close: bool, unite: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pour_le_compte_de:
            del self.fields["document"]
        if not revue_close:
            del self.fields["motif"]
        if unite:
            self.fields["valeur_atteinte"].widget.attrs["data-unite"] = unite


class VisaForm(forms.Form):
    """What the chef de projet says of a statement."""

    visa = forms.ChoiceField(choices=[(v.value, v.label) for v in (EtatVisa.VU, EtatVisa.A_COMPLETER)])
    remarque = forms.CharField(
        label="Remarque pour le signataire", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


# --- The review -------------------------------------------------------------------------------------------------------
class FiltreRevueForm(forms.Form):
    """Filters of the year's review."""

    q = forms.CharField(label="Mots ou référence", required=False, widget=forms.TextInput({"type": "search"}))
    organisme = forms.ChoiceField(label="Signataire", required=False)
    orientation = forms.ChoiceField(label="Orientation", required=False)
    perimetre = forms.ChoiceField(label="Quartier", required=False)
    etat = forms.ChoiceField(label="État déclaré", required=False, choices=[("", "Tous"), *EtatEngagement.choices])
    reponse = forms.ChoiceField(label="Réponse", required=False, choices=[("", "Toutes"), *EtatReponse.choices])
    visa = forms.ChoiceField(label="Visa", required=False, choices=[("", "Tous"), *EtatVisa.choices])
    retard = forms.ChoiceField(label="Échéance", required=False, choices=[("", "Toutes"), ("oui", "Échéance dépassée")])

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        repondants = Organisme.objects.filter(
            Q(engagements__contrat=contrat, engagements__retire_le__isnull=True) | Q(signatures__contrat=contrat)
        ).distinct()
        organismes = [(str(o.pk), o.nom_court) for o in repondants.order_by("recherche")]
        orientations = [(str(o.pk), o.nom_court) for o in contrat.orientations.all()]
        perimetres = Perimetre.objects.filter(contrats__contrat=contrat)
        for nom, choix in (
            ("organisme", [("", "Tous"), *organismes, (SANS_RESPONSABLE, "Responsable inconnu")]),
            ("orientation", [("", "Toutes"), *orientations, (SANS_ORIENTATION, "Sans orientation")]),
            ("perimetre", [("", "Tous"), *((str(p.pk), p.nom) for p in perimetres)]),
        ):
            self.fields[nom].choices = choix  # type: ignore[attr-defined]

    @property
    def filtres(self) -> Filtres:
        """What was asked; a value that does not exist filters nothing."""
        v = self.cleaned_data if self.is_valid() else {}
        return Filtres(
            texte=v.get("q", ""),
            organisme=v.get("organisme", ""),
            orientation=v.get("orientation", ""),
            perimetre=v.get("perimetre", ""),
            etat=v.get("etat", ""),
            reponse=v.get("reponse", ""),
            visa=v.get("visa", ""),
            en_retard=v.get("retard") == "oui",
        )


class OuvrirRevueForm(forms.Form):
    """Opening the year's review."""

    reunion = forms.ModelChoiceField(
        Reunion.objects.none(),
        label="Pour quel COPIL ?",
        required=False,
        empty_label="Pas encore fixé",
        help_text="La réunion qui lira la revue.",
    )

    def __init__(self, *args: Any, contrat: Contrat, annee: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reunions = Reunion.objects.filter(
            comite__contrat=contrat, comite__type=TypeComite.COPIL, le__year__in=(annee, annee + 1)
        )
        self.fields["reunion"].queryset = reunions.select_related("comite")  # type: ignore[attr-defined]


class EnvoyerRevueForm(forms.Form):
    """Sending the draft to the signatories."""

    remarques_avant_le = forms.DateField(
        label="Remarques reçues jusqu’au",
        widget=SaisieDate,
        help_text="Chaque signataire recevra l’état de ses engagements et cette date.",
    )


class RemarqueForm(forms.Form):
    """A signatory's remark on the draft review."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), label="Au nom de", empty_label=None)
    engagement = forms.ModelChoiceField(
        Engagement.objects.none(), label="Engagement", required=False, empty_label="L’ensemble de la revue"
    )
    texte = forms.CharField(label="Votre remarque", max_length=5000, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, contrat: Contrat, organismes: Any, tous: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        engagements = Engagement.objects.filter(contrat=contrat)
        if not tous:
            engagements = engagements.des_organismes([o.pk for o in organismes])
        self.fields["organisme"].queryset = Organisme.objects.filter(pk__in=[o.pk for o in organismes])  # type: ignore[attr-defined]
        self.fields["engagement"].queryset = engagements.dans_l_ordre()  # type: ignore[attr-defined]


class SuiteForm(forms.Form):
    """What the lead makes of a signatory's remark."""

    texte = forms.CharField(
        label="Suite donnée",
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text="L’organisme la reçoit par courriel et la lit ici.",
    )


class MotifForm(forms.Form):
    """Why."""

    motif = forms.CharField(label="Motif", max_length=500, widget=forms.Textarea({"rows": 2}))


# --- Import -----------------------------------------------------------------------------------------------------------
class FichierForm(forms.Form):
    """The spreadsheet to import."""

    fichier = ChampTableur(
        label="Fichier",
        help_text="CSV, XLSX ou ODS, 10 000 lignes et 10 Mo au plus. La première ligne nomme les colonnes.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
    )
