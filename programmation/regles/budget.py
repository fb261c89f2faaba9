"""The budget of an action and what it still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

ZERO = Decimal(0)


def budget_equilibre(charges: Iterable[Decimal], produits: Iterable[Decimal]) -> bool:
    """True when total expenditure equals total income, contributions in kind apart (S-01)."""
    return sum(charges, ZERO) == sum(produits, ZERO)


def manque_pour_equilibrer(cout: Decimal, autres_produits: Decimal, accordes: Iterable[Decimal]) -> Decimal:
    """Euros still to find: cost less own and other income less what the funders bring. Negative when over-funded."""
    return cout - autres_produits - sum(accordes, ZERO)
