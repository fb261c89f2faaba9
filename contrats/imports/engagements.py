"""A spreadsheet of commitments: its columns, its template, each line checked and turned into what the action takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.cellules import (
    Annuaire,
    CelluleFausse,
    lire_choix,
    lire_date,
    lire_nombre,
    lire_plusieurs,
    lire_texte,
)
from commun.erreurs import RegleEnfreinte
from commun.exports import neutraliser
from commun.tableur import Feuille, Rangee, lire_feuille
from geographie.models import Perimetre

from ..actions import Issue, ResultatDeLigne, SaisieCible, SaisieEngagement, enregistrer_lot
from ..etats import TypeCible
from ..models import (
    Contrat,
    NatureMoyens,
    NatureOrientation,
    Objectif,
    PorteeEngagement,
    SensCible,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ColonneImport:
    """A column of the template: its heading, what to write in it, an example."""

    cle: str
    titre: str
    aide: str
    exemple: str = ""


COLONNES = (
    ColonneImport("reference", "Référence", "Celle du contrat. Vide : la suivante est donnée.", "C12"),
    ColonneImport("libelle", "Engagement", "Obligatoire. 500 caractères au plus.", "Ouvrir 20 places de crèche"),
    ColonneImport("organisme", "Organisme engagé", "Nom, sigle ou SIRET.", "CAF du Nord"),
    ColonneImport("signataire", "Au titre de", "Le signataire, si l’organisme est l’un de ses services.", ""),
    ColonneImport("orientation", "Orientation", "Code ou nom dans le contrat.", "O3"),
    ColonneImport("objectifs", "Objectifs", "Codes séparés par un point-virgule.", ""),
    ColonneImport("perimetres", "Quartiers", "Codes ou noms séparés par un point-virgule.", ""),
    ColonneImport("portee", "Portée", "Contrat, Certains QPV, Départementale ou Nationale.", "Contrat"),
    ColonneImport("nature", "Nature des moyens", "Droit commun ou Crédits spécifiques.", "Droit commun"),
    ColonneImport("echeance", "Échéance", "Une date : 31/12/2027.", "31/12/2027"),
    ColonneImport("echeance_texte", "Échéance telle qu’écrite", "Quand le contrat ne donne pas de date.", ""),
    ColonneImport("partenaires", "Partenaires", "Noms séparés par un point-virgule.", ""),
    ColonneImport("axes_transversaux", "Axes transversaux", "Codes séparés par un point-virgule.", ""),
    ColonneImport(
        "cible_type", "Sorte de cible", "Une des quinze sortes, voir la feuille « Valeurs ».", "Nombre à atteindre"
    ),
    ColonneImport("cible_numerateur", "Ce qui est compté", "", "places de crèche"),
    ColonneImport("cible_denominateur", "Rapporté à", "Pour une part ou une comparaison.", ""),
    ColonneImport("cible_unite", "Unité", "", "places"),
    ColonneImport("cible_reference", "Valeur de départ", "Un nombre.", ""),
    ColonneImport("cible_reference_le", "Date de départ", "Une date.", ""),
    ColonneImport("cible_valeur", "Valeur visée", "Un nombre ; 20 pour 20 %.", "20"),
    ColonneImport("cible_valeur_haute", "Borne haute", "Pour un intervalle seulement.", ""),
    ColonneImport("cible_echeance", "Échéance de la cible", "Une date.", ""),
    ColonneImport("cible_sens", "Sens", "Hausse, Baisse, Maintien ou Sans sens.", "Hausse"),
    ColonneImport("note", "Note", "", ""),
    ColonneImport("source", "Source", "Document et page.", "Contrat, p. 34"),
    ColonneImport("identifiant_externe", "Identifiant chez le partenaire", "Celui de votre logiciel.", ""),
)
TITRES = {c.cle: c.titre for c in COLONNES}
ALIAS = {
    "ref": "reference",
    "libelle": "libelle",
    "intitule": "libelle",
    "signataire": "organisme",
    "organisme": "organisme",
    "qpv": "perimetres",
    "perimetres": "perimetres",
    "type de cible": "cible_type",
    "external_id": "identifiant_externe",
    "identifiant externe": "identifiant_externe",
}
# Columns that our own file of refused lines adds: accepted back, and ignored.
IGNOREES = {"Ligne d’origine", "À corriger"}
_CIBLE = tuple(c.cle for c in COLONNES if c.cle.startswith("cible_"))


@dataclass(frozen=True, slots=True)
class ErreurDeLigne:
    """What is wrong in one cell: line of the file, heading of the column, what it is and what to do."""

    ligne: int
    colonne: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class LigneExaminee:
    """One commitment of the file (perhaps over several rows): what would become of it, what is wrong."""

    lignes: tuple[int, ...]
    reference: str
    libelle: str
    issue: Issue
    erreurs: tuple[ErreurDeLigne, ...]


@dataclass(frozen=True, slots=True)
class Bilan:
    """The whole file, examined or imported."""

    engagements: tuple[LigneExaminee, ...]

    def nombre(self, issue: Issue) -> int:
        return sum(1 for e in self.engagements if e.issue is issue)

    @property
    def erreurs(self) -> list[ErreurDeLigne]:
        return [e for engagement in self.engagements for e in engagement.erreurs]


def examiner_ou_importer(
    contrat: Contrat, contenu: bytes, nom: str, *, par: Auteur, le: datetime, essai: bool, tout_ou_rien: bool = True
) -> Bilan:
    """Read the file and say what each line does; write it unless `essai`.

    A line whose cells cannot be read is refused here; the action refuses the others by its own rules. With
    `tout_ou_rien`, one refused line keeps all from being written.
    """
    feuille = lire_feuille(contenu, nom, colonnes=TITRES, alias=ALIAS, obligatoires=("libelle",), ignorees=IGNOREES)
    lus = _Lecteur(contrat).lire(feuille)
    bons = [lu for lu in lus if not lu.erreurs]
    empeche = tout_ou_rien and len(bons) < len(lus)
    resultats = enregistrer_lot(
        contrat,
        [lu.saisie for lu in bons],
        donnes=[lu.donnes for lu in bons],
        numeros=[lu.rangees[0].numero for lu in bons],
        par=par,
        le=le,
        tout_ou_rien=tout_ou_rien,
        essai=essai or empeche,
    )
    par_numero = {r.numero: r for r in resultats}
    return Bilan(tuple(_examinee(lu, par_numero, non_ecrit=empeche and not essai) for lu in lus))


def _examinee(lu: _Lu, par_numero: dict[int, ResultatDeLigne], *, non_ecrit: bool) -> LigneExaminee:
    numeros = tuple(r.numero for r in lu.rangees)
    resultat = par_numero.get(numeros[0])
    if resultat is None:
        return LigneExaminee(numeros, lu.saisie.reference, lu.saisie.libelle, Issue.REFUSE, tuple(lu.erreurs))
    erreurs = tuple(_traduire(e, lu) for e in resultat.erreurs)
    issue = Issue.NON_ECRIT if non_ecrit and not erreurs else resultat.issue
    return LigneExaminee(numeros, resultat.reference, lu.saisie.libelle, issue, erreurs)


def _traduire(erreur: RegleEnfreinte, lu: _Lu) -> ErreurDeLigne:
    """A rule of the action, in the words of the file: the row and the column."""
    numero, champ = lu.rangees[0].numero, erreur.champ or ""
    morceaux = champ.split(".")
    if morceaux[0] == "cibles" and len(morceaux) == 3:
        numero = lu.rangees_des_cibles[int(morceaux[1])]
        champ = f"cible_{morceaux[2]}"
    return ErreurDeLigne(numero, TITRES.get(champ, ""), erreur.message, erreur.code)


# --- Reading the cells ------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Lu:
    rangees: list[Rangee]
    saisie: SaisieEngagement
    donnes: set[str]
    cibles: list[SaisieCible]
    rangees_des_cibles: list[int]
    erreurs: list[ErreurDeLigne]


class _Lecteur:
    """Turns rows into commitments, with the names of one contract in memory."""

    def __init__(self, contrat: Contrat) -> None:
        organismes = list(Organisme.objects.all())
        orientations = list(contrat.orientations.all())
        objectifs = list(Objectif.objects.filter(orientation__contrat=contrat))
        perimetres = list(Perimetre.objects.filter(contrats__contrat=contrat))
        signataires = list(contrat.signataires.select_related("organisme"))
        thematiques = [o for o in orientations if o.nature == NatureOrientation.THEMATIQUE]
        axes = [o for o in orientations if o.nature == NatureOrientation.TRANSVERSALE]
        self.organismes = Annuaire("organismes", ((n, o) for o in organismes for n in (o.nom, o.sigle, o.siret)))
        self.signataires = Annuaire(
            "signataires",
            ((n, s) for s in signataires for n in (s.organisme.nom, s.organisme.sigle, s.organisme.siret)),
        )
        self.orientations = Annuaire(
            "orientations", ((n, o) for o in thematiques for n in (o.code, o.nom, o.nom_court))
        )
        self.axes = Annuaire("axes transversaux", ((n, o) for o in axes for n in (o.code, o.nom, o.nom_court)))
        self.objectifs = Annuaire("objectifs", ((n, o) for o in objectifs for n in (o.code, o.nom)))
        self.perimetres = Annuaire("quartiers du contrat", ((n, p) for p in perimetres for n in (p.code, p.nom)))

    def lire(self, feuille: Feuille) -> list[_Lu]:
        """The commitments of the sheet. A row without wording that repeats a reference adds a target to it."""
        lus: list[_Lu] = []
        for rangee in feuille.rangees:
            suite = lus[-1] if lus and self._est_une_suite(rangee, lus[-1]) else None
            if suite is not None:
                suite.rangees.append(rangee)
                self._lire_cible(rangee, suite)
            else:
                lus.append(self._lire_engagement(rangee))
        for lu in lus:
            if lu.cibles:
                lu.saisie = replace(lu.saisie, cibles=tuple(lu.cibles))
                lu.donnes.add("cibles")
        return lus

    @staticmethod
    def _est_une_suite(rangee: Rangee, precedent: _Lu) -> bool:
        cellules = rangee.cellules
        if "libelle" in cellules or not any(c in cellules for c in _CIBLE):
            return False
        reference = str(cellules.get("reference", "")).strip()
        return set(cellules) <= {"reference", *_CIBLE} and reference in ("", precedent.saisie.reference)

    def _lire_engagement(self, rangee: Rangee) -> _Lu:
        lu = _Lu([rangee], SaisieEngagement(libelle=""), set(), [], [], [])
        if "" in rangee.cellules:
            message = f"« {str(rangee.cellules[''])[:80]} » est hors des colonnes nommées : déplacez-le ou retirez-le."
            lu.erreurs.append(ErreurDeLigne(rangee.numero, "", message, "hors_colonnes"))
        valeurs: dict[str, Any] = {}
        for cle, lire in self._lecteurs().items():
            if cle in rangee.cellules:
                valeur = self._essayer(lu, rangee, cle, lire)
                if valeur is not None:
                    valeurs[cle] = valeur
        lu.saisie = SaisieEngagement(**{"libelle": "", **valeurs})
        lu.donnes = {"libelle", *valeurs}
        self._lire_cible(rangee, lu)
        return lu

    def _lecteurs(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "reference": lire_texte,
            "libelle": lire_texte,
            "organisme": lambda c: self.organismes.trouver(lire_texte(c)),
            "signataire": lambda c: self.signataires.trouver(lire_texte(c)),
            "orientation": lambda c: self.orientations.trouver(lire_texte(c)),
            "objectifs": lambda c: lire_plusieurs(c, self.objectifs),
            "perimetres": lambda c: lire_plusieurs(c, self.perimetres),
            "partenaires": lambda c: lire_plusieurs(c, self.organismes),
            "axes_transversaux": lambda c: lire_plusieurs(c, self.axes),
            "portee": lambda c: lire_choix(c, PorteeEngagement),
            "nature": lambda c: lire_choix(c, NatureMoyens),
            "echeance": lire_date,
            "echeance_texte": lire_texte,
            "note": lire_texte,
            "source": lire_texte,
            "identifiant_externe": lire_texte,
        }

    def _lire_cible(self, rangee: Rangee, lu: _Lu) -> None:
        """The target that the row holds, if it holds one."""
        presentes = [c for c in _CIBLE if c in rangee.cellules]
        if not presentes:
            return
        if "cible_type" not in presentes:
            message = "La sorte de cible manque : choisissez-en une, ou videz les autres cases de la cible."
            lu.erreurs.append(ErreurDeLigne(rangee.numero, TITRES["cible_type"], message, "cible_sans_sorte"))
        lecteurs: dict[str, Callable[[Any], Any]] = {
            "cible_type": lambda c: lire_choix(c, TypeCible),
            "cible_numerateur": lire_texte,
            "cible_denominateur": lire_texte,
            "cible_unite": lire_texte,
            "cible_reference": lire_nombre,
            "cible_reference_le": lire_date,
            "cible_valeur": lire_nombre,
            "cible_valeur_haute": lire_nombre,
            "cible_echeance": lire_date,
            "cible_sens": lambda c: lire_choix(c, SensCible),
        }
        valeurs = {}
        for cle in presentes:
            valeur = self._essayer(lu, rangee, cle, lecteurs[cle])
            if valeur is not None:
                valeurs[cle.removeprefix("cible_")] = valeur
        if "type" in valeurs:
            lu.cibles.append(SaisieCible(**valeurs))
            lu.rangees_des_cibles.append(rangee.numero)

    @staticmethod
    def _essayer(lu: _Lu, rangee: Rangee, cle: str, lire: Callable[[Any], T]) -> T | None:
        try:
            return lire(rangee.cellules[cle])
        except CelluleFausse as faute:
            lu.erreurs.append(ErreurDeLigne(rangee.numero, TITRES[cle], faute.message, faute.code))
            return None


# --- Templates and what comes back ------------------------------------------------------------------------------------
def modele_csv() -> bytes:
    """The template as CSV: the headings and one example, which the reader replaces."""
    sortie = io.StringIO(newline="")
    feuille = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    feuille.writerow([c.titre for c in COLONNES])
    feuille.writerow([c.exemple for c in COLONNES])
    return b"\xef\xbb\xbf" + sortie.getvalue().encode()


def modele_xlsx(contrat: Contrat) -> bytes:
    """The template as a workbook: headings with their help, lists to choose from, the contract's own names."""
    import xlsxwriter

    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie, {"in_memory": True, "strings_to_formulas": False}) as classeur:
        gras = classeur.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        texte = classeur.add_format({"num_format": "@"})
        feuille = classeur.add_worksheet("Engagements")
        valeurs = classeur.add_worksheet("Valeurs")
        aide = classeur.add_worksheet("Mode d’emploi")
        listes = _listes(contrat)
        for rang, (titre, noms) in enumerate(listes.values()):
            valeurs.write_string(0, rang, titre, gras)
            valeurs.set_column(rang, rang, 36)
            for ligne, nom in enumerate(noms, start=1):
                valeurs.write_string(ligne, rang, nom)
        for rang, colonne in enumerate(COLONNES):
            est_date = colonne.cle.endswith(("echeance", "_le"))
            feuille.set_column(
                rang, rang, 40 if colonne.cle in ("libelle", "note") else 20, jour if est_date else texte
            )
            feuille.write_string(0, rang, colonne.titre, gras)
            if colonne.aide:
                feuille.write_comment(0, rang, colonne.aide)
            if colonne.cle in listes and listes[colonne.cle][1]:
                place = list(listes).index(colonne.cle)
                lettres = chr(65 + place)
                source = f"=Valeurs!${lettres}$2:${lettres}${len(listes[colonne.cle][1]) + 1}"
                feuille.data_validation(
                    1, rang, 1000, rang, {"validate": "list", "source": source, "error_type": "warning"}
                )
        feuille.freeze_panes(1, 2)
        aide.set_column(0, 0, 32)
        aide.set_column(1, 2, 60)
        for ligne, (a, b, c) in enumerate(_mode_d_emploi()):
            for rang, mot in enumerate((a, b, c)):
                aide.write_string(ligne, rang, mot, gras if ligne in (0, len(_REGLES) + 1) else None)
    return sortie.getvalue()


