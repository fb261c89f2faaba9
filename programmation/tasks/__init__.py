"""Handlers of the programming's jobs: each module registers its own."""

from . import copil, depot, enveloppes

__all__ = ["copil", "depot", "enveloppes"]
