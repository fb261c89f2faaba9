"""Handlers of the programming's jobs: each module registers its own."""

from . import copil, depot, echanges, enveloppes, importation, instruire, lots

__all__ = [
    "copil",
    "depot",
    "echanges",
    "enveloppes",
    "importation",
    "instruire",
    "lots",
]
