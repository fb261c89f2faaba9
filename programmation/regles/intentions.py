"""What an intention gives to the file it becomes."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

_CENTIEME = Decimal("0.01")


def parts_egales(nombre: int) -> list[Decimal]:
    """`nombre` equal shares in % that add up to exactly 100 (S-17): the first takes what rounding leaves."""
    if not nombre:
        return []
    part = (Decimal(100) / nombre).quantize(_CENTIEME, ROUND_DOWN)
    return [100 - part * (nombre - 1), *[part] * (nombre - 1)]
