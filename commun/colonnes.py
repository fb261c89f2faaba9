"""Columns declared once, for the screen, the column menu, the sort, the totals and the exports."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from commun import typographie as typo


class TypeColonne(StrEnum):
    """What a column holds; decides how it is written, aligned and exported."""

    TEXTE = "texte"
    IDENTIFIANT = "identifiant"
    ETAT = "etat"
    OUI_NON = "oui_non"
    NOMBRE = "nombre"
    EUROS = "euros"
    POURCENT = "pourcent"  # the value is a fraction of one
    DATE = "date"
    INSTANT = "instant"


NUMERIQUES = frozenset({TypeColonne.NOMBRE, TypeColonne.EUROS, TypeColonne.POURCENT})


@dataclass(frozen=True)
class Colonne:
    """One column.

    `valeur` is a path of attributes (`porteur.nom`, a method is called, None stops the walk) or a function of the
    row. `tri` holds the ORDER BY expressions, ascending; `somme` the ORM path that a total adds up when the path of
    `valeur` is not a field. `largeur` is in characters, for spreadsheets; 0 lets the type decide.
    """

    cle: str
    libelle: str
    valeur: str | Callable[[Any], Any] = ""
    type: TypeColonne = TypeColonne.TEXTE
    tri: str | tuple[str, ...] | None = None
    total: bool = False
    visible: bool = True
    aide: str = ""
    largeur: int = 0
    decimales: int | None = None
    somme: str = ""

    @property
    def numerique(self) -> bool:
        """Tell whether the column aligns right and adds up."""
        return self.type in NUMERIQUES

    @property
    def expressions_de_tri(self) -> tuple[str, ...]:
        """Return the ORDER BY expressions; empty when the column cannot be sorted."""
        if self.tri is None:
            return ()
        return (self.tri,) if isinstance(self.tri, str) else self.tri

    @property
    def champ_somme(self) -> str:
        """Return the ORM path that a total adds up."""
        chemin = self.valeur if isinstance(self.valeur, str) and self.valeur else self.cle
        return self.somme or chemin.replace(".", "__")

    def lire(self, ligne: Any) -> Any:
        """Return the row's value as it is typed: Decimal, date, text… or None."""
        if callable(self.valeur):
            return self.valeur(ligne)
        return _suivre(ligne, self.valeur or self.cle)

    def ecrire(self, valeur: Any) -> str:
        """Write a value as people read it, with French typography; `—` when there is none."""
        if valeur is None or valeur == "":
            return typo.ABSENT
        match self.type:
            case TypeColonne.EUROS:
                return typo.euros(valeur, None if self.decimales is None else self.decimales > 0)
            case TypeColonne.NOMBRE:
                return typo.nombre(valeur, self.decimales)
            case TypeColonne.POURCENT:
                return typo.pourcent(valeur, 1 if self.decimales is None else self.decimales)
            case TypeColonne.DATE:
                return typo.date_courte(valeur)
            case TypeColonne.INSTANT:
                return typo.date_heure(timezone.localtime(valeur) if timezone.is_aware(valeur) else valeur)
            case TypeColonne.OUI_NON:
                return "Oui" if valeur else "Non"
        return texte_de(valeur)


@dataclass(frozen=True)
class Cellule:
    """A cell ready to show: its column, the typed value, the written one."""

    colonne: Colonne
    valeur: Any
    texte: str


@dataclass(frozen=True)
class Tri:
    """A valid sort: the column's key, its direction, and what ORDER BY receives."""

    cle: str
    descendant: bool
    expressions: tuple[str, ...]

    @property
    def parametre(self) -> str:
        """Return how the address bar writes it: `nom`, `-depose_le`."""
        return f"-{self.cle}" if self.descendant else self.cle


@dataclass(frozen=True)
class Entete:
    """A column's head: what assistive technology hears of the sort, and the sort that a click asks for."""

    colonne: Colonne
    aria_sort: str
    tri_suivant: str


