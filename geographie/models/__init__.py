"""Territories, their versions in time, and the facts about them."""

from .commune import Commune, Epci
from .indicateur import Indicateur, Mesure, SensIndicateur, StatutMesure
from .perimetre import (
    FiliationPerimetre,
    Perimetre,
    PopulationPerimetre,
    TypePerimetre,
    VersionPerimetre,
)

__all__ = [
    "Commune",
    "Epci",
    "FiliationPerimetre",
    "Indicateur",
    "Mesure",
    "Perimetre",
    "PopulationPerimetre",
    "SensIndicateur",
    "StatutMesure",
    "TypePerimetre",
    "VersionPerimetre",
]