_REGLES = (
    "Une ligne par engagement, dans la feuille « Engagements ». Seule la colonne « Engagement » est obligatoire.",
    "Plusieurs cibles : ajoutez une ligne sous la première, avec la même référence et les seules colonnes de la cible.",
    "Une case vide, ou une colonne absente, ne change rien à un engagement déjà saisi.",
    "Un engagement est reconnu à l’identifiant chez le partenaire, sinon à sa référence : importer deux fois le même "
    "fichier ne crée rien de plus.",
)


def _mode_d_emploi() -> list[tuple[str, str, str]]:
    regles = [
        ("Comment remplir ce fichier", "", ""),
        *((f"{n}", regle, "") for n, regle in enumerate(_REGLES, start=1)),
    ]
    return [*regles, ("Colonne", "Ce qu’on y écrit", "Exemple"), *((c.titre, c.aide, c.exemple) for c in COLONNES)]


def _listes(contrat: Contrat) -> dict[str, tuple[str, list[str]]]:
    """The values that a column takes, by column key."""
    organismes = Organisme.objects.filter(signatures__contrat=contrat).distinct().order_by("recherche")
    return {
        "organisme": ("Signataires du contrat", [o.nom_court for o in organismes]),
        "orientation": (
            "Orientations",
            [o.code for o in contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)],
        ),
        "portee": ("Portée", list(PorteeEngagement.labels)),
        "nature": ("Nature des moyens", list(NatureMoyens.labels)),
        "cible_type": ("Sortes de cible", list(TypeCible.labels)),
        "cible_sens": ("Sens", list(SensCible.labels)),
    }


