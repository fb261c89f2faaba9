"""The bricks of a report — sections, tables, callouts, key figures — shared by its page, its PDF and its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from commun import typographie as typo
from commun.colonnes import Colonne, TypeColonne
from commun.graphiques import Graphique

# Left blank on purpose, where None would say that a figure is unknown.
VIDE = " "


@dataclass(frozen=True)
class Col:
    """A column: what it shows, in which unit, how wide on paper (%), what an unknown value is called."""

    libelle: str
    type: TypeColonne = TypeColonne.TEXTE
    largeur: int = 0
    absent: str = typo.ABSENT
    unite: str = ""
    decimales: int | None = None
    droite: bool = False  # figures already written, with words among them (« secret », « 12 à 30 »)

    @property
    def numerique(self) -> bool:
        return self.droite or self.type in (TypeColonne.NOMBRE, TypeColonne.EUROS, TypeColonne.POURCENT)

    @property
    def entete(self) -> str:
        unite = self.unite or {TypeColonne.EUROS: "€", TypeColonne.POURCENT: "%"}.get(self.type, "")
        return f"{self.libelle} ({unite})" if unite else self.libelle

    def ecrire(self, valeur: Any) -> str:
        """The value as people read it; its unit stands in the head."""
        if valeur == VIDE:
            return ""
        if valeur is None or valeur == "":
            return self.absent
        if self.type is TypeColonne.EUROS:
            return typo.nombre(valeur, self.decimales or 0)
        if self.type is TypeColonne.NOMBRE:
            return typo.nombre(valeur, self.decimales)
        if self.type is TypeColonne.POURCENT:
            return typo.nombre(valeur, 1 if self.decimales is None else self.decimales)
        return Colonne("c", self.libelle, type=self.type).ecrire(valeur)


@dataclass(frozen=True)
class Ligne:
    """A row: its typed values in the order of the columns; `forte` for a subtotal, `fictif` for invented data."""

    valeurs: tuple[Any, ...]
    forte: bool = False
    fictif: bool = False


@dataclass(frozen=True)
class CelluleEcrite:
    """A cell ready to show."""

    col: Col
    valeur: Any
    texte: str

    @property
    def montree(self) -> bool:
        """False for a cell left blank on purpose: that of a subtotal or a total that a column does not have."""
        return self.valeur != VIDE


@dataclass(frozen=True)
class LigneEcrite:
    """A row ready to show."""

    cellules: tuple[CelluleEcrite, ...]
    forte: bool
    fictif: bool


@dataclass(frozen=True)
class Tableau:
    """A table with the year and the source of its figures; `feuille` names its sheet in the spreadsheet.

    A long list is `repliee` on the page: its title and the number of its rows, opened by the reader.
    """

    titre: str
    precision: str
    cols: tuple[Col, ...]
    lignes: tuple[Ligne, ...]
    feuille: str
    total: Ligne | None = None
    source: str = ""
    vide: str = "Non renseigné"
    fictif: bool = False
    serre: bool = False
    repliee: bool = False
    mention: str = "données fictives"

    @cached_property
    def colonnes(self) -> tuple[Col, ...]:
        """Columns whose euros show cents everywhere as soon as one of them has some."""
        toutes = [*self.lignes, *([self.total] if self.total else [])]
        return tuple(
            _avec_centimes(col) if col.type is TypeColonne.EUROS and _a_des_centimes(toutes, rang) else col
            for rang, col in enumerate(self.cols)
        )

    @property
    def combien(self) -> str:
        """« 33 lignes », subtotals aside."""
        return typo.pluriel(sum(1 for ligne in self.lignes if not ligne.forte), "ligne")

    @cached_property
    def ecrites(self) -> tuple[LigneEcrite, ...]:
        return tuple(self._ecrire(ligne) for ligne in self.lignes)

    @cached_property
    def total_ecrit(self) -> LigneEcrite | None:
        return self._ecrire(self.total) if self.total else None

    def _ecrire(self, ligne: Ligne) -> LigneEcrite:
        return LigneEcrite(
            tuple(
                CelluleEcrite(col, valeur, col.ecrire(valeur))
                for col, valeur in zip(self.colonnes, ligne.valeurs, strict=True)
            ),
            ligne.forte,
            ligne.fictif and not self.fictif,  # said once for the table when all is invented
        )


def _a_des_centimes(lignes: Sequence[Ligne], rang: int) -> bool:
    return any(
        isinstance(ligne.valeurs[rang], Decimal) and ligne.valeurs[rang] != ligne.valeurs[rang].to_integral_value()
        for ligne in lignes
    )


def _avec_centimes(col: Col) -> Col:
    return replace(col, decimales=2)


@dataclass(frozen=True)
class Encadre:
    """A callout: what is asked (`decision`), a warning (`alerte`), or a plain remark (empty)."""

    titre: str
    lignes: tuple[str, ...]
    ton: str = ""


@dataclass(frozen=True)
class Texte:
    """A paragraph; `genre` is empty, `chapeau`, `note` or `source`."""

    texte: str
    genre: str = ""


@dataclass(frozen=True)
class SousTitre:
    """A heading inside a section."""

    titre: str
    ancre: str


@dataclass(frozen=True)
class TuileChiffre:
    """A key figure: what it is, how much, against last year, what it means in words; `ancre` leads to its rows."""

    ancre: str
    nom: str
    valeur: str
    comparaison: str = ""
    sens: str = ""
    ton: str = ""


@dataclass(frozen=True)
class Tuiles:
    """Key figures side by side."""

    tuiles: tuple[TuileChiffre, ...]


@dataclass(frozen=True)
class Definitions:
    """Terms and what they mean in this report."""

    entrees: tuple[tuple[str, str], ...]


Brique = Tableau | Encadre | Texte | SousTitre | Tuiles | Definitions | Graphique

_GABARITS = {
    Tableau: "tableau",
    Encadre: "encadre",
    Texte: "texte",
    SousTitre: "sous_titre",
    Tuiles: "tuiles",
    Definitions: "definitions",
    Graphique: "graphique",
}


@dataclass(frozen=True)
class Bloc:
    """A brick and the partial that shows it."""

    brique: Brique

    @property
    def gabarit(self) -> str:
        return f"evaluation/synthese/_{_GABARITS[type(self.brique)]}.html"


@dataclass(frozen=True)
class Section:
    """A part of the report: one sentence of finding, then its bricks."""

    ancre: str
    titre: str
    constat: str
    briques: tuple[Brique, ...]
    suite: bool = False  # follows on the same page of paper
    numero: int | None = None

    @property
    def blocs(self) -> tuple[Bloc, ...]:
        return tuple(Bloc(brique) for brique in self.briques)

    @property
    def tableaux(self) -> tuple[Tableau, ...]:
        return tuple(brique for brique in self.briques if isinstance(brique, Tableau))


def numeroter(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The same sections with their numbers."""
    return tuple(replace(s, numero=rang) for rang, s in enumerate(sections, start=1))
