"""What people say of an imported spreadsheet: the file, what its columns are, what its words mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.formulaires import ChampTableur
from commun.recherche import normaliser
from contrats.models import NatureMoyens

from ..imports.colonnes import CHAMPS, DEMANDE, IGNOREE, PROPOSE, ColonneFinanceur
from ..imports.reperes import (
    choix_des_mots,
    dispositif_habituel,
    dispositifs_du_contrat,
    financeurs_habituels,
    financeurs_possibles,
)
from ..models import Campagne, CorrespondanceColonnes, SourceImport

A_CHOISIR = [("", "À choisir")]


class _Defauts(forms.Form):
    """What the lines say when no column does."""

    dispositif = forms.ChoiceField(label="Dispositif, si aucune colonne ne le dit")
    financeur = forms.ChoiceField(
        label="Financeur, si aucune colonne ne le dit",
        required=False,
        help_text="Pour un export limité aux lignes d’un seul financeur.",
    )
    nature = forms.ChoiceField(
        label="Nature des crédits, si aucune colonne ne la dit",
        required=False,
        choices=[("", "Celle que verse d’ordinaire chaque financeur"), *NatureMoyens.choices],
    )

    def __init__(self, *args: Any, campagne: Campagne, defauts: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contrat = campagne.contrat
        gardes = defauts or {}
        habituel = dispositif_habituel(contrat)
        choix: dict[str, list[tuple[str, str]]] = {
            "dispositif": [(str(d.pk), d.nom) for d in dispositifs_du_contrat(contrat)],
            "financeur": [("", "Aucun"), *((str(o.pk), o.nom) for o in financeurs_possibles(contrat))],
        }
        for nom, valeurs in choix.items():
            self.fields[nom].choices = valeurs  # type: ignore[attr-defined]
        self.initial.setdefault("dispositif", str(gardes.get("dispositif") or (habituel.pk if habituel else "")))
        self.initial.setdefault("financeur", str(gardes.get("financeur") or ""))
        self.initial.setdefault("nature", gardes.get("nature") or "")

    @property
    def defauts(self) -> dict[str, Any]:
        """As they are kept with the columns."""
        v = self.cleaned_data
        return {
            "dispositif": int(v["dispositif"]),
            "financeur": int(v["financeur"]) if v["financeur"] else None,
            "nature": v["nature"],
        }


class ImportForm(_Defauts):
    """The spreadsheet to import, and where it comes from."""

    fichier = ChampTableur(
        label="Fichier",
        help_text="CSV, XLSX ou ODS, 10 000 lignes et 10 Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
    )
    source = forms.ChoiceField(
        label="D’où vient-il ?", choices=SourceImport.choices, widget=forms.RadioSelect, initial=SourceImport.DAUPHIN
    )
    correspondance = forms.ChoiceField(
        label="Colonnes déjà réglées",
        required=False,
        help_text="Ce qui a été dit des colonnes d’un fichier précédent sert au suivant.",
    )
    field_order = ["fichier", "source", "correspondance", "dispositif", "financeur", "nature"]

    def __init__(self, *args: Any, campagne: Campagne, **kwargs: Any) -> None:
        super().__init__(*args, campagne=campagne, **kwargs)
        connues = CorrespondanceColonnes.objects.filter(contrat=campagne.contrat).values_list("nom", flat=True)
        self.fields["correspondance"].choices = [  # type: ignore[attr-defined]
            ("", "Celles de cette source"),
            *((nom, nom) for nom in connues),
        ]


class ColonnesForm(_Defauts):
    """What each column of the file is. Fields `c0`, `c1`… follow the headings."""

    nom = forms.CharField(
        label="Garder ces réglages sous le nom", max_length=80, help_text="Ils serviront au prochain fichier."
    )

    def __init__(
        self, *args: Any, campagne: Campagne, colonnes: Iterable[Mapping[str, Any]], nom: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, campagne=campagne, **kwargs)
        self.initial.setdefault("nom", nom)
        self.colonnes = list(colonnes)
        choix = self._choix(campagne)
        for rang, colonne in enumerate(self.colonnes):
            # A funder that is no longer among the usual ones keeps its column.
            connus = {cle for _, groupe in choix for cle, _ in groupe}
            propres = [] if colonne["champ"] in connus else [("Réglage gardé", [(colonne["champ"], colonne["champ"])])]
            self.fields[f"c{rang}"] = forms.ChoiceField(
                label=colonne["titre"], choices=[*choix, *propres], initial=colonne["champ"]
            )

    @staticmethod
    def _choix(campagne: Campagne) -> list[tuple[str, list[tuple[str, str]]]]:
        demandes, propositions = [], []
        for financeur in financeurs_habituels(campagne.contrat):
            for nature in NatureMoyens:
                qui = f"{financeur.nom_court}, {nature.label.lower()}"
                demandes.append((str(ColonneFinanceur(DEMANDE, financeur.pk, nature.value)), f"Demandé : {qui}"))
                propositions.append((str(ColonneFinanceur(PROPOSE, financeur.pk, nature.value)), f"Proposé : {qui}"))
        return [
            ("Sans usage", [(IGNOREE, "Ne pas reprendre")]),
            ("Le dossier", [(champ.cle, champ.titre) for champ in CHAMPS]),
            ("Montants demandés, une colonne par financeur", demandes),
            ("Montants proposés, une colonne par financeur", propositions),
        ]

    @property
    def lignes(self) -> list[tuple[Any, Mapping[str, Any]]]:
        """Each field with its column, for the page."""
        return [(self[f"c{rang}"], colonne) for rang, colonne in enumerate(self.colonnes)]

    @property
    def choisies(self) -> dict[str, str]:
        """The field chosen for each heading."""
        return {colonne["titre"]: self.cleaned_data[f"c{rang}"] for rang, colonne in enumerate(self.colonnes)}


class MotsForm(forms.Form):
    """What unknown words designate, and which porteur or which file is meant; all optional: one answers what one knows.

    Fields `m0`… for the words, `q0`… for the questions, `a0`… for a porteur that is not among the answers offered.
    """

    def __init__(self, *args: Any, campagne: Campagne, apercu: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choix = choix_des_mots(campagne)
        self.mots = list(apercu.get("mots", []))
        self.questions = list(apercu.get("questions", []))
        for rang, mot in enumerate(self.mots):
            self.fields[f"m{rang}"] = forms.ChoiceField(
                label=f"{mot['titre']} « {mot['mot']} »",
                choices=[*A_CHOISIR, *choix.get(mot["champ"], [])],
                required=False,
                initial=mot["proche"],
            )
        for rang, question in enumerate(self.questions):
            self.fields[f"q{rang}"] = forms.ChoiceField(
                label=question["texte"], choices=[*A_CHOISIR, *map(tuple, question["choix"])], required=False
            )
            if question["genre"] == "porteur":
                self.fields[f"a{rang}"] = forms.CharField(
                    label="Ou un autre organisme, par son nom ou son SIRET", required=False, max_length=250
                )

    @property
    def lignes_de_mots(self) -> list[tuple[Any, Mapping[str, Any]]]:
        return [(self[f"m{rang}"], mot) for rang, mot in enumerate(self.mots)]

    @property
    def demande_des_lieux(self) -> bool:
        """Some word stands for a place: it may be left out."""
        return any(mot["champ"] == "quartiers" for mot in self.mots)

    @property
    def lignes_de_questions(self) -> list[tuple[Any, Any, Mapping[str, Any]]]:
        return [
            (self[f"q{rang}"], self[f"a{rang}"] if f"a{rang}" in self.fields else None, question)
            for rang, question in enumerate(self.questions)
        ]

    def clean(self) -> dict[str, Any]:
        valeurs = super().clean() or {}
        for rang, question in enumerate(self.questions):
            autre = valeurs.get(f"a{rang}", "") if question["genre"] == "porteur" else ""
            if autre:
                trouves = [
                    o
                    for o in Organisme.objects.cherches(autre)[:50]
                    if normaliser(autre) in (normaliser(o.nom), normaliser(o.sigle), o.siret)
                ]
                if len(trouves) == 1:
                    valeurs[f"q{rang}"] = str(trouves[0].pk)
                else:
                    self.add_error(f"a{rang}", "Aucun organisme, ou plusieurs, de ce nom : donnez son SIRET.")
        return valeurs

    @property
    def reponses(self) -> dict[str, dict[str, str]]:
        """What was answered, by column, as it is kept."""
        dites: dict[str, dict[str, str]] = {}
        for rang, mot in enumerate(self.mots):
            if valeur := self.cleaned_data.get(f"m{rang}"):
                dites.setdefault(mot["champ"], {})[normaliser(mot["mot"])] = valeur
        for rang, question in enumerate(self.questions):
            if valeur := self.cleaned_data.get(f"q{rang}"):
                dites.setdefault(question["genre"], {})[question["cle"]] = valeur
        return dites
