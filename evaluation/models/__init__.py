"""Reinforced actions and reports."""

from .action_renforcee import ActionRenforcee, PointEtape
from .rapport import Rapport

__all__ = ["ActionRenforcee", "PointEtape", "Rapport"]
