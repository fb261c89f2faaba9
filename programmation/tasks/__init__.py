"""Handlers of the programming's jobs: each module registers its own."""

from . import copil, enveloppes

__all__ = ["copil", "enveloppes"]
