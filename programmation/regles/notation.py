"""The average of a file along its grid: weighted, on twenty, never a sum of points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SUR = Decimal(20)
_DIXIEME = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class NotePonderee:
    """One score, out of its criterion's own maximum, with that criterion's weight."""

    note: Decimal
    note_max: int
    poids: int


def moyenne_sur_vingt(notes: Iterable[NotePonderee]) -> Decimal | None:
    """The weighted average on 20, to the tenth; None without a score.

    Criteria noted out of 5 and out of 10 count by their weight alone.
    """
    notes = list(notes)
    poids = sum(n.poids for n in notes)
    if not poids:
        return None
    exacte = sum((n.note * n.poids / n.note_max for n in notes), Decimal(0)) * SUR / poids
    return exacte.quantize(_DIXIEME, ROUND_HALF_UP)
