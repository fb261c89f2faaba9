"""What some schemes ask besides the common form: the operation of an investment, the holidays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from commun.formulaires import SaisieDate

from ...actions.ecriture_demande import PLACES, PeriodeSaisie
from ...lectures.calendriers import calendrier_du_dispositif
from ...models import (
    Autorisation,
    Derogation,
    Dossier,
    FicheInvestissement,
    FicheVacances,
    Foncier,
    NatureOperation,
    QuestionVacances,
    StadeEtudes,
    Vacances,
)
from ...regles.champs import noms_de
from .base import ChampEntier, ChampEuros, SectionForm, attendre

JOURS_MAX = 62
_LIBELLES_DES_PLACES = (
    "Filles de moins de 12 ans",
    "Garçons de moins de 12 ans",
    "Filles de 12 à 17 ans",
    "Garçons de 12 à 17 ans",
)


def _choix(libelle: str, choix: Any, aide: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=libelle, choices=[("", "Choisissez"), *choix.choices], required=False, help_text=aide
    )


def _ligne(libelle: str, aide: str = "", *, maximum: int = 250) -> forms.CharField:
    return forms.CharField(label=libelle, required=False, max_length=maximum, help_text=aide)


def _texte(libelle: str, aide: str, *, lignes: int = 4) -> forms.CharField:
    return forms.CharField(
        label=libelle, required=False, max_length=4000, help_text=aide, widget=forms.Textarea(attrs={"rows": lignes})
    )


class OperationForm(SectionForm):
    """The works or the purchase: how far they are, by what right, with what permits, what they will cost to run."""

    section = "operation"

    nature_operation = _choix("Nature de l’opération", NatureOperation)
    equipement = _ligne("Équipement ou espace concerné", "« Maison de quartier du Faubourg Duchateau, 300 m² ».")
    stade = _choix("Avancement des études", StadeEtudes)
    foncier = _choix("Maîtrise foncière", Foncier)
    foncier_precision = _ligne(
        "Précision sur le foncier", "Parcelle, propriétaire, date de la promesse ou du bail.", maximum=300
    )
    autorisation = _choix("Autorisations d’urbanisme", Autorisation)
    autorisation_precision = _ligne(
        "Lesquelles, et quand",
        "« Permis de construire déposé le 3 mars ; déclaration au titre de la loi sur l’eau ».",
        maximum=300,
    )
    marches = _texte("Marchés", "La procédure, les lots, les dates de consultation et d’attribution.", lignes=3)
    charges_annuelles = ChampEuros(
        label="Fonctionnement par an après travaux",
        help_text="Fluides, entretien, personnel. Écrivez 0 si rien ne s’ajoute.",
    )
    charges_portees_par = _ligne("Qui le paiera", "La commune, le gestionnaire, un bailleur…")
    derogation = forms.ChoiceField(
        label="Dérogation à la participation minimale",
        choices=Derogation,
        required=False,
        help_text="Le maître d’ouvrage apporte au moins 20 % des financements publics (CGCT, art. L. 1111-10 III).",
    )
    derogation_motif = _ligne("Référence et motif de la dérogation", "Date et objet de la décision.", maximum=400)

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        fiche = FicheInvestissement.objects.filter(dossier=dossier).first() or FicheInvestissement()
        return {nom: getattr(fiche, nom) for nom in noms_de(self.section)}

    def construire(self) -> None:
        attendre(self, "nature_operation", "equipement", "stade", "foncier", "autorisation", "marches")
        attendre(self, "charges_annuelles", "charges_portees_par")

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        if lues.get("derogation") and not lues.get("derogation_motif"):
            self.add_error("derogation_motif", "Une dérogation dit sa référence et son motif.")
        return lues


@dataclass(frozen=True, slots=True)
class LignePeriode:
    """One holiday on the page."""

    nom: str
    jours: forms.BoundField
    places: list[forms.BoundField]
    remplie: bool


class VacancesForm(SectionForm):
    """When, for how many, and what this scheme wants to know of the summer."""

    section = "vacances"

    sorties = ChampEntier(label="Sorties à la journée")
    sejours = ChampEntier(label="Séjours")
    departs = ChampEntier(label="Jeunes qui partent en séjour")
    fil_rouge = _texte("Lien avec le fil rouge de l’année", "Comment vos activités le suivent.")
    evenement = _ligne("Intitulé", "« Fête de la fin de l’été ».", maximum=200)
    evenement_le = forms.DateField(label="Date", required=False, widget=SaisieDate)
    evenement_lieu = _ligne("Lieu", maximum=200)
    participation = _texte(
        "Démarche collective et participative", "Qui décide du programme, comment les habitants y prennent part."
    )
    ecoresponsable = _texte("Engagements écoresponsables", "Déplacements, déchets, achats, alimentation.")

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        fiche = FicheVacances.objects.filter(dossier=dossier).first() or FicheVacances()
        connues = {periode.periode: periode for periode in dossier.periodes.all()}
        proposees = set(dossier.dispositif.vacances or Vacances.values) | set(connues)
        self.periodes = [periode for periode in Vacances if periode in proposees]
        self.questions = set(dossier.dispositif.questions)
        calendrier = calendrier_du_dispositif(dossier.campagne, dossier.dispositif)
        self.theme = calendrier.fil_rouge if calendrier else ""
        initiales: dict[str, Any] = {nom: getattr(fiche, nom) for nom in noms_de(self.section) if nom != "periodes"}
        for periode, connue in connues.items():
            initiales[f"jours_{periode}"] = connue.jours
            initiales |= {f"{place}_{periode}": getattr(connue, place) or None for place in PLACES}
        return initiales

    def construire(self) -> None:
        for periode in self.periodes:
            self.fields[f"jours_{periode}"] = ChampEntier(label="Jours d’activité", max_value=JOURS_MAX)
            self.fields[f"jours_{periode}"].error_messages["max_value"] = (
                f"Des vacances ne comptent pas plus de {JOURS_MAX} jours."
            )
            if QuestionVacances.PLACES in self.questions:
                for place, libelle in zip(PLACES, _LIBELLES_DES_PLACES, strict=True):
                    self.fields[f"{place}_{periode}"] = ChampEntier(label=libelle, max_value=9_999)
        posees = {
            QuestionVacances.DEPARTS: ("sorties", "sejours", "departs"),
            QuestionVacances.FIL_ROUGE: ("fil_rouge",),
            QuestionVacances.EVENEMENT: ("evenement", "evenement_le", "evenement_lieu"),
            QuestionVacances.PARTICIPATION: ("participation",),
            QuestionVacances.ECORESPONSABLE: ("ecoresponsable",),
        }
        for question, noms in posees.items():
            if question in self.questions:
                attendre(self, *(nom for nom in noms if nom != "departs"))
            else:
                for nom in noms:
                    del self.fields[nom]
        for nom in self.champs_de("periodes"):
            attendre(self, nom)

    def champs_de(self, nom: str) -> list[str]:
        if nom != "periodes":
            return super().champs_de(nom)
        return [champ for champ in self.fields if champ.startswith(("jours_", *(f"{place}_" for place in PLACES)))]

    def valeur(self, nom: str) -> Any:
        if nom != "periodes":
            return super().valeur(nom)
        lues = self.cleaned_data
        saisies = []
        for periode in self.periodes:
            if jours := lues[f"jours_{periode}"]:
                filles, garcons, grandes, grands = (lues.get(f"{place}_{periode}") or 0 for place in PLACES)
                saisies.append(PeriodeSaisie(periode.value, jours, (filles, garcons, grandes, grands)))
        return saisies

    def clean(self) -> dict[str, Any]:
        """Places without a day are said, not lost."""
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        for periode in self.periodes:
            places = [lues.get(f"{place}_{periode}") for place in PLACES]
            if any(places) and f"jours_{periode}" not in self.errors and not lues.get(f"jours_{periode}"):
                self.add_error(f"jours_{periode}", "Dites combien de jours : sans eux, ces places ne sont pas gardées.")
        return lues

    @property
    def lignes(self) -> list[LignePeriode]:
        """The holidays that the scheme admits, in the order of the year."""
        lignes = []
        for periode in self.periodes:
            places = [self[nom] for place in PLACES if (nom := f"{place}_{periode}") in self.fields]
            jours = self[f"jours_{periode}"]
            lignes.append(LignePeriode(periode.label, jours, places, bool(jours.value())))
        return lignes