@dataclass(frozen=True)
class JeuDeColonnes:
    """The columns of one table, in their order; `tri_defaut` is a key, preceded by `-` for descending."""

    colonnes: tuple[Colonne, ...]
    tri_defaut: str = ""
    departage: str = "pk"

    def __post_init__(self) -> None:
        cles = [colonne.cle for colonne in self.colonnes]
        if len(set(cles)) != len(cles):
            raise ValueError(f"duplicate column keys: {sorted(cle for cle in cles if cles.count(cle) > 1)}")
        if self.tri_defaut and self._tri(self.tri_defaut) is None:
            raise ValueError(f"the default sort {self.tri_defaut!r} is not a sortable column")

    def __iter__(self) -> Iterator[Colonne]:
        return iter(self.colonnes)

    def choisir(self, cles: Iterable[str] | None) -> tuple[Colonne, ...]:
        """Return the columns asked for, in the declared order; unknown keys are ignored, none left means the usual."""
        voulues = set(cles or ())
        return tuple(c for c in self.colonnes if c.cle in voulues) or tuple(c for c in self.colonnes if c.visible)

    def trier(self, parametre: str | None) -> Tri | None:
        """Return the sort that the address bar asks for, else the default one; never an expression from outside.

        Ties are broken by `departage`, so that no row is seen twice from one page to the next.
        """
        return self._tri(parametre or "") or self._tri(self.tri_defaut)

    def entetes(self, colonnes: Sequence[Colonne], tri: Tri | None) -> list[Entete]:
        """Return the heads of the chosen columns; an empty `tri_suivant` means that the column does not sort."""
        return [self._entete(colonne, tri) for colonne in colonnes]

    def sommes(self, colonnes: Sequence[Colonne]) -> dict[str, Sum]:
        """Return the aggregates of the columns with a total: `queryset.aggregate(**jeu.sommes(colonnes))`."""
        return {f"total_{c.cle}": Sum(c.champ_somme) for c in colonnes if c.total}

    def _tri(self, parametre: str) -> Tri | None:
        cle, descendant = parametre.removeprefix("-"), parametre.startswith("-")
        colonne = next((c for c in self.colonnes if c.cle == cle and c.expressions_de_tri), None)
        if colonne is None:
            return None
        sens = [_renverser(e) if descendant else e for e in colonne.expressions_de_tri]
        return Tri(cle, descendant, (*sens, self.departage))

    def _entete(self, colonne: Colonne, tri: Tri | None) -> Entete:
        if not colonne.expressions_de_tri:
            return Entete(colonne, "", "")
        if tri is None or tri.cle != colonne.cle:
            return Entete(colonne, "none", colonne.cle)
        if tri.descendant:
            return Entete(colonne, "descending", colonne.cle)
        return Entete(colonne, "ascending", f"-{colonne.cle}")


def cellules(colonnes: Sequence[Colonne], ligne: Any) -> list[Cellule]:
    """Return the cells of a row."""
    return [Cellule(colonne, valeur := colonne.lire(ligne), colonne.ecrire(valeur)) for colonne in colonnes]


def totaux_agreges(colonnes: Sequence[Colonne], agregats: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the answer of `aggregate(**jeu.sommes(…))` into totals by column key; the sum of nothing is zero."""
    return {c.cle: agregats[f"total_{c.cle}"] or 0 for c in colonnes if c.total}


def totaliser(colonnes: Sequence[Colonne], lignes: Iterable[Any]) -> dict[str, Decimal]:
    """Add up in Python the columns with a total; unknown values do not count."""
    sommes = {c.cle: Decimal(0) for c in colonnes if c.total}
    additionnees = [c for c in colonnes if c.total]
    for ligne in lignes:
        for colonne in additionnees:
            valeur = colonne.lire(ligne)
            if valeur is not None:
                sommes[colonne.cle] += Decimal(str(valeur)) if isinstance(valeur, float) else valeur
    return sommes


def ligne_de_totaux(colonnes: Sequence[Colonne], totaux: Mapping[str, Any], libelle: str = "Total") -> list[Cellule]:
    """Return the cells of the totals row; the first column without a total carries its name."""
    ligne = []
    nomme = False
    for colonne in colonnes:
        if colonne.cle in totaux:
            valeur = totaux[colonne.cle]
            ligne.append(Cellule(colonne, valeur, colonne.ecrire(valeur)))
        else:
            ligne.append(Cellule(colonne, None, "" if nomme else libelle))
            nomme = True
    return ligne


def texte_de(valeur: Any) -> str:
    """Return the words of a value: the label of a choice, else its text."""
    return str(getattr(valeur, "label", valeur))


def _suivre(ligne: Any, chemin: str) -> Any:
    """Walk a path of attributes or keys; a misspelt one raises, a None on the way is the answer."""
    courant = ligne
    for nom in chemin.split("."):
        if courant is None:
            return None
        courant = courant[nom] if isinstance(courant, Mapping) else getattr(courant, nom)
        if callable(courant) and not hasattr(courant, "label"):
            courant = courant()
    return courant


def _renverser(expression: str) -> str:
    return expression.removeprefix("-") if expression.startswith("-") else f"-{expression}"
