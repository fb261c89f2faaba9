"""The places of an action and the people it expects (S-17)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

ZERO = Decimal(0)


def parts_completes(parts: Iterable[Decimal], *, tolerance: Decimal = Decimal("0.1")) -> bool:
    """True when the shares of a file's places add up to 100 % within `tolerance` (S-17)."""
    return abs(sum(parts, ZERO) - 100) <= tolerance


def alertes_public(*, total: int | None, qpv: int | None, femmes: int | None, hommes: int | None) -> list[str]:
    """Warnings on a file's expected public, in French sentences (S-17)."""
    alertes = []
    if total and qpv is not None and qpv * 2 <= total:
        alertes.append("Les habitants des QPV ne sont pas majoritaires dans le public attendu.")
    if total and femmes is not None and hommes is not None and femmes + hommes > total:
        alertes.append("La somme des femmes et des hommes dépasse le public total.")
    return alertes
