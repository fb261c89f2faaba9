"""The holidays of a year as spreadsheets: what takes place in each commune, and in each quarter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commun.colonnes import Colonne, TypeColonne

from ..lectures.vacances import LigneVacances, VacancesDeLAnnee


@dataclass(frozen=True, slots=True)
class LigneDActions:
    """One commune during one holiday."""

    periode: str
    ligne: LigneVacances


@dataclass(frozen=True, slots=True)
class LigneDeQuartier:
    """One quarter during one holiday."""

    quartier: str
    periode: str
    programmees: int
    demandees: int


ACTIONS = (
    Colonne("periode", "Période"),
    Colonne("lieu", "Commune", "ligne.lieu"),
    Colonne("actions", "Actions", "ligne.actions", type=TypeColonne.NOMBRE),
    Colonne("jours", "Jours", "ligne.jours", type=TypeColonne.NOMBRE),
    Colonne("places", "Places", "ligne.places", type=TypeColonne.NOMBRE, total=True),
    Colonne("demande", "Demandé", "ligne.demande", type=TypeColonne.EUROS, total=True),
    Colonne("propose", "Proposé", "ligne.propose", type=TypeColonne.EUROS, total=True),
    Colonne("programme", "Programmé", "ligne.programme", type=TypeColonne.EUROS, total=True),
)
QUARTIERS = (
    Colonne("quartier", "Quartier", largeur=40),
    Colonne("periode", "Période"),
    Colonne("programmees", "Actions programmées", type=TypeColonne.NOMBRE),
    Colonne("demandees", "Actions demandées", type=TypeColonne.NOMBRE),
)


def feuille(lue: VacancesDeLAnnee, partie: str) -> tuple[tuple[Colonne, ...], list[Any]]:
    """The columns and the rows of one part of the page; a KeyError for another."""
    colonnes, lignes = {"actions": (ACTIONS, _actions), "quartiers": (QUARTIERS, _quartiers)}[partie]
    return colonnes, list(lignes(lue))


def _actions(lue: VacancesDeLAnnee) -> Iterator[LigneDActions]:
    for periode in lue.periodes:
        for ligne in periode.lignes:
            yield LigneDActions(periode.nom, ligne)


def _quartiers(lue: VacancesDeLAnnee) -> Iterator[LigneDeQuartier]:
    for quartier in lue.quartiers:
        for nom, case in zip(lue.colonnes, quartier.cases, strict=True):
            yield LigneDeQuartier(quartier.nom, nom, case.programmees, case.demandees)
