"""The kinds of reports and how each is made: what is read, how it is kept, laid out, printed and put in a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commun.auteur import Auteur
from contrats.models import Contrat

from ..etats import TypeRapport
from ..lectures import catalogue as lecture_du_catalogue
from ..lectures import moyens as lecture_des_moyens
from ..lectures import synthese as lecture_de_la_synthese
from . import catalogue, moyens, synthese
from .edition import Edition
from .tableur import Classeur


@dataclass(frozen=True)
class Genre:
    """One kind of report. Its snapshot is what every form of it is made from."""

    fichiers: str  # how the names of its files begin
    schema: int
    lire: Callable[[Contrat, int, Auteur, datetime], Any]
    figer: Callable[[Any], bytes]
    relire: Callable[[bytes], Any]
    parties: int
    sections: Callable[[Any, Callable[[int], None]], Any]
    page: Callable[[Any, Any], str]
    document: Callable[[Any, Any, Edition], str]
    feuilles: Sequence[str]
    classeur: Callable[[Any, Any], Classeur]


GENRES = {
    TypeRapport.SYNTHESE: Genre(
        fichiers="synthese",
        schema=lecture_de_la_synthese.SCHEMA,
        lire=lambda contrat, annee, pour, le: lecture_de_la_synthese.synthese(
            contrat, annee, pour=pour, le=le, publiee=True
        ),
        figer=synthese.figer,
        relire=synthese.relire,
        parties=len(synthese.PARTIES),
        sections=lambda donnees, avancer: synthese.sections(donnees, avancer=avancer),
        page=lambda _donnees, parties: synthese.page(parties),
        document=synthese.document,
        feuilles=synthese.FEUILLES,
        classeur=synthese.classeur,
    ),
    TypeRapport.MOYENS: Genre(
        fichiers="moyens",
        schema=lecture_des_moyens.SCHEMA,
        lire=lambda contrat, annee, pour, le: lecture_des_moyens.tableau_des_moyens(
            contrat, annee, pour=pour, le=le, publiee=True
        ),
        figer=moyens.figer,
        relire=moyens.relire,
        parties=len(moyens.PARTIES),
        sections=moyens.sections,
        page=lambda _donnees, parties: synthese.page(parties),
        document=moyens.document,
        feuilles=moyens.FEUILLES,
        classeur=moyens.classeur,
    ),
    TypeRapport.CATALOGUE: Genre(
        fichiers="catalogue",
        schema=lecture_du_catalogue.SCHEMA,
        lire=lambda contrat, annee, _pour, le: lecture_du_catalogue.catalogue_public(contrat, annee, le=le),
        figer=catalogue.figer,
        relire=catalogue.relire,
        parties=1,
        sections=catalogue.sections,
        page=catalogue.page,
        document=catalogue.document,
        feuilles=catalogue.FEUILLES,
        classeur=catalogue.classeur,
    ),
}
