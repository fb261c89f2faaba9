"""How an action is shared between the holidays and the places where it happens."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeVar

Cle = TypeVar("Cle")


def parts(poids: Mapping[Cle, int | Decimal]) -> dict[Cle, Decimal]:
    """The share of each, their sum being 1; equal shares when nothing weighs."""
    total = sum(poids.values(), Decimal(0))
    if not total:
        return {cle: Decimal(1) / len(poids) for cle in poids}
    return {cle: Decimal(valeur) / total for cle, valeur in poids.items()}


def arrondir(valeurs: Mapping[Cle, Decimal], pas: Decimal, *, total: Decimal | None = None) -> dict[Cle, Decimal]:
    """Each value rounded to a multiple of `pas`, so that they add up to `total`: their own rounded sum unless given.

    The largest remainders are rounded up, in the order of the keys when they are equal.
    """
    if total is None:
        total = (sum(valeurs.values(), Decimal(0)) / pas).quantize(Decimal(1), ROUND_HALF_UP) * pas
    planchers = {cle: (valeur / pas).to_integral_value(ROUND_FLOOR) for cle, valeur in valeurs.items()}
    manque = int(total / pas - sum(planchers.values(), Decimal(0)))
    restes = sorted(valeurs, key=lambda cle: planchers[cle] - valeurs[cle] / pas)
    hausses = set(restes[: max(0, manque)])
    return {cle: (plancher + (cle in hausses)) * pas for cle, plancher in planchers.items()}
