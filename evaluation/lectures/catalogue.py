"""The catalogue of funded actions: the published edition that all members read, the one in preparation, and what an
edition still tells that is no longer so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from commun.auteur import Auteur
from commun.recherche import mots, normaliser
from contrats.lectures.suivi import PresentationContrat, presentation
from contrats.models import Contrat
from programmation.lectures.catalogue import (
    ENSEMBLE_DES_QPV,
    NON_TERRITORIALISE,
    FicheAction,
    FinanceurDeLAction,
    actions_en_preparation,
    actions_notifiees,
    journee_de_la_programmation,
    quartiers_du_contrat,
)

# Raised when a field of the dataclasses below, or of `FicheAction`, is removed or changes meaning; one added with a default
# leaves it. Editions of the first schema are read again (`rapports.catalogue.relire`).
SCHEMA = 2
SANS_COMMUNE = "Sans commune précise"
HORS_QPV, SANS_QUARTIER = "Hors quartier prioritaire", "Sans quartier précisé"


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
    quartiers_du_contrat: tuple[str, ...] = ()
    journee: date | None = None  # when the actions are presented to all

    @property
    def fictif(self) -> bool:
        return any(a.fictif for a in self.actions)

    @property
    def porteurs(self) -> int:
        return len({a.porteur for a in self.actions})

    @property
    def quartiers(self) -> tuple[str, ...]:
        """The QPV where some action takes place, by name: all of them as soon as one action is in all of them."""
        partout = self.quartiers_du_contrat if any(a.partout for a in self.actions) else ()
        return _par_nom((*partout, *(q for a in self.actions for q in a.qpv)))

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
    return _catalogue(contrat, annee, le, actions_notifiees(contrat, annee))


def catalogue_en_preparation(contrat: Contrat, annee: int, *, pour: Auteur, le: datetime) -> Catalogue:
    """The programmed actions that this reader works on, before anything is published."""
    return _catalogue(contrat, annee, le, actions_en_preparation(contrat, annee, pour=pour))


def _catalogue(contrat: Contrat, annee: int, le: datetime, actions: tuple[FicheAction, ...]) -> Catalogue:
    return Catalogue(
        presentation(contrat),
        annee,
        le,
        actions,
        quartiers_du_contrat(contrat, annee),
        journee_de_la_programmation(contrat, annee),
    )


@dataclass(frozen=True, slots=True)
class Dementi:
    """What an edition tells of one funder of an action, and what is so now; euros, None when nothing is granted any more."""

    numero: str
    intitule: str
    financeur: str
    dit: Decimal | None
    vrai: Decimal | None


def dementis(edition: Catalogue, contrat: Contrat) -> tuple[Dementi, ...]:
    """What `edition` tells that is no longer so: grants withdrawn or changed, actions withdrawn since it was made.

    What was notified since is missing from it, and is not false.
    """
    vrais = {a.numero: a for a in actions_notifiees(contrat, edition.annee)}
    trouves = []
    for action in edition.actions:
        vraie = vrais.get(action.numero)
        accordes = {cle: f.montant for f in (vraie.financeurs if vraie else ()) for cle in (f.cle, f.nom)}
        trouves += [
            Dementi(action.numero, action.intitule, f.nom, f.montant, vrai)
            for f in action.financeurs
            if (vrai := accordes.get(_cle(f))) != f.montant
        ]
    return tuple(trouves)


def _cle(f: FinanceurDeLAction) -> int | str:
    """What designates a funder; its name alone in the first snapshots."""
    return f.cle or f.nom


def filtrer(actions: Iterable[FicheAction], filtres: Filtres) -> list[FicheAction]:
    """Those that answer the filters, accents and case aside."""
    cherches = mots(filtres.texte)
    return [
        a
        for a in actions
        if (not filtres.orientation or a.orientation == filtres.orientation)
        and (not filtres.commune or filtres.commune in a.communes)
        and (not filtres.qpv or filtres.qpv in a.qpv or a.partout)
        and (not cherches or all(mot in normaliser(f"{a.intitule} {a.porteur} {a.resume}") for mot in cherches))
    ]


def regrouper(
    actions: Iterable[FicheAction], par: Regroupement = Regroupement.ORIENTATION, *, quartiers: tuple[str, ...] = ()
) -> list[tuple[str, list[FicheAction]]]:
    """The actions under the name of each orientation, commune or QPV; one over two places is under both.

    One of all the QPV is under each of `quartiers`, after those of that very place.
    """
    groupes: dict[str, list[FicheAction]] = defaultdict(list)
    for action in actions:
        for nom in _noms(action, par, quartiers):
            groupes[nom].append(action)
    if par is Regroupement.ORIENTATION:
        return list(groupes.items())
    if par is Regroupement.QPV:
        groupes = defaultdict(list, {n: sorted(lues, key=lambda a: n not in a.qpv) for n, lues in groupes.items()})
    return sorted(groupes.items(), key=lambda g: (_HORS_DES_NOMS.get(g[0], 0), normaliser(g[0])))


def index_par_porteur(actions: Iterable[FicheAction]) -> list[tuple[str, list[FicheAction]]]:
    """The actions of each porteur, by name."""
    groupes: dict[str, list[FicheAction]] = defaultdict(list)
    for action in actions:
        groupes[action.porteur].append(action)
    return sorted(groupes.items(), key=lambda g: normaliser(g[0]))


# What stands after the names, in this order.
_HORS_DES_NOMS = {ENSEMBLE_DES_QPV: 1, HORS_QPV: 2, SANS_QUARTIER: 3, SANS_COMMUNE: 3}


def _noms(action: FicheAction, par: Regroupement, quartiers: tuple[str, ...]) -> tuple[str, ...]:
    if par is Regroupement.ORIENTATION:
        return (action.orientation,)
    if par is Regroupement.COMMUNE:
        return action.communes or (SANS_COMMUNE,)
    if action.partout:
        return tuple(dict.fromkeys((*action.qpv, *quartiers))) or (ENSEMBLE_DES_QPV,)
    if action.qpv:
        return action.qpv
    # A territory of the contract that is no QPV; a commune alone, or nothing, does not say which quarter.
    nommes = {*action.lieux} - {*action.communes, NON_TERRITORIALISE}
    return (HORS_QPV,) if nommes else (SANS_QUARTIER,)


def _par_nom(noms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(noms), key=normaliser))
