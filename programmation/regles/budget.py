"""The budget of an action: its totals, its balance, what it still lacks (S-01…S-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .plans_budget import AIDES_PRIVEES, BENEVOLAT, CHARGE, CHARGES_INDIRECTES, PRODUIT, est_en_nature

ZERO = Decimal(0)


def budget_equilibre(charges: Iterable[Decimal], produits: Iterable[Decimal]) -> bool:
    """True when total expenditure equals total income, contributions in kind apart (S-01)."""
    return sum(charges, ZERO) == sum(produits, ZERO)


def manque_pour_equilibrer(cout: Decimal, autres_produits: Decimal, accordes: Iterable[Decimal]) -> Decimal:
    """Euros still to find: cost less own and other income less what the funders bring. Negative when over-funded."""
    return cout - autres_produits - sum(accordes, ZERO)


@dataclass(frozen=True, slots=True)
class LigneDeBudget:
    """One line, in whole euros (S-03)."""

    sens: str
    compte: str
    libelle: str
    montant: int


@dataclass(frozen=True, slots=True)
class TotauxBudget:
    """The sums of a budget, in whole euros."""

    charges: int = 0  # 60 to 69 and indirect ones
    produits: int = 0  # 70 to 79 and own resources
    emplois_en_nature: int = 0  # 86
    contributions_en_nature: int = 0  # 87
    indirectes: int = 0
    benevolat: int = 0  # 864
    subventions_publiques: int = 0  # 74 but private aid

    @property
    def ecart(self) -> int:
        """Expenses less income: what S-01 wants at 0."""
        return self.charges - self.produits

    @property
    def ecart_en_nature(self) -> int:
        """86 less 87: what S-02 wants at 0."""
        return self.emplois_en_nature - self.contributions_en_nature

    @property
    def directes(self) -> int:
        return self.charges - self.indirectes

    @property
    def part_indirecte(self) -> Decimal | None:
        """Indirect expenses over direct ones, in % (S-05); None without direct ones."""
        return _part(self.indirectes, self.directes)

    @property
    def part_benevolat(self) -> Decimal | None:
        """Volunteer work over the whole cost, contributions in kind included, in % (S-06)."""
        return _part(self.benevolat, self.charges + self.emplois_en_nature)

    @property
    def part_publique(self) -> Decimal | None:
        """Public subsidies over income, in % (S-07)."""
        return _part(self.subventions_publiques, self.produits)


def totaux(lignes: Iterable[LigneDeBudget]) -> TotauxBudget:
    """Add up a budget."""
    lignes = list(lignes)

    def somme(sens: str, *, en_nature: bool) -> int:
        return sum(li.montant for li in lignes if li.sens == sens and est_en_nature(li.compte) is en_nature)

    return TotauxBudget(
        charges=somme(CHARGE, en_nature=False),
        produits=somme(PRODUIT, en_nature=False),
        emplois_en_nature=somme(CHARGE, en_nature=True),
        contributions_en_nature=somme(PRODUIT, en_nature=True),
        indirectes=sum(li.montant for li in lignes if li.compte in CHARGES_INDIRECTES),
        benevolat=sum(li.montant for li in lignes if li.compte == BENEVOLAT),
        subventions_publiques=sum(
            li.montant
            for li in lignes
            if li.sens == PRODUIT and li.compte.startswith("74") and li.compte != AIDES_PRIVEES
        ),
    )


def ecarts_par_financeur(
    inscrits: Mapping[str, int | Decimal], demandes: Mapping[str, int | Decimal]
) -> list[tuple[str, Decimal, Decimal]]:
    """(funder, euros in the budget, euros asked) wherever the two differ (S-04)."""
    noms = sorted({*inscrits, *demandes})
    lus = [(nom, Decimal(inscrits.get(nom, 0)), Decimal(demandes.get(nom, 0))) for nom in noms]
    return [(nom, inscrit, demande) for nom, inscrit, demande in lus if inscrit != demande]


def _part(montant: int, base: int) -> Decimal | None:
    return Decimal(montant) * 100 / base if base else None
