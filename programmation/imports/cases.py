"""Reads the cells of an imported spreadsheet of files: amounts, people counted, days, places with their shares."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from commun.cellules import CelluleFausse, lire_date, lire_nombre, lire_texte
from commun.recherche import normaliser

from ..models import CaractereDossier, ObjetDossier

LONGUEUR_INTITULE = 250
MONTANT_AU_PLUS = Decimal(10) ** 10
PERSONNES_AU_PLUS = 2_000_000
_PART = re.compile(r"(?P<lieu>.*?)[\s(:–-]*(?P<part>\d+(?:[.,]\d+)?)\s*%\)?", re.DOTALL)
_CARACTERES = {
    CaractereDossier.NOUVELLE: ("premiere demande", "nouvelle", "nouveau", "creation", "nouvelle action"),
    CaractereDossier.RECONDUITE: (
        "renouvellement",
        "reconduction",
        "reconduite",
        "poursuite",
        "renouvellement (ou poursuite)",
    ),
}
_OBJETS = {
    ObjetDossier.ACTION: ("action", "projet", "projet_action", "projet(s)/action(s)", "projets/actions", "une action"),
    ObjetDossier.FONCTIONNEMENT: ("fonctionnement", "fonctionnement global", "global", "le fonctionnement global"),
}


def intitule(cellule: Any) -> str:
    """The title of an action."""
    texte = " ".join(lire_texte(cellule).split())
    if len(texte) > LONGUEUR_INTITULE:
        raise CelluleFausse(
            f"Cet intitulé compte {len(texte)} caractères : gardez-en {LONGUEUR_INTITULE} au plus.",
            "intitule_trop_long",
        )
    return texte


def montant(cellule: Any) -> Decimal:
    """Euros, never negative (S-03)."""
    valeur = lire_nombre(cellule)
    if valeur < 0:
        raise CelluleFausse("Un montant n’est pas négatif : corrigez son signe.", "montant_negatif")
    if valeur >= MONTANT_AU_PLUS:
        raise CelluleFausse("Ce montant est trop grand : vérifiez qu’il est en euros.", "montant_trop_grand")
    return valeur.quantize(Decimal("0.01"))


def personnes(cellule: Any) -> int:
    """A whole number of people."""
    valeur = lire_nombre(cellule)
    if valeur != valeur.to_integral_value() or not 0 <= valeur <= PERSONNES_AU_PLUS:
        raise CelluleFausse(
            f"« {lire_texte(cellule)[:40]} » n’est pas un nombre de personnes : écrivez un entier, « 80 ».", "personnes"
        )
    return int(valeur)


def jour(cellule: Any) -> date:
    """A day within living memory."""
    lu = lire_date(cellule)
    if not 2000 <= lu.year <= 2100:
        raise CelluleFausse(f"L’année {lu.year} n’est pas plausible : vérifiez la date.", "date_impossible")
    return lu


def caractere(cellule: Any) -> str:
    """A new action or a renewal, whichever way it is said; « oui » in a column « reconduction »."""
    return _parmi(cellule, {**_CARACTERES}, "« Première demande » ou « Renouvellement »", "caractere_inconnu")


def objet(cellule: Any) -> str:
    """An action, or the whole functioning of the organisation."""
    return _parmi(cellule, {**_OBJETS}, "« Action » ou « Fonctionnement »", "objet_inconnu")


def lieux(cellule: Any, entiers: set[str]) -> list[tuple[str, Decimal | None]]:
    """The places of a cell, each with its share in % when one is given. `entiers`: names never to be cut at a comma."""
    texte = lire_texte(cellule)
    if normaliser(texte) in entiers:
        return [(texte, None)]
    morceaux = re.split(r"[;\n|]", texte) if re.search(r"[;\n|]", texte) else texte.split(",")
    lus: list[tuple[str, Decimal | None]] = []
    for morceau in (m.strip() for m in morceaux):
        if not morceau:
            continue
        trouve = _PART.fullmatch(morceau)
        if trouve and trouve["lieu"].strip():
            lus.append((trouve["lieu"].strip(), Decimal(trouve["part"].replace(",", "."))))
        else:
            lus.append((morceau, None))
    return lus


def _parmi(cellule: Any, choix: dict[Any, tuple[str, ...]], attendu: str, code: str) -> str:
    texte = normaliser(lire_texte(cellule))
    for valeur, mots in choix.items():
        if texte in mots or texte == str(valeur):
            return str(valeur)
    raise CelluleFausse(f"« {lire_texte(cellule)[:60]} » n’est pas compris : écrivez {attendu}.", code)
