"""Handlers of the contract's jobs, registered when this package is imported."""

from . import equipe

__all__ = ["equipe"]
