"""The catalogue of funded actions: the published edition that all members read, and the one in preparation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from commun.auteur import Auteur
from commun.recherche import mots, normaliser
from contrats.lectures.suivi import PresentationContrat, presentation
from contrats.models import Contrat
from programmation.lectures.catalogue import (
    FicheAction,
    actions_en_preparation,
    actions_notifiees,
)

# Raised when a field of the dataclasses below, or of `FicheAction`, is added, removed or changes meaning.
SCHEMA = 1
SANS_COMMUNE, HORS_QPV = "Sans commune précise", "Hors quartier prioritaire"


class Regroupement(StrEnum):
    """By what the actions are put together."""

    ORIENTATION = "orientation"
    COMMUNE = "commune"
    QPV = "qpv"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The funded actions of one year."""

    contrat: PresentationContrat
    annee: int
    extrait_le: datetime
    actions: tuple[FicheAction, ...]

    @property
    def fictif(self) -> bool:
        return any(a.fictif for a in self.actions)

    @property
    def porteurs(self) -> int:
        return len({a.porteur for a in self.actions})

    @property
    def quartiers(self) -> tuple[str, ...]:
        """The QPV where some action takes place, by name."""
        return _par_nom(q for a in self.actions for q in a.qpv)

    @property
    def communes(self) -> tuple[str, ...]:
        return _par_nom(c for a in self.actions for c in a.communes)

    @property
    def orientations(self) -> tuple[str, ...]:
        """In the order of the contract, which is that of the actions."""
        return tuple(dict.fromkeys(a.orientation for a in self.actions))

    @property
    def en_attente(self) -> int:
        """Actions that no funder has notified yet: none in the public edition."""
        return sum(a.montant is None for a in self.actions)


@dataclass(frozen=True, slots=True)
class Filtres:
    """What the reader asks to see; empty parts filter nothing."""

    texte: str = ""
    orientation: str = ""
    commune: str = ""
    qpv: str = ""


def catalogue_public(contrat: Contrat, annee: int, *, le: datetime) -> Catalogue:
    """What may be published: notified actions, the funders that told their porteur, what they granted."""
    return Catalogue(presentation(contrat), annee, le, actions_notifiees(contrat, annee))


def catalogue_en_preparation(contrat: Contrat, annee: int, *, pour: Auteur, le: datetime) -> Catalogue:
    """The programmed actions that this reader works on, before anything is published."""
    return Catalogue(presentation(contrat), annee, le, actions_en_preparation(contrat, annee, pour=pour))


def filtrer(actions: Iterable[FicheAction], filtres: Filtres) -> list[FicheAction]:
    """Those that answer the filters, accents and case aside."""
    cherches = mots(filtres.texte)
    return [
        a
        for a in actions
        if (not filtres.orientation or a.orientation == filtres.orientation)
        and (not filtres.commune or filtres.commune in a.communes)
        and (not filtres.qpv or filtres.qpv in a.qpv)
        and (not cherches or all(mot in normaliser(f"{a.intitule} {a.porteur} {a.resume}") for mot in cherches))
    ]


def regrouper(
    actions: Iterable[FicheAction], par: Regroupement = Regroupement.ORIENTATION
) -> list[tuple[str, list[FicheAction]]]:
    """The actions under the name of each orientation, commune or QPV; one over two places is under both."""
    groupes: dict[str, list[FicheAction]] = defaultdict(list)
    for action in actions:
        for nom in _noms(action, par):
            groupes[nom].append(action)
    if par is Regroupement.ORIENTATION:
        return list(groupes.items())
    return sorted(groupes.items(), key=lambda g: (g[0] in (SANS_COMMUNE, HORS_QPV), normaliser(g[0])))


def index_par_porteur(actions: Iterable[FicheAction]) -> list[tuple[str, list[FicheAction]]]:
    """The actions of each porteur, by name."""
    groupes: dict[str, list[FicheAction]] = defaultdict(list)
    for action in actions:
        groupes[action.porteur].append(action)
    return sorted(groupes.items(), key=lambda g: normaliser(g[0]))


def _noms(action: FicheAction, par: Regroupement) -> tuple[str, ...]:
    if par is Regroupement.ORIENTATION:
        return (action.orientation,)
    if par is Regroupement.COMMUNE:
        return action.communes or (SANS_COMMUNE,)
    return action.qpv or (HORS_QPV,)


def _par_nom(noms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(noms), key=normaliser))
