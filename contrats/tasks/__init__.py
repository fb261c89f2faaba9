"""Handlers of the contract's jobs, registered when this package is imported."""

from . import api, engagements, equipe, instances

__all__ = ["api", "engagements", "equipe", "instances"]
