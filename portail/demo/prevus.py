"""A file and its requests while they are being invented, before they are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from commun.vie import Vie
from programmation.models import Avis, DemandeFinancement, Dossier

from .actions_inventees import ActionSuivie
from .financeurs import Guichet


@dataclass(slots=True)
class DemandePrevue:
    """The row of one funder, its life, and the euros that it will get if the file is kept."""

    guichet: Guichet
    demande: DemandeFinancement
    vie: Vie
    accorde: Decimal


@dataclass(slots=True)
class DossierPrevu:
    """A file, its life, its fate (`normal`, `refus`, `irrecevable`, `retrait`), and what each funder does of it."""

    action: ActionSuivie
    dossier: Dossier
    vie: Vie
    sort: str
    instruit_le: date
    guichets: list[Guichet]
    demandes: list[DemandePrevue] = field(default_factory=list)
    avis: list[Avis] = field(default_factory=list)

    @property
    def garde(self) -> bool:
        return self.sort == "normal"
