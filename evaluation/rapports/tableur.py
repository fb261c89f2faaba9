"""The spreadsheet of a report: one sheet per table, the same figures as the page and the PDF, as numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone

from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.exports import nom_de_feuille

from .blocs import Col, Ligne, Tableau

_FORMATS = {TypeColonne.EUROS: "#,##0.00\\ €", TypeColonne.POURCENT: "0.0", TypeColonne.DATE: "dd/mm/yyyy"}
_CARACTERES_PAR_POURCENT = 1.3


@dataclass(frozen=True)
class Classeur:
    """What a workbook holds: its title, its tables, each with the part of the report that it stands in."""

    titre: str
    auteur: str
    extrait_le: datetime
    fictif: bool
    tableaux: tuple[tuple[str, Tableau], ...]


def tableur(c: Classeur) -> bytes:
    """The workbook: contents, then one sheet per table."""
    sortie = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(sortie, options) as classeur:
        classeur.set_properties(
            {
                "title": c.titre,
                "author": c.auteur,
                # The day of the data, so that the same snapshot gives the same workbook.
                "created": timezone.localtime(c.extrait_le).replace(tzinfo=None),
            }
        )
        noms = _noms([t for _p, t in c.tableaux])
        _page_de_garde(classeur, c, noms)
        for nom, (_partie, tableau) in zip(noms, c.tableaux, strict=True):
            _feuille(classeur, nom, tableau)
    return sortie.getvalue()


def _noms(tableaux: Sequence[Tableau]) -> list[str]:
    """Sheet names, told apart where two tables share one."""
    noms: list[str] = []
    for tableau in tableaux:
        nom = nom_de_feuille(tableau.feuille)
        while nom.lower() in {n.lower() for n in noms}:
            nom = nom_de_feuille(f"{nom[:28]} {len(noms)}")
        noms.append(nom)
    return noms


def _page_de_garde(classeur: Any, c: Classeur, noms: Sequence[str]) -> None:
    feuille = classeur.add_worksheet("Sommaire")
    gras = classeur.add_format({"bold": True})
    feuille.set_column(0, 0, 32)
    feuille.set_column(1, 1, 90)
    feuille.write_string(0, 0, c.titre, gras)
    feuille.write_string(1, 0, f"Données extraites le {typo.date_longue(timezone.localtime(c.extrait_le))}")
    if c.fictif:
        feuille.write_string(2, 0, "Données fictives", gras)
    for rang, (nom, (partie, tableau)) in enumerate(zip(noms, c.tableaux, strict=True), start=4):
        feuille.write_url(rang, 0, f"internal:'{nom}'!A1", string=nom)
        feuille.write_string(rang, 1, f"{partie} : {tableau.titre} ({tableau.precision})")


def _feuille(classeur: Any, nom: str, tableau: Tableau) -> None:
    feuille = classeur.add_worksheet(nom)
    entete = classeur.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    mention = f" — {tableau.mention}" if tableau.fictif else ""
    feuille.write_string(0, 0, f"{tableau.titre} ({tableau.precision}){mention}", classeur.add_format({"bold": True}))
    for rang, col in enumerate(tableau.colonnes):
        largeur = max(
            12, int((col.largeur or 12) * _CARACTERES_PAR_POURCENT), len(max(col.libelle.split(), key=len)) + 2
        )
        feuille.set_column(rang, rang, largeur)
        feuille.write_string(2, rang, col.entete, entete)
    feuille.freeze_panes(3, 1)
    formats = [classeur.add_format(_presentation(col)) for col in tableau.colonnes]
    formats_forts = [classeur.add_format({**_presentation(col), "bold": True}) for col in tableau.colonnes]
    y = 3
    for ligne in (*tableau.lignes, *([tableau.total] if tableau.total else [])):
        presentations = formats_forts if ligne.forte or ligne is tableau.total else formats
        _rangee(feuille, y, tableau.colonnes, ligne, presentations)
        y += 1
    if not tableau.lignes:
        feuille.write_string(y, 0, tableau.vide)
    if tableau.source:
        feuille.write_string(y + 1, 0, tableau.source)


def _rangee(feuille: Any, y: int, cols: Sequence[Col], ligne: Ligne, presentations: Sequence[Any]) -> None:
    for x, (col, valeur, presentation) in enumerate(zip(cols, ligne.valeurs, presentations, strict=True)):
        if valeur is None:
            feuille.write_string(y, x, "" if col.absent == typo.ABSENT else col.absent, presentation)
        elif isinstance(valeur, Decimal | int):
            feuille.write_number(y, x, float(valeur), presentation)
        elif isinstance(valeur, date):
            feuille.write_datetime(y, x, valeur, presentation)
        else:
            feuille.write_string(y, x, str(valeur), presentation)


def _presentation(col: Col) -> dict[str, Any]:
    return {"num_format": _FORMATS.get(col.type, "General"), "valign": "top"}
