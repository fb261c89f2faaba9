"""Conventions required, share under CPO, who made its money firm, cents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ..etats import DEMANDE_FERME, EtatDemande

ZERO = Decimal(0)
_CENTIEME = Decimal("0.01")

# Beyond it the year's grants of one authority to one private body need a convention (S-11): since when, euros.
# Loi n° 2000-321 of 12 April 2000, article 10; décret n° 2001-495 of 6 June 2001, article 1.
SEUILS_DE_CONVENTION: tuple[tuple[date, Decimal], ...] = ((date(2001, 6, 6), Decimal(23_000)),)


def seuil_de_convention(le: date) -> Decimal:
    """The threshold of S-11 in force on that day, in euros."""
    return max((depuis, euros) for depuis, euros in SEUILS_DE_CONVENTION if depuis <= le)[1]


def convention_requise(montants: Iterable[Decimal], *, seuil: Decimal) -> bool:
    """True when a year's grants of one authority to one organisation exceed `seuil`, in euros, strictly (S-11)."""
    return sum(montants, ZERO) > seuil


@dataclass(frozen=True, slots=True)
class PartCpo:
    """How much of a year's money is under multi-year conventions (C-04)."""

    montant_cpo: Decimal  # euros
    base: Decimal  # euros
    visee: Decimal  # %

    @property
    def part(self) -> Decimal | None:
        """Share in %, rounded to the hundredth; None when there is no money yet."""
        if not self.base:
            return None
        return (self.montant_cpo * 100 / self.base).quantize(_CENTIEME, ROUND_HALF_UP)

    @property
    def manque(self) -> Decimal:
        """Euros to move under CPO to reach the target, 0 when it is reached; computed on exact values (F-15)."""
        return max(ZERO, self.base * self.visee / 100 - self.montant_cpo)

    @property
    def atteinte(self) -> bool:
        return self.montant_cpo * 100 >= self.base * self.visee


@dataclass(frozen=True, slots=True)
class Accord:
    """How many funders of a file have made their money firm, in words for those who instruct."""

    fermes: int
    refus: int
    financeurs: int

    @property
    def libelle(self) -> str:
        if not self.financeurs:
            return "aucun financeur sollicité"
        if self.refus == self.financeurs:
            return "refusé par tous les financeurs"
        if self.fermes == self.financeurs:
            return "accordé par tous les financeurs"
        if self.fermes:
            return f"accordé par {self.fermes} financeur{'s' if self.fermes > 1 else ''} sur {self.financeurs}"
        return f"en attente de {self.financeurs} financeur{'s' if self.financeurs > 1 else ''}"


def accord(etats: Sequence[tuple[int, str]]) -> Accord:
    """What a file's requests tell, from (funder, state) pairs; a funder counts once, when one of its rows is firm."""
    par_financeur: dict[int, set[str]] = {}
    for financeur, etat in etats:
        if etat != EtatDemande.ANNULEE:
            par_financeur.setdefault(financeur, set()).add(etat)
    fermes = sum(1 for lus in par_financeur.values() if lus & set(DEMANDE_FERME))
    refus = sum(1 for lus in par_financeur.values() if lus == {EtatDemande.REFUSEE})
    return Accord(fermes, refus, len(par_financeur))


def centimes_sans_perte(exacts: Sequence[Decimal]) -> list[Decimal]:
    """Exact amounts brought to the cent so that their sum is the rounded exact sum: the largest remainders get the cents.

    A file's euros split over several places have more decimals than money has; the table must still add up.
    """
    planchers = [exact.quantize(_CENTIEME, ROUND_FLOOR) for exact in exacts]
    total = sum(exacts, ZERO).quantize(_CENTIEME, ROUND_HALF_UP)
    manquants = int((total - sum(planchers, ZERO)) / _CENTIEME)
    ordre = sorted(range(len(exacts)), key=lambda rang: (planchers[rang] - exacts[rang], rang))
    for rang in ordre[:manquants]:
        planchers[rang] += _CENTIEME
    return planchers
