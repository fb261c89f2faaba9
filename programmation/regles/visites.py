"""When a person comes back to a file, and since when it has something new to read."""

from __future__ import annotations

from datetime import datetime, timedelta

# Going back and forth between a file and the table is one visit.
DUREE_D_UNE_VISITE = timedelta(minutes=30)


def nouvelle_visite(vu_le: datetime, le: datetime) -> bool:
    """True when the person had left: half an hour without opening the file."""
    return le - vu_le >= DUREE_D_UNE_VISITE


def depuis(vu_le: datetime, precedente_le: datetime | None, le: datetime) -> datetime | None:
    """Since when what happened is new to the person: the end of its last visit, None during the first one."""
    return vu_le if nouvelle_visite(vu_le, le) else precedente_le
