"""How an action is shared between the holidays and the places where it happens."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

Cle = TypeVar("Cle")


def parts(poids: Mapping[Cle, int | Decimal]) -> dict[Cle, Decimal]:
    """The share of each, their sum being 1; equal shares when nothing weighs."""
    total = sum(poids.values(), Decimal(0))
    if not total:
        return {cle: Decimal(1) / len(poids) for cle in poids}
    return {cle: Decimal(valeur) / total for cle, valeur in poids.items()}
