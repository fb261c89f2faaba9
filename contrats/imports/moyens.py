"""A spreadsheet of means: its columns, its template, each line checked and turned into what the action takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.cellules import Annuaire, CelluleFausse, lire_choix, lire_nombre, lire_texte
from commun.recherche import normaliser
from commun.tableur import Rangee, lire_feuille

from ..actions.lot import Issue
from ..actions.moyens import ResultatDeMoyen, SaisieMoyen, annoncer_moyens
from ..etats import StatutMoyen
from ..lectures.moyens import partenaires_possibles
from ..models import Contrat, NatureAnnoncee, NatureOrientation, Orientation, Section
from .engagements import ColonneImport, ErreurDeLigne

# What one types in a box instead of an amount.
NON_COMMUNIQUE, SANS_OBJET, EN_NATURE = "nc", "so", "en nature"
_NC = {"nc", "n c", "non communique", "non communiquee", "non communiques"}
_SO = {"so", "s o", "sans objet"}
_NATURE = {"en nature", "nature"}


def lire_case(cellule: Any) -> tuple[str, Decimal | None]:
    """The status and the amount that a box says: « 12 500 », « nc », « so », « en nature ». Raises `CelluleFausse`."""
    mots = normaliser(lire_texte(cellule)).replace(".", " ").strip()
    if mots in _NC:
        return StatutMoyen.NON_COMMUNIQUE, None
    if mots in _SO:
        return StatutMoyen.SANS_OBJET, None
    if mots in _NATURE:
        return StatutMoyen.COMMUNIQUE, None
    try:
        montant = lire_nombre(cellule)
    except CelluleFausse:
        raise CelluleFausse(
            f"« {lire_texte(cellule)[:40]} » ne se lit pas : écrivez un montant en euros, « nc » (non communiqué), "
            "« so » (sans objet) ou « en nature ».",
            "case",
        ) from None
    if montant < 0:
        raise CelluleFausse("Un montant est positif : écrivez « 12 500 ».", "negatif")
    return StatutMoyen.COMMUNIQUE, montant


COLONNES = (
    ColonneImport("annee", "Année", "Vide : l’année de la page.", "2026"),
    ColonneImport("organisme", "Organisme", "Nom, sigle ou SIRET. Vide : le vôtre.", "CAF du Nord"),
    ColonneImport("nature", "Nature", "Droit commun, Crédits spécifiques, NPNRU ou Europe.", "Droit commun"),
    ColonneImport("section", "Section", "Fonctionnement ou Investissement.", "Fonctionnement"),
    ColonneImport("orientation", "Orientation", "Code ou nom dans le contrat. Vide : toutes, non réparti.", "O3"),
    ColonneImport("montant", "Montant", "En euros ; ou nc, so, en nature.", "120 000"),
    ColonneImport("precision", "Moyens en nature, précisions", "Postes, locaux, équipements, en une phrase.", ""),
    ColonneImport("source", "Document source", "Obligatoire pour le compte d’un autre organisme.", ""),
)
TITRES = {c.cle: c.titre for c in COLONNES}
ALIAS = {"partenaire": "organisme", "financeur": "organisme", "montant (€)": "montant", "précisions": "precision"}
OBLIGATOIRES = ("nature", "section", "montant")
IGNOREES = {"Ligne d’origine", "À corriger"}


@dataclass(frozen=True, slots=True)
class LigneExaminee:
    """One line of the file: what would become of it, what is wrong."""

    numero: int
    libelle: str
    issue: Issue
    erreurs: tuple[ErreurDeLigne, ...]


@dataclass(frozen=True, slots=True)
class Bilan:
    """The whole file, examined or imported."""

    lignes: tuple[LigneExaminee, ...]

    @property
    def erreurs(self) -> list[ErreurDeLigne]:
        return [e for ligne in self.lignes for e in ligne.erreurs]

    def nombre(self, issue: Issue) -> int:
        return sum(ligne.issue is issue for ligne in self.lignes)


@dataclass(slots=True)
class _Lu:
    rangee: Rangee
    saisie: SaisieMoyen | None
    libelle: str
    erreurs: list[ErreurDeLigne]


def examiner_ou_importer(
    contrat: Contrat,
    contenu: bytes,
    nom: str,
    *,
    annee: int,
    par: Auteur,
    le: datetime,
    essai: bool,
    tout_ou_rien: bool = True,
) -> Bilan:
    """Read the file and say what each line does; write it unless `essai`. The same file again changes nothing."""
    feuille = lire_feuille(contenu, nom, colonnes=TITRES, alias=ALIAS, obligatoires=OBLIGATOIRES, ignorees=IGNOREES)
    lecteur = _Lecteur(contrat, annee, par)
    lus = [lecteur.lire(rangee) for rangee in feuille.rangees]
    bons = [lu for lu in lus if lu.saisie is not None]
    empeche = tout_ou_rien and len(bons) < len(lus)
    resultats = annoncer_moyens(
        contrat,
        [lu.saisie for lu in bons if lu.saisie is not None],
        par=par,
        le=le,
        numeros=[lu.rangee.numero for lu in bons],
        tout_ou_rien=tout_ou_rien,
        essai=essai or empeche,
    )
    par_numero = {r.numero: r for r in resultats}
    return Bilan(tuple(_examinee(lu, par_numero, non_ecrit=empeche and not essai) for lu in lus))


def _examinee(lu: _Lu, par_numero: dict[int, ResultatDeMoyen], *, non_ecrit: bool) -> LigneExaminee:
    numero = lu.rangee.numero
    resultat = par_numero.get(numero)
    if resultat is None:
        return LigneExaminee(numero, lu.libelle, Issue.REFUSE, tuple(lu.erreurs))
    erreurs = tuple(ErreurDeLigne(numero, TITRES.get(e.champ or "", ""), e.message, e.code) for e in resultat.erreurs)
    issue = Issue.NON_ECRIT if non_ecrit and not erreurs else resultat.issue
    return LigneExaminee(numero, lu.libelle, issue, erreurs)


class _Lecteur:
    """Turns rows into boxes, with the names of one contract in memory."""

    def __init__(self, contrat: Contrat, annee: int, par: Auteur) -> None:
        self.annee, self.par = annee, par
        # Those of the contract: another name of the installation is nobody's business here.
        organismes = {o.pk: o for o in (*partenaires_possibles(contrat), par.organisme) if o is not None}.values()
        orientations = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
        self.organismes = Annuaire("organismes", ((n, o) for o in organismes for n in (o.nom, o.sigle, o.siret)))
        self.orientations = Annuaire(
            "orientations", ((n, o) for o in orientations for n in (o.code, o.nom, o.nom_court))
        )

    def lire(self, rangee: Rangee) -> _Lu:
        lu = _Lu(rangee, None, "", [])
        if "" in rangee.cellules:
            message = f"« {str(rangee.cellules[''])[:80]} » est hors des colonnes nommées : déplacez-le ou retirez-le."
            lu.erreurs.append(ErreurDeLigne(rangee.numero, "", message, "hors_colonnes"))
        lecteurs: dict[str, Callable[[Any], Any]] = {
            "annee": lambda c: int(lire_nombre(c)),
            "organisme": lambda c: self.organismes.trouver(lire_texte(c)),
            "nature": lambda c: lire_choix(c, NatureAnnoncee),
            "section": lambda c: lire_choix(c, Section),
            "orientation": lambda c: self.orientations.trouver(lire_texte(c)),
            "montant": lire_case,
            "precision": lire_texte,
            "source": lire_texte,
        }
        valeurs: dict[str, Any] = {}
        for cle, lire in lecteurs.items():
            if cle in rangee.cellules:
                try:
                    valeurs[cle] = lire(rangee.cellules[cle])
                except CelluleFausse as faute:
                    lu.erreurs.append(ErreurDeLigne(rangee.numero, TITRES[cle], faute.message, faute.code))
            elif cle in ("nature", "section"):
                message = "Cette case est obligatoire : " + next(c.aide for c in COLONNES if c.cle == cle)
                lu.erreurs.append(ErreurDeLigne(rangee.numero, TITRES[cle], message, "manque"))
        if "montant" not in rangee.cellules and not valeurs.get("precision"):
            message = "Écrivez un montant, « nc », « so », ou les moyens en nature dans leur colonne."
            lu.erreurs.append(ErreurDeLigne(rangee.numero, TITRES["montant"], message, "manque"))
        if lu.erreurs:
            return lu
        organisme: Organisme = valeurs.get("organisme", self.par.organisme)
        orientation: Orientation | None = valeurs.get("orientation")
        statut, montant = valeurs.get("montant", (StatutMoyen.COMMUNIQUE, None))
        lu.saisie = SaisieMoyen(
            organisme=organisme,
            annee=valeurs.get("annee", self.annee),
            nature=valeurs["nature"],
            section=valeurs["section"],
            orientation=orientation,
            statut=statut,
            montant=montant,
            precision=valeurs.get("precision"),
            source=valeurs.get("source"),
        )
        ou = orientation.code if orientation else "non réparti"
        nature, section = NatureAnnoncee(valeurs["nature"]).label, Section(valeurs["section"]).label
        lu.libelle = f"{organisme.nom_court} {lu.saisie.annee} · {nature} · {section} · {ou}"
        return lu


def modele_csv() -> bytes:
    """The template: the headings and one example, which the reader replaces."""
    sortie = io.StringIO(newline="")
    feuille = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    feuille.writerow([c.titre for c in COLONNES])
    feuille.writerow([c.exemple for c in COLONNES])
    return b"\xef\xbb\xbf" + sortie.getvalue().encode()


ERREURS_MONTREES = 500
LIGNES_MONTREES = 25


def resume(bilan: Bilan) -> dict[str, Any]:
    """The report as a job keeps it: counts, the first errors in the order of the lines, a glimpse of what is written."""
    erreurs = bilan.erreurs
    return {
        "total": len(bilan.lignes),
        **{issue.value: bilan.nombre(issue) for issue in Issue},
        "nb_erreurs": len(erreurs),
        "erreurs": [{"ligne": e.ligne, "colonne": e.colonne, "message": e.message} for e in erreurs[:ERREURS_MONTREES]],
        "apercu": [
            {"ligne": ligne.numero, "libelle": ligne.libelle, "issue": ligne.issue.value}
            for ligne in bilan.lignes
            if not ligne.erreurs
        ][:LIGNES_MONTREES],
    }
