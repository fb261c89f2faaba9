"""Filters of the instruction table: screen, chips, exports and totals read the same."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat, Orientation
from contrats.permissions import roles
from geographie.models import Commune, VersionPerimetre

from .etats import EtatDossier
from .lectures.tableau import Attente, choix, en_attente
from .models import CaractereDossier, DemandeFinancement, Dispositif, Dossier, Localisation, NatureDossier


class FiltreDossiers(django_filters.FilterSet):
    """What the table may be narrowed to. Choices hold only what the files that one sees really have."""

    q = django_filters.CharFilter(
        method="chercher", label="Rechercher", widget=forms.TextInput(attrs={"placeholder": "Numéro, action, porteur"})
    )
    etat = django_filters.ChoiceFilter(
        field_name="etat_vu",
        choices=[choix for choix in EtatDossier.choices if choix[0] != EtatDossier.BROUILLON],
        label="État",
        empty_label="Tous",
    )
    orientation = django_filters.ModelChoiceFilter(
        queryset=Orientation.objects.none(), label="Orientation", empty_label="Toutes"
    )
    commune = django_filters.ModelChoiceFilter(
        queryset=Commune.objects.none(), method="dans_la_commune", label="Commune", empty_label="Toutes"
    )
    qpv = django_filters.ModelChoiceFilter(
        queryset=VersionPerimetre.objects.none(), method="dans_le_perimetre", label="Quartier", empty_label="Tous"
    )
    financeur = django_filters.ModelChoiceFilter(
        queryset=Organisme.objects.none(), method="sollicitant", label="Financeur sollicité", empty_label="Tous"
    )
    dispositif = django_filters.ModelChoiceFilter(
        queryset=Dispositif.objects.none(), label="Dispositif", empty_label="Tous"
    )
    caractere = django_filters.ChoiceFilter(
        choices=CaractereDossier.choices, label="Nouvelle ou reconduite", empty_label="Toutes"
    )
    nature = django_filters.ChoiceFilter(choices=NatureDossier.choices, label="Annuelle ou CPO", empty_label="Toutes")
    attend = django_filters.ChoiceFilter(
        choices=Attente.choices, method="qui_attendent", label="Ce qui est attendu", empty_label="Tout"
    )
    miens = django_filters.BooleanFilter(
        method="les_miens", label="Mes dossiers", widget=forms.CheckboxInput, help_text=""
    )

    class Meta:
        model = Dossier
        fields: list[str] = []

    def __init__(self, data: QueryDict | None, queryset: QuerySet[Dossier], *, contrat: Contrat, pour: Auteur):
        super().__init__(data.copy() if data else data, queryset.avec_etat_vu(pour, contrat))
        self.pour = pour
        self.contrat = contrat
        possibles = choix(queryset, contrat=contrat)
        champs: dict[str, Any] = self.form.fields
        champs["orientation"].queryset = contrat.orientations.filter(nature="thematique")
        champs["commune"].queryset = Commune.objects.filter(pk__in=possibles.communes)
        champs["qpv"].queryset = VersionPerimetre.objects.filter(pk__in=possibles.versions).order_by("nom")
        champs["qpv"].label_from_instance = lambda version: version.nom
        champs["financeur"].queryset = Organisme.objects.filter(pk__in=possibles.financeurs)
        champs["dispositif"].queryset = Dispositif.objects.filter(pk__in=possibles.dispositifs)
        champs["financeur"].label_from_instance = lambda organisme: organisme.nom_court
        champs["orientation"].label_from_instance = lambda orientation: orientation.nom_court
        if not roles(pour, contrat).instruit:
            del champs["attend"], self.filters["attend"]
        self.ignores = self._ecarter_l_illisible()

    def chercher(self, dossiers: Any, nom: str, valeur: str) -> QuerySet[Dossier]:
        return dossiers.cherches(valeur)

    def dans_la_commune(self, dossiers: Any, nom: str, commune: Commune) -> QuerySet[Dossier]:
        return dossiers.filter(pk__in=Localisation.objects.dans(commune).values("dossier"))

    def dans_le_perimetre(self, dossiers: Any, nom: str, version: VersionPerimetre) -> QuerySet[Dossier]:
        return dossiers.filter(pk__in=Localisation.objects.filter(version=version).values("dossier"))

    def sollicitant(self, dossiers: Any, nom: str, financeur: Organisme) -> QuerySet[Dossier]:
        return dossiers.sollicitant(financeur)

    def qui_attendent(self, dossiers: Any, nom: str, attente: str) -> QuerySet[Dossier]:
        """Those that wait for this, from the funder chosen, else from one's own organisation, else from any."""
        choisi = self.valeurs.get("financeur")
        tenus = roles(self.pour, self.contrat)
        miens = tenus.organismes(Role.INSTRUCTEUR, Role.DECIDEUR)
        financeurs = [choisi.pk] if choisi else None if tenus.pilote else miens or None
        return en_attente(dossiers, attente, pour=self.pour, contrat=self.contrat, financeurs=financeurs)

    def les_miens(self, dossiers: Any, nom: str, valeur: bool) -> QuerySet[Dossier]:
        """Those one follows, or those that ask one's organisation."""
        if not valeur:
            return dossiers
        miens = roles(self.pour, self.contrat).organismes_instructeurs
        sollicites = DemandeFinancement.objects.filter(financeur__in=miens).values("dossier")
        if roles(self.pour, self.contrat).pilote:
            return dossiers.filter(instructeur=self.pour.utilisateur)
        return dossiers.filter(Q(instructeur=self.pour.utilisateur) | Q(pk__in=sollicites))

    @property
    def financeur_choisi(self) -> int | None:
        """The funder whose amounts alone are summed, when one is chosen."""
        financeur = self.valeurs.get("financeur")
        return financeur.pk if financeur else None

    @property
    def valeurs(self) -> dict[str, Any]:
        """The filters as understood; unreadable ones are left out."""
        if not self.is_bound:
            return {}
        self.form.is_valid()
        return self.form.cleaned_data

    def _ecarter_l_illisible(self) -> list[str]:
        """Forget what cannot be read, so that the form shows what is in force; the labels of what was left out."""
        if not self.is_bound:
            return []
        illisibles = [nom for nom in self.form.errors if nom in self.form.fields]
        for nom in illisibles:
            del self.form.errors[nom]
            self.data.pop(nom, None)
        return [str(self.form.fields[nom].label) for nom in illisibles]

    def puces(self, parametres: QueryDict) -> list[tuple[str, str]]:
        """The filters in force, as words to read aloud, each with the address that removes it."""
        puces = []
        for nom, valeur in self.valeurs.items():
            if valeur in (None, "", False):
                continue
            sans = parametres.copy()
            sans.pop(nom, None)
            sans.pop("page", None)
            puces.append((self._mot(nom, valeur), "?" + sans.urlencode()))
        return puces

    def _mot(self, nom: str, valeur: Any) -> str:
        champ: Any = self.form.fields[nom]
        if nom == "q":
            return f"« {valeur} »"
        if nom == "miens":
            return "mes dossiers"
        if nom == "financeur":
            return f"demandé {valeur.a_nom}"
        if nom == "attend":
            return f"attend {_minuscule(Attente(valeur).label)}"
        if isinstance(valeur, str):
            return str(dict(champ.choices).get(valeur, valeur))
        return str(champ.label_from_instance(valeur))


def _minuscule(libelle: str) -> str:
    return libelle[0].lower() + libelle[1:]