def lignes_refusees(contenu: bytes, nom: str, bilan: Bilan) -> bytes:
    """The refused rows as they were sent, with what is wrong in a last column: to correct and send again."""
    feuille = lire_feuille(contenu, nom, colonnes=TITRES, alias=ALIAS, obligatoires=("libelle",), ignorees=IGNOREES)
    fautes: dict[int, list[str]] = {}
    refusees: set[int] = set()
    for engagement in bilan.engagements:
        if engagement.erreurs:
            refusees.update(engagement.lignes)
        for e in engagement.erreurs:
            fautes.setdefault(e.ligne, []).append(f"{e.colonne} : {e.message}" if e.colonne else e.message)
    sortie = io.StringIO(newline="")
    ecrit = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    ecrit.writerow(["Ligne d’origine", *(TITRES[c] for c in feuille.colonnes), "À corriger"])
    for rangee in feuille.rangees:
        if rangee.numero in refusees:
            cases = [_brut(rangee.cellules.get(c, "")) for c in feuille.colonnes]
            ecrit.writerow([rangee.numero, *cases, neutraliser(" ".join(fautes.get(rangee.numero, [])))])
    return b"\xef\xbb\xbf" + sortie.getvalue().encode()


def _brut(cellule: Any) -> str:
    if isinstance(cellule, float):
        return f"{cellule:g}".replace(".", ",")
    return neutraliser(f"{cellule:%d/%m/%Y}" if isinstance(cellule, date) else str(cellule))


ERREURS_MONTREES = 500
LIGNES_MONTREES = 25


def resume(bilan: Bilan) -> dict[str, Any]:
    """The report as a job keeps it: counts, the first errors in the order of the lines, a glimpse of what is written."""
    erreurs = sorted(bilan.erreurs, key=lambda e: e.ligne)
    return {
        "total": len(bilan.engagements),
        **{issue.value: bilan.nombre(issue) for issue in Issue},
        "nb_erreurs": len(erreurs),
        "erreurs": [{"ligne": e.ligne, "colonne": e.colonne, "message": e.message} for e in erreurs[:ERREURS_MONTREES]],
        "apercu": [
            {"ligne": e.lignes[0], "reference": e.reference, "libelle": e.libelle[:160], "issue": e.issue.value}
            for e in bilan.engagements
            if not e.erreurs
        ][:LIGNES_MONTREES],
    }
