"""Conventions with landlords, their dwellings, programmes and actions."""

from .convention import ConventionTfpb, Patrimoine
from .programme import ActionTfpb, ProgrammeTfpb

__all__ = ["ActionTfpb", "ConventionTfpb", "Patrimoine", "ProgrammeTfpb"]
