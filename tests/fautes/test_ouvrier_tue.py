"""A worker killed in mid-report: no half-file, and the report ends once, after a worker comes back (F4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages
from django.utils import timezone

from acteurs.models import Utilisateur
from commun import travaux
from commun.auteur import Auteur
from commun.models import EtatTravail, Fichier
from contrats.models import Contrat
from evaluation import actions
from evaluation.etats import EtatRapport
from portail.demo.chargement import charger
from portail.demo.comptes import DOMAINE

pytestmark = pytest.mark.lent

SILENCE = timedelta(seconds=3)
ATTENTE = 90  # seconds, at most, for anything that must happen

# A real Celery worker of one process; the delays alone are shortened.
OUVRIER = """
from datetime import timedelta
import django
django.setup()
from commun import travaux
travaux.BATTEMENT, travaux.SILENCE = timedelta(seconds=1), timedelta(seconds=3)
from config.celery import app
app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
"""


@pytest.fixture
def demarrer_ouvrier(
    environnement_du_test: dict[str, str], settings: Any
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start real workers on this test's database, broker and files; all are gone when the test ends."""
    environnement = environnement_du_test | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "SECRET_KEY": "uniquement-pour-les-tests",
        "RACINE_FICHIERS": str(settings.RACINE_FICHIERS),
        "REDIS_URL": reglages.REDIS_URL,
    }
    nes: list[subprocess.Popen[bytes]] = []

    def demarrer() -> subprocess.Popen[bytes]:
        ouvrier = subprocess.Popen(
            [sys.executable, "-c", OUVRIER], env=environnement, cwd=reglages.BASE_DIR, start_new_session=True
        )
        nes.append(ouvrier)
        return ouvrier

    yield demarrer
    for ouvrier in nes:
        if ouvrier.poll() is None:
            ouvrier.kill()
        ouvrier.wait()


def _attendre(condition: Callable[[], bool], quoi: str) -> None:
    limite = time.monotonic() + ATTENTE
    while not condition():
        assert time.monotonic() < limite, f"Waited in vain for: {quoi}"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_un_rapport_dont_l_ouvrier_est_tue_finit_une_seule_fois(demarrer_ouvrier, monkeypatch, settings):
    charger(aujourdhui=date(2026, 11, 20), graine=2030)
    lignes, contenus = _fichiers(settings)
    monkeypatch.setattr(travaux, "SILENCE", SILENCE)
    contrat = Contrat.objects.get(slug="porte-du-hainaut")
    auteur = Auteur(Utilisateur.objects.get(email=f"chef-de-projet@{DOMAINE}"), contrat.pilote)
    rapport = actions.demander_synthese(contrat, 2026, par=auteur, le=timezone.now())
    travail = rapport.travail
    assert travail is not None
    premier = demarrer_ouvrier()
    _publier(travail.pk)

    def en_pleine_mise_en_page() -> bool:
        travail.refresh_from_db()
        return travail.etape >= 4

    _attendre(en_pleine_mise_en_page, "the layout of the PDF")
    os.kill(premier.pid, signal.SIGKILL)
    premier.wait()

    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.EN_PREPARATION
    assert _fichiers(settings) == (lignes, contenus), "neither a row nor half a file"

    demarrer_ouvrier()
    time.sleep(SILENCE.total_seconds() + 1)
    for _ in range(3):  # the same message three times: one effect
        _publier(travail.pk)

    def fini() -> bool:
        travail.refresh_from_db()
        return travail.est_fini

    _attendre(fini, "the end of the report")
    assert travail.etat == EtatTravail.FAIT, travail.erreur
    assert travail.tentatives == 2
    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.PRET
    assert Fichier.objects.count() == lignes + 4
    assert rapport.pdf.chemin.read_bytes().startswith(b"%PDF-")


def _fichiers(settings: Any) -> tuple[int, set[Path]]:
    """The rows of files and the contents on the disk: the demo holds some of its own."""
    return Fichier.objects.count(), {c for c in Path(settings.RACINE_FICHIERS).rglob("*") if c.is_file()}


def _publier(pk: Any) -> None:
    """The real message: the suite's own fixture keeps messages back."""
    from celery import current_app

    current_app.send_task("commun.executer_travail", args=[str(pk)], retry=False, ignore_result=True)
