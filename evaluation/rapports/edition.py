"""What the cover of a report says of one version of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edition:
    """One version: its number, and the fingerprint of the data that it was made from."""

    version: int
    empreinte: str
    publie: bool = False
