"""The packet of a meeting, as it is printed: agenda, what to decide, what became of the last decisions, files proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from ..creneaux import ProgrammationProposee, programmation_proposee
from ..etats import REUNION_TENUE
from ..models import DecisionReunion, Reunion
from .instances import EXECUTION_FINIE, est_en_retard


@dataclass(frozen=True, slots=True)
class PointImprime:
    """One point of the agenda. `piece` is the name of its paper."""

    ordre: int
    titre: str
    texte: str
    rapporteur: str
    minutes: int | None
    piece: str


@dataclass(frozen=True, slots=True)
class SuiteImprimee:
    """A decision taken earlier and where it stands."""

    le: date
    texte: str
    responsable: str
    echeance: date | None
    execution: str
    suite: str
    en_retard: bool


@dataclass(frozen=True, slots=True)
class PaquetDeSeance:
    """All that the packet prints, on the day it is made."""

    contrat: str
    pilote: str
    comite: str
    le: date
    heures: str
    lieu: str
    objet: str
    commune: str
    extrait_le: datetime
    membres: tuple[str, ...]
    invites: tuple[str, ...]
    points: tuple[PointImprime, ...]
    a_decider: tuple[str, ...]
    derniere_le: date | None
    suites: tuple[SuiteImprimee, ...]
    programmation: ProgrammationProposee | None
    fictif: bool

    @property
    def minutes(self) -> int:
        return sum(point.minutes or 0 for point in self.points)

    @property
    def pieces(self) -> tuple[PointImprime, ...]:
        return tuple(point for point in self.points if point.piece)

    @property
    def retards(self) -> int:
        return sum(1 for suite in self.suites if suite.en_retard)


def paquet(reunion: Reunion, *, le: datetime, ecartes: frozenset[int] = frozenset()) -> PaquetDeSeance:
    """The session of `reunion`, whose committee and contract are read, as it stands at `le`; see `programmation_proposee`."""
    comite, contrat = reunion.comite, reunion.comite.contrat
    membres = list(comite.membres.select_related("organisme").order_by("organisme__nom"))
    derniere = _precedentes(reunion).order_by("-le").first()
    programmation = programmation_proposee(reunion, ecartes) if comite.examine_des_dossiers else None
    return PaquetDeSeance(
        contrat=contrat.intitule,
        pilote=contrat.pilote.nom,
        comite=comite.nom,
        le=reunion.le,
        heures=heures(reunion),
        lieu=reunion.lieu,
        objet=reunion.objet,
        commune=str(reunion.commune) if reunion.commune else "",
        extrait_le=le,
        membres=tuple(str(m.organisme) for m in membres if not m.invite),
        invites=tuple(str(m.organisme) for m in membres if m.invite),
        points=tuple(
            PointImprime(
                p.ordre,
                p.titre,
                p.texte,
                p.rapporteur.nom_court if p.rapporteur else "",
                p.minutes,
                p.piece.nom if p.piece else "",
            )
            for p in reunion.ordre_du_jour.select_related("rapporteur", "piece").order_by("ordre")
        ),
        a_decider=tuple(
            reunion.decisions.filter(nature=DecisionReunion.Nature.A_DECIDER)
            .order_by("ordre", "pk")
            .values_list("texte", flat=True)
        ),
        derniere_le=derniere.le if derniere else None,
        suites=tuple(_suites(reunion, derniere, timezone.localdate(le))),
        programmation=programmation,
        fictif=reunion.fictif or (programmation is not None and any(d.fictif for d in programmation.dossiers)),
    )


def heures(reunion: Reunion) -> str:
    """« de 14 h à 16 h 30 », « à 9 h »; empty when unknown."""
    if reunion.debut is None:
        return ""
    debut, fin = (
        f"{t.hour} h{f' {t.minute:02d}' if t.minute else ''}" if t else "" for t in (reunion.debut, reunion.fin)
    )
    return f"de {debut} à {fin}" if fin else f"à {debut}"


def _precedentes(reunion: Reunion) -> QuerySet[Reunion]:
    """Meetings of the same committee (and commune) held before."""
    return Reunion.objects.filter(
        comite=reunion.comite_id, commune=reunion.commune_id, etat__in=REUNION_TENUE, le__lt=reunion.le
    )


def _suites(reunion: Reunion, derniere: Reunion | None, jour: date) -> list[SuiteImprimee]:
    """Decisions of the last meeting, and older ones whose execution is not over."""
    if derniere is None:
        return []
    prises = (
        DecisionReunion.objects.filter(reunion__in=_precedentes(reunion), nature=DecisionReunion.Nature.DECIDEE)
        .select_related("reunion", "responsable")
        .order_by("-reunion__le", "ordre", "pk")
    )
    return [
        SuiteImprimee(
            le=d.reunion.le,
            texte=d.texte,
            responsable=d.responsable.nom_court if d.responsable else "",
            echeance=d.echeance,
            execution=d.get_execution_display() if d.execution else "À faire",
            suite=d.suite_donnee,
            en_retard=est_en_retard(d, jour),
        )
        for d in prises
        if d.reunion_id == derniere.pk or d.execution not in EXECUTION_FINIE
    ]
