"""The annual synthesis of the COPIL: every figure that its page, PDF, spreadsheet and API show is computed here once.

Synthesis of year N (docs/regles.md): programming of N; what became of last year's decisions and TFPB realised of N-1;
commitments, decisions and urban renewal on the day of extraction. Content: contract of La Porte du Hainaut, 3.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from commun.auteur import Auteur
from contrats.lectures import suivi
from contrats.lectures.suivi import (
    Appel,
    DecisionsCopil,
    DroitCommunOrientation,
    Engagements,
    OperationSuivie,
    PresentationContrat,
)
from contrats.models import Contrat
from geographie.lectures import FichePerimetre, SerieIndicateur
from programmation.lectures.programmation_annuelle import ProgrammationAnnuelle, programmation_annuelle
from tfpb.lectures import BilanTfpb, bilan_tfpb

from ..models import ActionRenforcee, PointEtape
from .moyens import MoyensEnBref, moyens_en_bref

# Raised when a field of the dataclasses below is added, removed or changes meaning.
SCHEMA = 3


@dataclass(frozen=True, slots=True)
class ActionRenforceeSuivie:
    """A reinforced action and its last progress note on the day of extraction; None or empty is « non renseigné »."""

    intitule: str
    objectif: str
    orientation: str
    pilote: str
    le: date | None
    etat: str
    etat_nom: str
    avancement: int | None
    texte: str
    prochaine_etape: str
    fictif: bool


@dataclass(frozen=True, slots=True)
class Synthese:
    """The whole synthesis of one year, for one reader."""

    contrat: PresentationContrat
    annee: int
    extrait_le: datetime
    fictif: bool
    programmation: ProgrammationAnnuelle
    engagements: Engagements
    decisions: DecisionsCopil
    tfpb: BilanTfpb  # realised, year N-1
    tfpb_precedent: BilanTfpb  # realised, year N-2
    tfpb_programme: BilanTfpb  # planned, year N
    renforcees: tuple[ActionRenforceeSuivie, ...]
    renforcees_attendues: int
    operations: tuple[OperationSuivie, ...]
    droit_commun: tuple[DroitCommunOrientation, ...]
    moyens: MoyensEnBref
    appels: tuple[Appel, ...]
    perimetres: tuple[FichePerimetre, ...]
    indicateurs: tuple[SerieIndicateur, ...]


def synthese(contrat: Contrat, annee: int, *, pour: Auteur, le: datetime, publiee: bool = False) -> Synthese:
    """The synthesis of `annee` as `pour` may read it on `le`; with `publiee`, as every member of the COPIL will.

    Read from one state of the database: an amount voted meanwhile is in every table or in none.
    """
    jour = timezone.localdate(le)
    with _un_seul_etat():
        programmation = programmation_annuelle(contrat, annee, pour=pour, publiee=publiee, le=jour)
        engagements = suivi.engagements(contrat, annee, le=jour)
        renforcees = actions_renforcees(contrat, le=jour)
        realise = bilan_tfpb(contrat, annee - 1)
        moyens = moyens_en_bref(contrat, annee, pour=pour, le=le, publiee=publiee)
        return Synthese(
            contrat=suivi.presentation(contrat),
            annee=annee,
            extrait_le=le,
            fictif=(
                programmation.fictif
                or engagements.fictif
                or realise.fictif
                or moyens.fictif
                or any(r.fictif for r in renforcees)
            ),
            programmation=programmation,
            engagements=engagements,
            decisions=suivi.decisions_du_copil(contrat, le=jour),
            tfpb=realise,
            tfpb_precedent=bilan_tfpb(contrat, annee - 2),
            tfpb_programme=bilan_tfpb(contrat, annee),
            renforcees=renforcees,
            renforcees_attendues=contrat.actions_renforcees,
            operations=suivi.operations_urbaines(contrat, le=jour),
            droit_commun=suivi.droit_commun_par_orientation(contrat),
            moyens=moyens,
            appels=suivi.appels_externes(contrat),
            perimetres=suivi.perimetres_du_contrat(contrat, annee),
            indicateurs=suivi.indicateurs_du_contrat(contrat),
        )


def actions_renforcees(contrat: Contrat, *, le: date) -> tuple[ActionRenforceeSuivie, ...]:
    """The reinforced actions with their last note known on `le` (E-02)."""
    derniers: dict[int, PointEtape] = {}
    for point in PointEtape.objects.filter(action__contrat=contrat, le__lte=le).order_by("le"):
        derniers[point.action_id] = point
    return tuple(
        _renforcee(action, derniers.get(action.pk))
        for action in ActionRenforcee.objects.filter(contrat=contrat)
        .select_related("orientation", "pilote")
        .order_by("ordre")
    )


def _renforcee(action: ActionRenforcee, point: PointEtape | None) -> ActionRenforceeSuivie:
    return ActionRenforceeSuivie(
        intitule=action.intitule,
        objectif=action.objectif_vise,
        orientation=action.orientation.nom_court if action.orientation else "",
        pilote=action.pilote.nom if action.pilote else "",
        le=point.le if point else None,
        etat=point.etat if point else "",
        etat_nom=point.get_etat_display() if point else "",
        avancement=point.avancement if point else None,
        texte=point.texte if point else "",
        prochaine_etape=point.prochaine_etape if point else "",
        fictif=action.fictif or (point is not None and point.fictif),
    )


@contextmanager
def _un_seul_etat() -> Iterator[None]:
    """One state of the database for all the queries inside; within a transaction, that transaction's own view."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as curseur:
            curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
