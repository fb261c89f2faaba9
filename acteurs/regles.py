"""Identifiers of organisations (regles.md 2.10 and 8), and their names within a French sentence."""

from __future__ import annotations

import re

from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret

from commun.recherche import normaliser

_RNA = re.compile(r"W\d[A-Z\d]\d{7}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+")
_RIB = re.compile(r"\d{10}[A-Z0-9]{11}\d{2}")
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
# A letter of an account number counts as a digit: A and J are 1, S is 2, Z is 9.
_CHIFFRE_DU_RIB = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789", strict=True))
# Beginnings of the legal categories of Insee, the longest first (regles 2.11).
_CATEGORIES = (
    ("7210", ("commune", "droit_public")),
    ("7220", ("departement", "droit_public")),
    ("7230", ("region", "droit_public")),
    ("7343", ("epci", "droit_public")),
    ("7344", ("epci", "droit_public")),
    ("7346", ("epci", "droit_public")),
    ("7348", ("epci", "droit_public")),
    ("7361", ("ccas", "droit_public")),
    ("7410", ("autre", "groupement")),
    ("9260", ("association", "association_locale")),
    ("92", ("association", "association_1901")),
    ("5", ("entreprise", "societe")),
    ("7", ("etablissement", "droit_public")),
)


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


def completer_siren(numero: str | int) -> str:
    """The SIREN that a directory gives as a number, its lost zeros given back: 83 is 000000083 (F-20)."""
    return str(numero).zfill(9)


def completer_siret(numero: str | int) -> str:
    """The SIRET that a directory gives as a number, its lost zeros given back (F-20)."""
    return str(numero).zfill(14)


def chiffres(saisie: str) -> str:
    """A number as people type it, without its spaces, dots and dashes."""
    return re.sub(r"[\s\u00a0\u202f.\-]+", "", saisie)


def grouper(numero: str, *tailles: int) -> str:
    """A long number in the groups that people read: a SIRET by 3, 3, 3 and 5."""
    groupes, debut = [], 0
    for taille in tailles:
        groupes.append(numero[debut : debut + taille])
        debut += taille
    return "\u202f".join(filter(None, groupes))


def siret_lisible(siret: str) -> str:
    """« 123 456 789 00012 »."""
    return grouper(siret, 3, 3, 3, 5)


def iban_valide(iban: str) -> bool:
    """True for an IBAN whose remainder by 97 is 1; a French one also has the key of its RIB (F-12)."""
    if not 15 <= len(iban) <= 34 or _IBAN.fullmatch(iban) is None:
        return False
    if int("".join(str(int(signe, 36)) for signe in iban[4:] + iban[:4])) % 97 != 1:
        return False
    return _rib_valide(iban[4:]) if iban.startswith("FR") else True


def bic_valide(bic: str) -> bool:
    """True for 8 or 11 characters: bank, country, place, perhaps a branch (F-12)."""
    return _BIC.fullmatch(bic) is not None


def _rib_valide(rib: str) -> bool:
    """23 characters: bank 5, counter 5, account 11, key 2."""
    if _RIB.fullmatch(rib) is None:
        return False
    nombre = "".join(_CHIFFRE_DU_RIB.get(signe, signe) for signe in rib)
    banque, guichet, compte, cle = (int(n) for n in (nombre[:5], nombre[5:10], nombre[10:21], nombre[21:]))
    return cle == 97 - (89 * banque + 15 * guichet + 3 * compte) % 97


def forme_de_la_categorie(categorie: str) -> tuple[str, str]:
    """The kind and the legal form (`TypeOrganisme`, `FormeJuridique`) of an Insee legal category; « autre » at worst."""
    for debut, nature in _CATEGORIES:
        if categorie.startswith(debut):
            return nature
    return ("autre", "inconnue")


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
