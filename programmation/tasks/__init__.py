"""Handlers of the programming's jobs: each module registers its own."""

from . import (
    besoins,
    copil,
    courriers,
    depot,
    echanges,
    enveloppes,
    importation,
    instruire,
    lots,
    proximite,
    scenarios,
    seances,
)

__all__ = [
    "besoins",
    "copil",
    "courriers",
    "depot",
    "echanges",
    "enveloppes",
    "importation",
    "instruire",
    "lots",
    "proximite",
    "scenarios",
    "seances",
]
