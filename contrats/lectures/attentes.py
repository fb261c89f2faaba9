"""What awaits people around meetings: to prepare and to close for the team, to read and to carry out for the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from commun.auteur import Auteur

from ..etats import REUNION_A_VENIR, REUNION_TENUE, EtatReunion
from ..models import Contrat, DecisionReunion, PointOrdreDuJour, Reunion
from ..permissions import peut_conduire, place_dans, roles
from .instances import EXECUTION_FINIE, decisions_en_retard, lit_le_paquet, sieges

# A meeting is prepared, and told of, over these days before it.
PREPARATION = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AttentesDeLEquipe:
    """What the meetings that somebody conducts wait for; each meeting stands at its next step only."""

    sans_ordre_du_jour: tuple[Reunion, ...] = ()
    a_convoquer: tuple[Reunion, ...] = ()
    sans_dossier: tuple[Reunion, ...] = ()
    sans_compte_rendu: tuple[Reunion, ...] = ()
    decisions_en_retard: tuple[DecisionReunion, ...] = ()


@dataclass(frozen=True, slots=True)
class ReunionAnnoncee:
    """A meeting that one is called to, and whether its packet is there to read."""

    reunion: Reunion
    dossier: bool


def attentes_de_l_equipe(contrat: Contrat, *, pour: Auteur, le: date) -> AttentesDeLEquipe:
    """The meetings of the coming weeks and those not closed yet, the nearest first; the decisions that are late."""
    candidates = (
        Reunion.objects.filter(
            comite__contrat=contrat, etat__in=(*REUNION_A_VENIR, EtatReunion.TENUE), le__lte=le + PREPARATION
        )
        .select_related("comite__contrat")
        .annotate(a_un_ordre_du_jour=Exists(PointOrdreDuJour.objects.filter(reunion=OuterRef("pk"))))
        .order_by("le", "pk")
    )
    conduites = [reunion for reunion in candidates if peut_conduire(pour, reunion)]
    a_venir = [r for r in conduites if r.etat in REUNION_A_VENIR and r.le >= le]
    ecrites = [r for r in a_venir if r.a_un_ordre_du_jour]
    return AttentesDeLEquipe(
        sans_ordre_du_jour=tuple(r for r in a_venir if not r.a_un_ordre_du_jour),
        a_convoquer=tuple(r for r in ecrites if r.etat == EtatReunion.PREVUE),
        sans_dossier=tuple(r for r in ecrites if r.etat == EtatReunion.CONVOQUEE and r.paquet_id is None),
        sans_compte_rendu=tuple(r for r in conduites if r.etat == EtatReunion.TENUE or r.le < le),
        decisions_en_retard=tuple(d for d in decisions_en_retard(contrat, le=le) if peut_conduire(pour, d.reunion)),
    )


def reunions_annoncees(contrat: Contrat, *, pour: Auteur, le: date) -> list[ReunionAnnoncee]:
    """The meetings of the coming weeks to which a member, or a guest, is called; none for who runs them."""
    tenus = roles(pour, contrat)
    if tenus.pilote:
        return []
    siens = Q(comite__in=sieges(contrat, tenus)) | Q(comite__in=sieges(contrat, tenus, invite=True))
    convoquees = (
        Reunion.objects.filter(siens, etat=EtatReunion.CONVOQUEE, le__gte=le, le__lte=le + PREPARATION)
        .select_related("comite")
        .prefetch_related("comite__membres")
        .order_by("le", "pk")
    )
    return [
        ReunionAnnoncee(r, dossier=r.paquet_id is not None and lit_le_paquet(r, place_dans(tenus, r.comite)))
        for r in convoquees
    ]


def decisions_a_executer(contrat: Contrat, *, pour: Auteur) -> list[DecisionReunion]:
    """Decisions taken that the reader's organisations must carry out, the first due first."""
    decisions = (
        DecisionReunion.objects.filter(
            reunion__comite__contrat=contrat,
            reunion__etat__in=REUNION_TENUE,
            nature=DecisionReunion.Nature.DECIDEE,
            responsable__in=roles(pour, contrat).organismes_partenaires,
        )
        .exclude(execution__in=EXECUTION_FINIE)
        .select_related("responsable")
    )
    return sorted(decisions, key=lambda d: (d.echeance or date.max, d.pk))
