"""The days of the demo: every date is placed around the day that the command takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ANNEE_TOUJOURS_PRESENTE = 2025


@dataclass(frozen=True, slots=True)
class Calendrier:
    """The coming year's campaign is open, this year's is in execution, the earlier ones are over."""

    aujourdhui: date
    premiere: int
    derniere: int

    @classmethod
    def autour_de(cls, aujourdhui: date, *, debut: int, fin: int) -> Calendrier:
        """Years from two before `aujourdhui` (2025 always there) to the next one, within the contract."""
        premiere = max(debut, min(ANNEE_TOUJOURS_PRESENTE, aujourdhui.year - 2))
        return cls(aujourdhui, premiere, min(aujourdhui.year + 1, fin))

    @property
    def annees(self) -> range:
        return range(self.premiere, self.derniere + 1)

    def est_a_venir(self, annee: int) -> bool:
        return annee > self.aujourdhui.year

    def copil(self, annee: int) -> date:
        """Day of the COPIL that validates a year: 21 March as in 2024, at least two months before today if past."""
        if self.est_a_venir(annee):
            return self.aujourdhui + timedelta(days=115)
        return min(date(annee, 3, 21), self.aujourdhui - timedelta(days=60))

    def ouverture(self, annee: int) -> date:
        if self.est_a_venir(annee):
            return self.aujourdhui - timedelta(days=80)
        return self.copil(annee) - timedelta(days=127)

    def limite(self, annee: int) -> date:
        """Last day to deposit; still ahead for the coming year."""
        if self.est_a_venir(annee):
            return self.aujourdhui + timedelta(days=10)
        return self.copil(annee) - timedelta(days=66)

    def est_passe(self, jour: date) -> bool:
        return jour <= self.aujourdhui


def a_l_heure(jour: date, heure: int = 10, minute: int = 0) -> datetime:
    """That day in Paris, at that time."""
    return datetime.combine(jour, time(heure, minute), tzinfo=PARIS)
