"""The action, its public, its calendar: answers that each have their own column."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst

from commun.formulaires import SaisieDate
from contrats.models import NatureOrientation, Objectif, Orientation, ThemeP147

from ...lectures.demande import est_une_initiative, sur_une_page
from ...lectures.depot import dispositifs_proposes, dossiers_a_reconduire
from ...models import Dossier, FicheProximite, ObjetDossier, TrancheAge
from .base import ChampEntier, SectionForm, attendre


def _texte(libelle: str, aide: str = "", *, lignes: int = 5, maximum: int = 6000) -> forms.CharField:
    return forms.CharField(
        label=libelle,
        help_text=aide,
        required=False,
        max_length=maximum,
        widget=forms.Textarea(attrs={"rows": lignes}),
    )


class ActionForm(SectionForm):
    """What the porteur wants to do, and why."""

    section = "action"

    intitule = forms.CharField(label="Intitulé de l’action", required=False, max_length=250)
    objet = forms.ChoiceField(
        label="La demande porte sur", choices=ObjetDossier, widget=forms.RadioSelect, required=False
    )
    precedent = forms.ModelChoiceField(
        label="Dossier de l’an passé",
        queryset=Dossier.objects.none(),
        required=False,
        empty_label="Aucun : l’action est nouvelle",
        help_text="Si l’action a déjà été financée, les financeurs verront ce qui change.",
    )
    dispositif = forms.ModelChoiceField(label="Dispositif", queryset=None)
    resume = _texte("Résumé", "Ce que vous allez faire, avec qui, en quelques lignes.", maximum=2000)
    buts = _texte("Objectifs de l’action", "Ce qui aura changé à la fin, pour qui.")
    besoin = _texte("Besoin auquel l’action répond", "Qui l’a repéré, et comment ?")
    droit_commun_insuffisant = _texte(
        "Pourquoi le droit commun ne suffit pas",
        "Quelles aides ordinaires (ville, CAF, Région, École…) avez-vous sollicitées, et que leur manque-t-il ?",
    )
    orientation = forms.ModelChoiceField(
        label="Orientation principale du contrat",
        queryset=Orientation.objects.none(),
        required=False,
        empty_label="Choisissez une orientation",
        help_text="Une seule : celle qui porte les montants.",
    )
    axes_transversaux = forms.ModelMultipleChoiceField(
        label="Axes transversaux",
        queryset=Orientation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    objectifs = forms.ModelMultipleChoiceField(
        label="Objectifs du contrat que l’action sert",
        queryset=Objectif.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    theme_p147 = forms.ModelChoiceField(
        label="Thème du programme 147",
        queryset=ThemeP147.objects.none(),
        required=False,
        empty_label="Celui de l’orientation choisie",
        help_text="La nomenclature nationale de la politique de la ville.",
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        simples = ("intitule", "objet", "resume", "buts", "besoin", "droit_commun_insuffisant")
        relations = ("precedent", "dispositif", "orientation", "theme_p147")
        return (
            {nom: getattr(dossier, nom) for nom in simples}
            | {nom: getattr(dossier, f"{nom}_id") for nom in relations}
            | {nom: [o.pk for o in getattr(dossier, nom).all()] for nom in ("axes_transversaux", "objectifs")}
        )

    def construire(self) -> None:
        champs: Any = self.fields
        orientations = Orientation.objects.filter(contrat=self.dossier.contrat).order_by("ordre")
        champs["orientation"].queryset = orientations.filter(nature=NatureOrientation.THEMATIQUE)
        champs["axes_transversaux"].queryset = orientations.filter(nature=NatureOrientation.TRANSVERSALE)
        objectifs = Objectif.objects.filter(orientation__contrat=self.dossier.contrat)
        champs["objectifs"].queryset = objectifs
        champs["objectifs"].choices = _par_orientation(self.dossier)
        champs["theme_p147"].queryset = ThemeP147.objects.order_by("code")
        champs["dispositif"].queryset = dispositifs_proposes(self.dossier.campagne, self.dossier.porteur) | (
            type(self.dossier.dispositif).objects.filter(pk=self.dossier.dispositif_id)
        )
        champs["precedent"].queryset = dossiers_a_reconduire(self.dossier.campagne, self.dossier.porteur)
        if not champs["axes_transversaux"].queryset.exists():
            del champs["axes_transversaux"]
        if not champs["objectifs"].queryset.exists():
            del champs["objectifs"]
        attendre(self, "intitule", "objet", "resume", "orientation", "theme_p147")
        attendre(self, "buts", "besoin", "droit_commun_insuffisant")

    def clean_objet(self) -> str:
        objet: str = self.cleaned_data["objet"]
        return objet or self.dossier.objet

    def clean(self) -> dict[str, Any]:
        """The theme follows the orientation when nobody chose another."""
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        orientation = lues.get("orientation")
        if orientation and not lues.get("theme_p147") and orientation.theme_p147:
            lues["theme_p147"] = orientation.theme_p147
        return lues


def _par_orientation(dossier: Dossier) -> list[tuple[str, list[tuple[int, str]]]]:
    """The contract's objectives under their orientation; those that the campaign puts first say so."""
    prioritaires = set(dossier.campagne.priorites.values_list("pk", flat=True))
    groupes: dict[str, list[tuple[int, str]]] = {}
    objectifs = Objectif.objects.filter(orientation__contrat=dossier.contrat).select_related("orientation")
    for objectif in objectifs.order_by("orientation__ordre", "ordre"):
        marque = " (priorité de l’année)" if objectif.pk in prioritaires else ""
        groupes.setdefault(objectif.orientation.nom_court, []).append(
            (objectif.pk, f"{capfirst(objectif.nom)}{marque}")
        )
    return list(groupes.items())


