"""Many funders' rows written at once, each told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.actions import Issue, ResultatDeLigne

from ..lectures.versions import versions
from ..models import DemandeFinancement, Dossier
from .saisie import Saisie, saisir


@dataclass(frozen=True, slots=True)
class LigneASaisir:
    """One row to write: its rank in the lot, the version read (None: whatever it is), the document read."""

    rang: int
    demande: DemandeFinancement
    saisie: Saisie
    version: int | None = None
    piece_source: str = ""


@transaction.atomic
def saisir_lot(
    lignes: Iterable[LigneASaisir], *, par: Auteur, le: datetime, tout_ou_rien: bool, essai: bool = False
) -> list[ResultatDeLigne]:
    """Write each line that can be. With `tout_ou_rien`, one refusal and none is written: the others say so. `essai`: say
    what would be refused, write nothing.

    Each request comes once. The files are locked first, in one order: two lots on the same files wait for each other.
    """
    lignes = list(lignes)
    dossiers = Dossier.objects.filter(pk__in={ligne.demande.dossier_id for ligne in lignes})
    list(dossiers.select_for_update(of=("self",)).order_by("pk"))
    avant = versions(ligne.demande.pk for ligne in lignes)
    refus = {ligne.rang: erreur for ligne in lignes if (erreur := _saisir(ligne, par=par, le=le))}
    apres = versions(avant)
    resultats = [
        ResultatDeLigne(
            ligne.rang,
            _issue(ligne, refus, change=avant[ligne.demande.pk] != apres[ligne.demande.pk]),
            ligne.demande.dossier.numero,
            ligne.demande.pk,
            (refus[ligne.rang],) if ligne.rang in refus else (),
        )
        for ligne in lignes
    ]
    if essai or (refus and tout_ou_rien):
        transaction.set_rollback(True)
        return [r if r.issue is Issue.REFUSE else replace(r, issue=Issue.NON_ECRIT) for r in resultats]
    return resultats


def _saisir(ligne: LigneASaisir, *, par: Auteur, le: datetime) -> RegleEnfreinte | None:
    """Write one line, alone in its savepoint; what is wrong with it, None when nothing is."""
    try:
        with transaction.atomic():
            saisir(ligne.demande, ligne.saisie, par=par, le=le, version=ligne.version, piece_source=ligne.piece_source)
    except RegleEnfreinte as erreur:
        return erreur
    except ActeRefuse as refus:
        return RegleEnfreinte(refus.motif, code="acte_refuse")
    return None


def _issue(ligne: LigneASaisir, refus: dict[int, RegleEnfreinte], *, change: bool) -> Issue:
    if ligne.rang in refus:
        return Issue.REFUSE
    return Issue.MODIFIE if change else Issue.INCHANGE
