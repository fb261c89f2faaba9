"""Reads the cells of a spreadsheet that people filled: text, numbers, dates, names; each fault says what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .exports import neutraliser
from .recherche import normaliser
from .tableur import LONGUEUR_CELLULE

_ESPACES = re.compile(r"[\s\u00a0\u202f]+")


class CelluleFausse(Exception):
    """A cell cannot be read: what is wrong and what to do, and a code for programs."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class Annuaire:
    """What names designate: exact after accents and case; a name that two objects share designates none."""

    def __init__(self, quoi: str, couples: Iterable[tuple[str, Any]]) -> None:
        self.quoi = quoi
        self._objets: dict[str, Any] = {}
        self._doubles: set[str] = set()
        self._noms: dict[str, str] = {}
        for nom, objet in couples:
            cle = normaliser(nom)
            if not cle:
                continue
            if cle in self._objets and self._objets[cle].pk != objet.pk:
                self._doubles.add(cle)
            self._objets.setdefault(cle, objet)
            self._noms.setdefault(cle, nom)

    def trouver(self, nom: str) -> Any:
        """The object called so; raises with the nearest names when there is none."""
        cle = normaliser(nom)
        if cle in self._doubles:
            raise CelluleFausse(f"Plusieurs {self.quoi} s’appellent « {nom} » : écrivez le code ou le SIRET.", "ambigu")
        if cle in self._objets:
            return self._objets[cle]
        # A short name inside a longer writing (« Caf du Nord » for CAF), else a name written nearly so.
        proches = [mot for mot in cle.split() if len(mot) > 2 and mot in self._objets][:2]
        proches = proches or difflib.get_close_matches(cle, self._objets, n=2, cutoff=0.7)
        suite = (
            "Vouliez-vous dire " + " ou ".join(f"« {self._noms[p]} »" for p in proches) + " ?"
            if proches
            else "Vérifiez l’orthographe, ou laissez la case vide."
        )
        raise CelluleFausse(f"« {nom[:80]} » ne se trouve pas parmi les {self.quoi}. {suite}", "inconnu")


def lire_texte(cellule: Any) -> str:
    """The text of a cell, as people see it there."""
    if isinstance(cellule, bool):
        return "Oui" if cellule else "Non"
    if isinstance(cellule, float) and cellule.is_integer():
        cellule = int(cellule)  # a reference « 12 » typed as a number
    if isinstance(cellule, datetime | date):
        return f"{cellule:%d/%m/%Y}"
    texte = str(cellule).strip()
    if "\x00" in texte:
        raise CelluleFausse("Ce texte contient un caractère illisible : retapez-le.", "caractere_nul")
    if len(texte) >= LONGUEUR_CELLULE:
        raise CelluleFausse("Ce texte est trop long pour une case : raccourcissez-le.", "trop_long")
    if texte.startswith("#") and texte.rstrip("!?").upper() in _ERREURS_DE_FORMULE:
        raise CelluleFausse(
            f"« {texte} » est une erreur de formule : corrigez la formule ou tapez la valeur.", "formule"
        )
    # The apostrophe that our own exports put before what looks like a formula.
    return texte[1:] if texte.startswith("'") and neutraliser(texte[1:]) == texte else texte


_ERREURS_DE_FORMULE = {
    "#REF",
    "#N/A",
    "#NOM",
    "#NAME",
    "#VALEUR",
    "#VALUE",
    "#DIV/0",
    "#NUL",
    "#NULL",
    "#NOMBRE",
    "#NUM",
}


def lire_plusieurs(cellule: Any, annuaire: Annuaire) -> tuple[Any, ...]:
    """The objects whose names stand in a cell, parted by semicolons."""
    noms = [n.strip() for n in lire_texte(cellule).replace("\n", ";").split(";")]
    return tuple({o.pk: o for o in (annuaire.trouver(n) for n in noms if n)}.values())


def lire_choix(cellule: Any, choix: Any) -> str:
    """The value of a choice, given by its label or by itself."""
    texte = normaliser(lire_texte(cellule))
    for valeur, libelle in choix.choices:
        if texte in (normaliser(libelle), valeur):
            return str(valeur)
    libelles = ", ".join(libelle for _, libelle in choix.choices)
    raise CelluleFausse(f"« {lire_texte(cellule)[:80]} » n’est pas proposé. Écrivez : {libelles}.", "choix")


def lire_nombre(cellule: Any) -> Decimal:
    """A number, whichever way French people write it; a unit « € » or « % » at its end is left out."""
    if isinstance(cellule, bool | date):
        raise CelluleFausse("Un nombre est attendu : « 20 », « 12,5 ».", "nombre")
    texte = _ESPACES.sub("", lire_texte(cellule)).removesuffix("€").removesuffix("%")
    texte = texte.replace("−", "-").replace(",", ".").removeprefix("+")
    try:
        valeur = Decimal(texte)
    except InvalidOperation:
        valeur = Decimal("NaN")
    if not valeur.is_finite():
        raise CelluleFausse(
            f"« {lire_texte(cellule)[:40]} » n’est pas un nombre : écrivez « 20 » ou « 12,5 », l’unité dans sa colonne.",
            "nombre",
        )
    return round(valeur, 3) if isinstance(cellule, float) else valeur


def lire_date(cellule: Any) -> date:
    """A day."""
    if isinstance(cellule, datetime):
        return cellule.date()
    if isinstance(cellule, date):
        return cellule
    texte = lire_texte(cellule)
    for motif in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(texte, motif).date()  # noqa: DTZ007 — a day, without an hour
        except ValueError:
            continue
    if re.fullmatch(r"(19|20)\d\d", texte):
        raise CelluleFausse(f"« {texte} » est une année : écrivez le jour, par exemple 31/12/{texte}.", "date_annee")
    raise CelluleFausse(f"« {texte[:40]} » n’est pas une date : écrivez 31/12/2027.", "date")
