"""The Celery tasks: run the job of a row; sweep. And the jobs of `commun` itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from . import antivirus, fichiers, journal, travaux
from .api import idempotence
from .models import Fichier, Travail
from .travaux import Suivi, travail


@shared_task(name="commun.executer_travail", ignore_result=True)
def executer_travail(pk: str) -> None:
    """Do the job of row `pk`: the only task that works."""
    travaux.executer(pk)


@shared_task(name="commun.balayer_travaux", ignore_result=True)
def balayer_travaux() -> None:
    """Sent by beat: sends again what was lost."""
    travaux.balayer()


@travail("commun.sceller_journal", chaque_jour_a=1)
def sceller_journal(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Seal yesterday's journal."""
    scelle = journal.sceller(timezone.localdate() - timedelta(days=1))
    return {"jour": scelle.jour.isoformat(), "lignes": scelle.lignes, "sha256": scelle.sha256}


@travail("commun.balayer_fichiers", chaque_jour_a=2)
def balayer_fichiers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Remove contents that no row names."""
    return {"orphelins": fichiers.balayer_orphelins()}


@travail("commun.analyser_fichier")
def analyser_fichier(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Ask the antivirus for one file; an antivirus that is away is asked again, then each night."""
    fichier = Fichier.objects.filter(pk=rangee.cible_id or 0).first()
    return {"analyse": fichiers.analyser(fichier, le=timezone.now()) if fichier else None}


@travail("commun.analyser_fichiers", chaque_jour_a=4)
def analyser_fichiers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Files given while there was no antivirus, or while it was away."""
    return {"vus": fichiers.analyser_le_reste(le=timezone.now()) if antivirus.est_configure() else 0}


@travail("commun.purger_idempotence", chaque_jour_a=3)
def purger_idempotence(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Forget the answers of the API that nobody will ask for again."""
    return {"oubliees": idempotence.purger(timezone.now())}
