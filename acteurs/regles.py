"""Identifiers of organisations (regles.md 2.10 and 8), and their names within a French sentence."""

from __future__ import annotations

import re

from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret

from commun.recherche import normaliser

_RNA = re.compile(r"W\d[A-Z\d]\d{7}")


def siren_valide(siren: str) -> bool:
    """True for 9 digits that follow Luhn."""
    return len(siren) == 9 and siren.isdigit() and bool(_siren.is_valid(siren))


def siret_valide(siret: str) -> bool:
    """True for 14 digits that follow Luhn on the whole and on the SIREN; La Poste's also by the sum of digits."""
    if len(siret) != 14 or not siret.isdigit() or not siren_valide(siret[:9]):
        return False
    if siret.startswith("356000000") and sum(map(int, siret)) % 5 == 0:
        return True
    return bool(_siret.is_valid(siret))


def rna_valide(rna: str) -> bool:
    """True for a real RNA number, letter in third place included."""
    return _RNA.fullmatch(rna) is not None


# Common nouns that open the name of an organisation, without accents; any other first word is a proper name.
_FEMININS = frozenset(
    {"agence", "association", "banque", "caf", "caisse", "chambre", "communaute", "commune", "compagnie", "cpam"}
    | {"delegation", "direction", "education", "epicerie", "justice", "maison", "metropole", "mission", "prefecture"}
    | {"protection", "recyclerie", "regie", "region", "sous-prefecture", "ville"}
)
_MASCULINS = frozenset(
    {"ccas", "centre", "cias", "club", "collectif", "comite", "conseil", "departement", "espace", "etat", "parquet"}
    | {"rectorat", "secretariat", "service", "syndicat", "tribunal"}
)
_PLURIELS = frozenset({"bailleurs", "communes", "partenaires"})
_H_MUET = ("habit", "harmoni", "hopita", "hotel")


def article(court: str, complet: str = "") -> str:
    """The article said before the name `court`, its space included: « le », « la », « l’ », « les », or nothing.

    An acronym tells no gender: that of `complet`, when given, is read from its first word.
    """
    genre = next((mot for mot in map(_premier_mot, (court, complet)) if mot in _FEMININS | _MASCULINS | _PLURIELS), "")
    if not genre:
        return ""
    if genre in _PLURIELS:
        return "les "
    if _s_elide(court):
        return "l’"
    return "la " if genre in _FEMININS else "le "


def contracter(preposition: str, avec_article: str) -> str:
    """« de » or « à » before a name and its article: « du Département », « à l’État », « d’Armentières »."""
    premier, _, suite = avec_article.partition(" ")
    contractes = {"de": {"le": "du", "les": "des"}, "à": {"le": "au", "les": "aux"}}[preposition]
    if premier.lower() in contractes and suite:
        return f"{contractes[premier.lower()]} {suite}"
    if preposition == "de" and _s_elide(avec_article):
        return f"d’{avec_article}"
    return f"{preposition} {avec_article}"


def _premier_mot(nom: str) -> str:
    return normaliser(nom).partition(" ")[0]


def _s_elide(nom: str) -> bool:
    clair = normaliser(nom)
    return clair.startswith((*"aeiou", *_H_MUET))
