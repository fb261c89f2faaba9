"""A worker killed while it sends letters: each letter has left whole or not at all, and none leaves twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as reglages

from commun import travaux
from commun.auteur import Auteur
from commun.journal import verifier_chaine
from commun.models import EtatTravail, LigneJournal, Travail
from contrats.etats import Role
from programmation import actions
from programmation.etats import EtatCourrier, EtatDemande
from programmation.lectures.courriers import OUVRIR_LES_COURRIERS, PREVENIR_DU_COURRIER
from programmation.models import Courrier
from tests.fabriques import ActeDecisionFactory, ContratFactory, DemandeFactory, DossierFactory, HabilitationFactory

pytestmark = [pytest.mark.lent, pytest.mark.django_db(transaction=True)]

COURRIERS = 25
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)
SILENCE = timedelta(seconds=2)
ATTENTE = 90  # seconds, at most, for anything that must happen
OUVRIER = """
import sys
from datetime import timedelta
import django
django.setup()
from commun import travaux
travaux.BATTEMENT = timedelta(seconds=1)
travaux.executer(sys.argv[1])
"""


@pytest.fixture
def ouvrier(environnement_du_test: dict[str, str], settings: Any) -> Iterator[Any]:
    """`ouvrier(pk)`: a process that does this job, on this test's database and files; gone when the test ends."""
    environnement = environnement_du_test | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "SECRET_KEY": "uniquement-pour-les-tests",
        "RACINE_FICHIERS": str(settings.RACINE_FICHIERS),
    }
    nes: list[subprocess.Popen[bytes]] = []

    def demarrer(pk: Any) -> subprocess.Popen[bytes]:
        nes.append(subprocess.Popen([sys.executable, "-c", OUVRIER, str(pk)], env=environnement, cwd=reglages.BASE_DIR))
        return nes[-1]

    yield demarrer
    for processus in nes:
        if processus.poll() is None:
            processus.kill()
        processus.wait()


def test_un_envoi_tue_reprend_sans_envoyer_deux_fois(ouvrier, monkeypatch) -> None:
    monkeypatch.setattr(travaux, "SILENCE", SILENCE)
    travail = _envoi_demande()
    premier = ouvrier(travail.pk)
    _attendre(lambda: _envoyes().count() >= 3, "the first letters")
    os.kill(premier.pid, signal.SIGKILL)
    premier.wait()

    partis = _envoyes().count()
    assert 0 < partis < COURRIERS
    _chaque_courrier_est_entier()

    time.sleep(SILENCE.total_seconds() + 0.5)
    for _ in range(3):  # the same message three times: one effect
        travaux.executer(travail.pk)

    travail.refresh_from_db()
    assert (travail.etat, travail.tentatives) == (EtatTravail.FAIT, 2)
    assert len(travail.resultat["reussis"]) == COURRIERS
    assert travail.resultat["refus"] == []
    assert _envoyes().count() == COURRIERS
    _chaque_courrier_est_entier()


def _envoi_demande() -> Travail:
    """Letters that are ready, of porteurs with one person each, and the job that sends them."""
    contrat = ContratFactory()
    decideur = HabilitationFactory(contrat=contrat, role=Role.DECIDEUR)
    par = Auteur(decideur.utilisateur, decideur.organisme)
    acte = ActeDecisionFactory(contrat=contrat, organisme=decideur.organisme)
    for dossier in DossierFactory.create_batch(COURRIERS, contrat=contrat, programme=True):
        DemandeFactory(dossier=dossier, financeur=decideur.organisme, votee=True, acte=acte)
        HabilitationFactory(contrat=contrat, organisme=dossier.porteur, role=Role.PORTEUR)
    lot = actions.ouvrir_les_courriers(dossier.campagne, decideur.organisme, acte=acte, par=par, le=LE)
    travaux.executer(Travail.objects.get(nom=OUVRIR_LES_COURRIERS).pk)
    for courrier in lot.courriers.all():
        actions.valider_le_courrier(courrier, par=par, le=LE)
    return actions.envoyer_le_lot(lot, par=par, le=LE)


def _envoyes() -> Any:
    return Courrier.objects.filter(etat=EtatCourrier.ENVOYE)


def _chaque_courrier_est_entier() -> None:
    """Sent: its PDF, its decision notified, one e-mail planned, one line in its journal. Not sent: none of these."""
    courriels = Counter(Travail.objects.filter(nom=PREVENIR_DU_COURRIER).values_list("cible_id", flat=True))
    for courrier in Courrier.objects.select_related("pdf"):
        envoye = courrier.etat == EtatCourrier.ENVOYE
        (demande,) = courrier.demandes.all()
        lignes = [ligne.acte for ligne in LigneJournal.objects.de(courrier)]
        assert demande.etat == (EtatDemande.NOTIFIEE if envoye else EtatDemande.VOTEE)
        assert (courriels[courrier.pk], lignes.count("envoyer")) == ((1, 1) if envoye else (0, 0))
        assert verifier_chaine(courrier)
        if envoye:
            assert courrier.pdf.chemin.read_bytes().startswith(b"%PDF-")


def _attendre(condition: Any, quoi: str) -> None:
    limite = time.monotonic() + ATTENTE
    while not condition():
        assert time.monotonic() < limite, f"Waited in vain for: {quoi}"
        time.sleep(0.05)
