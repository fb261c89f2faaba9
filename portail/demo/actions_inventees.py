"""The actions that come back year after year: drawn once, they give one file a year while they live."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from geographie.models import Commune, VersionPerimetre
from programmation.models import Convention, Dossier, ModeLocalisation

from .financeurs import POIDS_ORIENTATIONS
from .monde import Monde, Porteur
from .textes import ACTIONS, ActionInventee

LIEU_LONG = 34


@dataclass(frozen=True, slots=True)
class Lieu:
    """One share of an action's location."""

    mode: ModeLocalisation
    part: Decimal
    version: VersionPerimetre | None = None
    commune: Commune | None = None


@dataclass(slots=True)
class ActionSuivie:
    """One action of one porteur, through the years."""

    porteur: Porteur
    modele: ActionInventee
    orientation: str
    titre: str
    lieux: list[Lieu]
    poids: float
    personnes: int
    sip: bool = False
    convention: Convention | None = None
    dernier: Dossier | None = None


class Tirage:
    """Draws actions; two files of one year never carry the same title for the same porteur."""

    def __init__(self, monde: Monde, habitants: dict[int, int]) -> None:
        self.monde = monde
        self.hasard: random.Random = monde.hasard
        self.deja: set[tuple[int, str]] = set()
        self.qpv = [v for cle, v in monde.versions.items() if cle.startswith("QN")]
        self.poches = [v for cle, v in monde.versions.items() if cle.startswith("POCHE")]
        self.habitants = [habitants.get(v.pk, 0) + 60 for v in self.qpv]
        self.communes_de = {v.pk: sorted(v.communes.all(), key=lambda c: c.code) for v in [*self.qpv, *self.poches]}

    def action(self, porteur: Porteur, *, sip: bool = False) -> ActionSuivie:
        """A new action of `porteur`, in one of the orientations where it works."""
        hasard = self.hasard
        while True:
            orientation = hasard.choices(porteur.orientations, [POIDS_ORIENTATIONS[o] for o in porteur.orientations])[0]
            modele = hasard.choice(ACTIONS[orientation])
            lieux = self._lieux(porteur)
            titre = f"{modele.titre} – {self._nom(lieux)}"
            cle = (porteur.organisme.pk, titre)
            if cle not in self.deja:
                break
        self.deja.add(cle)
        personnes = hasard.randint(*modele.personnes)
        poids = hasard.choice((5.0, 7.0, 9.0, 11.0, 14.0, 18.0, 24.0)) * hasard.uniform(0.85, 1.15)
        if sip:
            personnes = max(10, personnes // 3)
        return ActionSuivie(porteur, modele, orientation, titre, lieux, poids, personnes, sip)

    def _lieux(self, porteur: Porteur) -> list[Lieu]:
        hasard, entier = self.hasard, Decimal(100)
        tire = hasard.random()
        if tire < 0.11:
            return [Lieu(ModeLocalisation.ENSEMBLE_QPV, entier)]
        if tire < 0.16:
            return [Lieu(ModeLocalisation.NON_TERRITORIALISE, entier)]
        if tire < 0.21:
            poche = hasard.choice(self.poches)
            return [Lieu(ModeLocalisation.PERIMETRE, entier, poche, self.communes_de[poche.pk][0])]
        commune = self.monde.communes[porteur.commune]
        if tire < 0.27:
            return [Lieu(ModeLocalisation.PERIMETRE, entier, None, commune)]
        proches = [v for v in self.qpv if commune in self.communes_de[v.pk]]
        if tire < 0.7 or porteur.est_commune:
            version = hasard.choice(proches) if proches else hasard.choices(self.qpv, self.habitants)[0]
            return [self._lieu(version, commune, entier)]
        nombre = hasard.choice((2, 2, 3))
        versions = list(dict.fromkeys(hasard.choices(self.qpv, self.habitants, k=nombre + 3)))[:nombre]
        parts = {1: [100], 2: hasard.choice(([60, 40], [50, 50], [70, 30])), 3: [40, 30, 30]}[len(versions)]
        return [self._lieu(v, commune, Decimal(p)) for v, p in zip(versions, parts, strict=True)]

    def _lieu(self, version: VersionPerimetre, preferee: Commune, part: Decimal) -> Lieu:
        """The share of one QPV, on the porteur's commune where the QPV lies on it, else on one of the contract's."""
        du_contrat = {o for o in self.monde.organismes if o.startswith("commune-")}
        possibles = [c for c in self.communes_de[version.pk] if f"commune-{c.code}" in du_contrat]
        commune = preferee if preferee in possibles else possibles[0]
        return Lieu(ModeLocalisation.PERIMETRE, part, version, commune)

    def _nom(self, lieux: list[Lieu]) -> str:
        if len(lieux) > 1:
            *premieres, derniere = dict.fromkeys(lieu.commune.nom for lieu in lieux if lieu.commune)
            return f"{', '.join(premieres)} et {derniere}" if premieres else derniere
        (lieu,) = lieux
        if lieu.mode == ModeLocalisation.ENSEMBLE_QPV:
            return "tous les QPV"
        if lieu.version is not None and len(lieu.version.nom) <= LIEU_LONG:
            return lieu.version.nom
        return lieu.commune.nom if lieu.commune else "La Porte du Hainaut"
