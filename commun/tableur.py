"""Reads a sheet of a spreadsheet (CSV, XLSX, ODS) as typed rows; nothing in it is run, its size is bounded."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, load_workbook

from .erreurs import RegleEnfreinte
from .recherche import normaliser

LIGNES_AU_PLUS = 10_000
COLONNES_AU_PLUS = 60
OCTETS_AU_PLUS = 10 * 1024 * 1024
OCTETS_DEPLIES_AU_PLUS = 200 * 1024 * 1024
EXTENSIONS = ("csv", "xlsx", "ods")
LONGUEUR_CELLULE = 32_767
FEUILLES_AU_PLUS = 12


@dataclass(frozen=True, slots=True)
class Rangee:
    """One row of the file: its number as the spreadsheet shows it, and its cells by column key."""

    numero: int
    cellules: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeuilleBrute:
    """A sheet as it stands in the file: its name (none in a CSV) and all its rows, the first one included."""

    nom: str
    rangees: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Feuille:
    """The rows below the head, empty ones left out, and the column keys that the file holds."""

    colonnes: tuple[str, ...]
    rangees: tuple[Rangee, ...]


def lire_feuille(
    contenu: bytes,
    nom: str,
    *,
    colonnes: dict[str, str],
    alias: dict[str, str],
    obligatoires: Sequence[str],
    ignorees: Set[str] = frozenset(),
) -> Feuille:
    """Read the first sheet. `colonnes` gives the heading of each key, `alias` further spellings (normalised) → key,
    `ignorees` headings whose column is not read.

    Raises `RegleEnfreinte` on the field `fichier`: what is wrong with the file as a whole, and what to do.
    """
    return _nommer(lire_feuilles(contenu, nom)[0].rangees, colonnes, alias, obligatoires, ignorees)


def lire_feuilles(contenu: bytes, nom: str, *, toutes: bool = False) -> list[FeuilleBrute]:
    """The first sheet of a file, or `toutes` of them (a few at most), whatever their heads are.

    Raises `RegleEnfreinte` on the field `fichier` when the file cannot be read.
    """
    if len(contenu) > OCTETS_AU_PLUS:
        raise _refus("Le fichier dépasse 10 Mo : envoyez-le en plusieurs fois.", "taille")
    if not contenu.strip():
        raise _refus("Le fichier est vide.", "vide")
    extension = nom.rpartition(".")[2].lower()
    if extension not in EXTENSIONS:
        raise _refus("Choisissez un fichier CSV, XLSX ou ODS.", "extension")
    if extension == "csv":
        return [FeuilleBrute("", _lire_csv(contenu))]
    return _lire_classeur(contenu, extension, FEUILLES_AU_PLUS if toutes else 1)


def _lire_csv(contenu: bytes) -> list[list[Any]]:
    if contenu.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refus("Ce fichier est un classeur et non un CSV : donnez-lui son extension, .xlsx ou .ods.", "contenu")
    if b"\x00" in contenu:
        raise _refus("Ce fichier n’est pas un texte CSV : enregistrez-le de nouveau en « CSV UTF-8 ».", "contenu")
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", errors="replace")  # how French spreadsheets save a plain CSV
    entete = texte.split("\n", 1)[0]
    separateur = max(";\t,", key=entete.count)
    try:
        return list(csv.reader(io.StringIO(texte, newline=""), delimiter=separateur, strict=True))
    except csv.Error as erreur:
        raise _refus(
            "Le CSV est mal formé : un guillemet ouvert n’est pas refermé. Enregistrez-le de nouveau depuis le tableur.",
            "contenu",
        ) from erreur


def _lire_classeur(contenu: bytes, extension: str, feuilles: int) -> list[FeuilleBrute]:
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as paquet:
            if sum(membre.file_size for membre in paquet.infolist()) > OCTETS_DEPLIES_AU_PLUS:
                raise _refus(
                    "Le classeur est trop gros une fois déplié : gardez la seule feuille à importer.", "taille"
                )
        classeur = load_workbook(io.BytesIO(contenu))
        if not classeur.sheet_names:
            raise _refus("Le classeur n’a aucune feuille.", "vide")
        return [
            FeuilleBrute(
                nom,
                classeur.get_sheet_by_index(rang).to_python(skip_empty_area=False, nrows=LIGNES_AU_PLUS * 2 + 2),
            )
            for rang, nom in enumerate(classeur.sheet_names[:feuilles])
        ]
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError) as erreur:
        message = (
            f"Ce fichier n’est pas un classeur {extension.upper()} lisible : enregistrez-le de nouveau dans ce format"
        )
        raise _refus(f"{message}, sans mot de passe.", "contenu") from erreur


def _nommer(
    brutes: list[list[Any]],
    colonnes: dict[str, str],
    alias: dict[str, str],
    obligatoires: Sequence[str],
    ignorees: Set[str],
) -> Feuille:
    """Recognise the head, then give each cell its column; empty rows are left out."""
    debut = next((i for i, ligne in enumerate(brutes) if any(not est_vide(c) for c in ligne)), None)
    if debut is None:
        raise _refus("Le fichier est vide.", "vide")
    connus = {normaliser(titre): cle for cle, titre in colonnes.items()} | {normaliser(c): c for c in colonnes} | alias
    entete = [str(c).strip() for c in brutes[debut]]
    if len(entete) > COLONNES_AU_PLUS and any(entete[COLONNES_AU_PLUS:]):
        raise _refus(f"Le fichier compte plus de {COLONNES_AU_PLUS} colonnes : partez du modèle.", "colonnes")
    cles: list[str] = []
    for rang, titre in enumerate(entete[:COLONNES_AU_PLUS]):
        cle = connus.get(normaliser(titre.rstrip("*").strip()), "")
        if titre in ignorees:
            cles.append("-")
            continue
        if titre and not cle:
            raise _refus(
                f"Colonne {lettre(rang)} : « {titre[:80]} » n’est pas une colonne connue. Corrigez son titre d’après le "
                "modèle, ou retirez-la.",
                "colonne_inconnue",
            )
        if cle and cle in cles:
            raise _refus(
                f"La colonne « {colonnes[cle]} » est deux fois dans le fichier : gardez-en une.", "colonne_double"
            )
        cles.append(cle)
    for cle in obligatoires:
        if cle not in cles:
            raise _refus(f"La colonne « {colonnes[cle]} » manque : partez du modèle.", "colonne_absente")
    rangees: list[Rangee] = []
    for rang, ligne in enumerate(brutes[debut + 1 :], start=debut + 2):
        if all(est_vide(c) for c in ligne):
            continue
        if len(rangees) >= LIGNES_AU_PLUS:
            raise _refus("Le fichier compte plus de 10 000 lignes : envoyez-le en plusieurs fois.", "lignes")
        hors = [c for c, cle in zip(ligne, [*cles, *[""] * len(ligne)], strict=False) if not cle and not est_vide(c)]
        cellules = {cle: c for cle, c in zip(cles, ligne, strict=False) if cle not in ("", "-") and not est_vide(c)}
        if hors:
            cellules[""] = hors[0]  # something stands outside the named columns: said with the line
        rangees.append(Rangee(rang, cellules))
    if not rangees:
        raise _refus("Le fichier n’a aucune ligne sous les titres.", "vide")
    return Feuille(tuple(c for c in cles if c not in ("", "-")), tuple(rangees))


def lettre(rang: int) -> str:
    """The letters of a column, from 0: A, B… Z, AA."""
    lettres = ""
    rang += 1
    while rang:
        rang, reste = divmod(rang - 1, 26)
        lettres = chr(65 + reste) + lettres
    return lettres


def est_vide(cellule: Any) -> bool:
    """True for a cell that holds nothing."""
    return cellule is None or (isinstance(cellule, str) and not cellule.strip())


def _refus(message: str, code: str) -> RegleEnfreinte:
    return RegleEnfreinte(message, champ="fichier", code=f"fichier_{code}")
