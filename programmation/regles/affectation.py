"""Who should follow a file: the narrowest charge that covers it, then whoever has fewest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charge:
    """One person who may follow a file, and how many restrictions its habilitation there has (places, orientations)."""

    personne: int
    precision: int  # 0: the whole contract; 1: some places or some orientations; 2: both


def choisir(charges: Iterable[Charge], suivis: Mapping[int, int]) -> int | None:
    """The person proposed, None when nobody covers the file.

    The most precise habilitation wins: the chef de projet of a commune before that of the whole contract. Between equals,
    whoever follows fewest files (`suivis`), then the first by number, so that the proposal is always the same.
    """
    meilleures = sorted(charges, key=lambda c: (-c.precision, suivis.get(c.personne, 0), c.personne))
    return meilleures[0].personne if meilleures else None
