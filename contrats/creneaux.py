"""What the contract asks of the apps above it, and the shape of their answers (docs/ARCHITECTURE.md, Slots)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.db import models

from commun.auteur import Auteur
from commun.creneaux import Creneau

from .models import Contrat, Engagement, Reunion


class GenreEcheance(models.TextChoices):
    """Kinds of dates in the shared calendar."""

    REUNION = "reunion", "Réunions"
    CAMPAGNE = "campagne", "Campagne de programmation"
    BILAN = "bilan", "Bilans à rendre"
    TFPB = "tfpb", "TFPB"
    APPEL = "appel", "Appels d’autres financeurs"


@dataclass(frozen=True, slots=True)
class Echeance:
    """One date of the shared calendar. `cle` is stable: it names the event in people's own diaries."""

    cle: str
    genre: GenreEcheance
    titre: str
    le: date
    au: date | None = None  # last day, included; None for a single day
    debut: time | None = None
    fin: time | None = None
    lieu: str = ""
    commune_id: int | None = None
    detail: str = ""
    url: str = ""
    annulee: bool = False
    version: int = 0
    fictif: bool = False


@dataclass(frozen=True, slots=True)
class DossierPropose:
    """A file that a committee is asked to programme. Euros; `financeurs` names each with its amount.

    `deports` names the people withdrawn from it for a conflict of interest: they take no part in its decision.
    """

    numero: str
    intitule: str
    porteur: str
    orientation: str
    demande: Decimal
    propose: Decimal
    financeurs: tuple[tuple[str, Decimal], ...]
    fictif: bool
    deports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammationProposee:
    """The table of files that a meeting is asked to validate."""

    annee: int
    dossiers: tuple[DossierPropose, ...]
    total_demande: Decimal
    total_propose: Decimal

    @property
    def avec_deports(self) -> tuple[DossierPropose, ...]:
        """The files from which somebody is withdrawn."""
        return tuple(dossier for dossier in self.dossiers if dossier.deports)


@dataclass(frozen=True, slots=True)
class DossierServant:
    """A funded file that serves a commitment, as its reader may see it."""

    annee: int
    numero: str
    intitule: str
    porteur: str
    etat: str
    url: str


etapes_de_campagne: Creneau[[Contrat, date, date, Auteur], list[Echeance]] = Creneau(
    "contrats.etapes_de_campagne", "Which stages of the campaigns, and dates of bilans, fall between these two days?"
)
dates_tfpb: Creneau[[Contrat, date, date, Auteur], list[Echeance]] = Creneau(
    "contrats.dates_tfpb", "Which dates of the TFPB fall between these two days?"
)
programmation_proposee: Creneau[[Reunion], ProgrammationProposee | None] = Creneau(
    "contrats.programmation_proposee", "Which files is this meeting asked to programme? None when it is asked none."
)
actions_sans_point_d_etape: Creneau[[Reunion], list[str]] = Creneau(
    "contrats.actions_sans_point_d_etape",
    "Which reinforced actions have no progress entry for this strategic COPIL (E-02)?",
)
dossiers_servant: Creneau[[Engagement, Auteur], list[DossierServant]] = Creneau(
    "contrats.dossiers_servant", "Which files serve this commitment, among those that the reader sees?"
)
