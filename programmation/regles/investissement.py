"""Who pays an investment of a collectivité: its own share (S-21), the fonds de concours of its EPCI (S-22)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .budget import LigneDeBudget, totaux
from .plans_budget import PRODUIT, RESSOURCES_PROPRES, SUBVENTION_DEMANDEE

PART_MINIMALE = 20  # %, CGCT L.1111-10 III
EMPRUNT = "16x"
AIDES_DE_L_EPCI = "74epci"


@dataclass(frozen=True, slots=True)
class Participation:
    """What the maître d'ouvrage brings, in whole euros, and the least that it must bring."""

    part: int
    financements_publics: int  # its own share included
    derogation: bool = False

    @property
    def minimum(self) -> int:
        """20 % of all that public bodies bring, to the euro above."""
        return -(-self.financements_publics * PART_MINIMALE // 100)

    @property
    def manque(self) -> int:
        """Euros that it lacks when the total of public funding stays the same; 0 under a derogation."""
        return 0 if self.derogation else max(0, self.minimum - self.part)

    @property
    def taux(self) -> Decimal | None:
        """Its share of public funding, in %; None while nobody pays anything."""
        return Decimal(self.part) * 100 / self.financements_publics if self.financements_publics else None


@dataclass(frozen=True, slots=True)
class FondsDeConcours:
    """What an EPCI is asked to give its commune, in whole euros, and the most that it may."""

    demande: int
    plafond: int

    @property
    def depasse(self) -> int:
        """Euros above what it may give."""
        return max(0, self.demande - self.plafond)


def part_du_maitre_d_ouvrage(budget: Iterable[LigneDeBudget]) -> int:
    """Its own money and what it borrows: subsidies aside."""
    propres = (RESSOURCES_PROPRES, EMPRUNT)
    return sum(ligne.montant for ligne in budget if ligne.sens == PRODUIT and ligne.compte in propres)


def participation(budget: Iterable[LigneDeBudget], *, derogation: bool = False) -> Participation:
    """S-21: at least 20 % of the total of what public bodies bring, European funds included, private gifts not."""
    lignes = list(budget)
    part = part_du_maitre_d_ouvrage(lignes)
    return Participation(part, part + totaux(lignes).subventions_publiques, derogation)


def fonds_de_concours(budget: Iterable[LigneDeBudget], *, demande: int) -> FondsDeConcours | None:
    """S-22: all the fonds de concours together never exceed the share that the commune keeps, subsidies aside.

    `demande`: euros asked in this call; what the plan says of other aid of the EPCI adds up. None when there is neither.
    """
    lignes = list(budget)
    autres = sum(ligne.montant for ligne in lignes if ligne.sens == PRODUIT and ligne.compte == AIDES_DE_L_EPCI)
    total = demande + autres
    return FondsDeConcours(total, part_du_maitre_d_ouvrage(lignes)) if total else None


def plan_accorde(budget: Iterable[LigneDeBudget], accorde: Decimal) -> list[LigneDeBudget]:
    """The same plan once the funders of the call give `accorde` euros instead of what it asks them: the cost stays the
    same, so what they do not give, or give besides, is more or less of the maître d'ouvrage's own money.
    """
    lignes = list(budget)
    demande = sum(ligne.montant for ligne in lignes if _est_demandee(ligne))
    donne = int(accorde.quantize(Decimal(1), ROUND_HALF_UP))
    return [
        *(ligne for ligne in lignes if not _est_demandee(ligne)),
        LigneDeBudget(PRODUIT, SUBVENTION_DEMANDEE, "Accordé", donne),
        LigneDeBudget(PRODUIT, RESSOURCES_PROPRES, "Ce qui reste au maître d’ouvrage", demande - donne),
    ]


def _est_demandee(ligne: LigneDeBudget) -> bool:
    return ligne.sens == PRODUIT and ligne.compte == SUBVENTION_DEMANDEE
