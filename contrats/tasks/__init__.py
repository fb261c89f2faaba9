"""Handlers of the contract's jobs, registered when this package is imported."""

from . import api, equipe, instances

__all__ = ["api", "equipe", "instances"]