class PublicForm(SectionForm):
    """Whom the action is for (S-17)."""

    section = "public"

    beneficiaires = ChampEntier(label="Personnes que l’action touchera", help_text="Chaque personne compte une fois.")
    beneficiaires_qpv = ChampEntier(label="dont habitants d’un quartier prioritaire (QPV)")
    femmes = ChampEntier(label="dont femmes et filles")
    hommes = ChampEntier(label="dont hommes et garçons")
    sexe_inconnu = ChampEntier(label="dont sexe non renseigné")

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        noms = ("beneficiaires", "beneficiaires_qpv", "femmes", "hommes", "sexe_inconnu")
        return {nom: getattr(dossier, nom) for nom in noms} | {
            _champ_d_age(age.tranche): age.nombre for age in dossier.ages.all()
        }

    def construire(self) -> None:
        for tranche in TrancheAge:
            self.fields[_champ_d_age(tranche)] = ChampEntier(label=tranche.label)
        attendre(self, "beneficiaires", "beneficiaires_qpv", "femmes", "hommes", "sexe_inconnu", *self.tranches)

    @property
    def tranches(self) -> list[str]:
        return [_champ_d_age(tranche) for tranche in TrancheAge]

    @property
    def ages(self) -> list[forms.BoundField]:
        """The brackets, for the page."""
        return self.groupe(self.champs_de("ages"))

    def champs_de(self, nom: str) -> list[str]:
        return [champ for champ in self.tranches if champ in self.fields] if nom == "ages" else super().champs_de(nom)

    def valeur(self, nom: str) -> Any:
        if nom != "ages":
            return super().valeur(nom)
        nombres = {tranche.value: self.cleaned_data[_champ_d_age(tranche)] for tranche in TrancheAge}
        return {tranche: effectif for tranche, effectif in nombres.items() if effectif is not None}

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        total, qpv = lues.get("beneficiaires"), lues.get("beneficiaires_qpv")
        if total is not None and qpv is not None and qpv > total:
            self.add_error("beneficiaires_qpv", "Les habitants des QPV ne dépassent pas le public total (S-17).")
        return lues


def _champ_d_age(tranche: str) -> str:
    """A field's name is also its anchor: no sign that an address would have to encode."""
    return f"age_{list(TrancheAge).index(TrancheAge(tranche))}"


class MoyensForm(SectionForm):
    """When, with what means, with whom."""

    section = "moyens"

    debut = forms.DateField(label="Début de l’action", required=False, widget=SaisieDate)
    fin = forms.DateField(label="Fin de l’action", required=False, widget=SaisieDate)
    calendrier = _texte("Calendrier", "Les étapes, les jours, les périodes de vacances…", lignes=4)
    moyens = _texte("Moyens humains et matériels", "Salariés, bénévoles, intervenants ; locaux, matériel.")
    partenaires = _texte("Partenaires", "Avec qui, et pour quoi faire ?", lignes=4)
    benevole = forms.TypedChoiceField(
        label="L’association est-elle animée surtout par des bénévoles ?",
        choices=[("oui", "Oui"), ("non", "Non")],
        widget=forms.RadioSelect,
        required=False,
        coerce=lambda reponse: reponse == "oui",
        empty_value=None,
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        noms = ("debut", "fin", "calendrier", "moyens", "partenaires")
        proximite = FicheProximite.objects.filter(dossier=dossier).first()
        benevole = proximite.benevole if proximite else None
        return {nom: getattr(dossier, nom) for nom in noms} | {
            "benevole": "" if benevole is None else "oui" if benevole else "non"
        }

    def construire(self) -> None:
        attendre(self, "debut", "fin", "benevole")
        if not sur_une_page(self.dossier):
            attendre(self, "moyens")
        if not est_une_initiative(self.dossier):
            del self.fields["benevole"]

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        debut, fin = lues.get("debut"), lues.get("fin")
        if debut and fin and fin < debut:
            self.add_error("fin", "L’action finit avant d’avoir commencé : vérifiez les deux dates.")
        return lues
