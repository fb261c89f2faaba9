"""Handlers of the contract's jobs, registered when this package is imported."""

from . import api, engagements, equipe, inscriptions, instances, moyens

__all__ = ["api", "engagements", "equipe", "inscriptions", "instances", "moyens"]
