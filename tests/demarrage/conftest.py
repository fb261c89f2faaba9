"""Sets of servers in folders of their own, and the processes they leave behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.demarrage import processus
from config.demarrage.chemins import RACINE, Cadre
from config.demarrage.postgresql import PostgreSQL
from config.demarrage.superviseur import terminer_orphelins
from config.demarrage.valkey import Valkey

# Longer by itself than a Unix socket's path may be.
NOM_PENIBLE = "Contrat de ville à l'été 2026 — « quartiers » " + "é" * 60


@pytest.fixture(autouse=True)
def sans_adresse(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server of the surrounding run is taken for ours."""
    for nom in ("DATABASE_URL", "REDIS_URL", "PGHOST", "PGPORT", "MAKELEVEL"):
        monkeypatch.delenv(nom, raising=False)


@pytest.fixture
def cadre(tmp_path: Path) -> Iterator[Cadre]:
    """A set of servers in a long path with spaces and accents; what a test leaves running is stopped after it."""
    cadre = Cadre("essai", tmp_path / NOM_PENIBLE / "var", durable=False)
    cadre.preparer_dossiers()
    yield cadre
    terminer_orphelins(cadre)
    for serveur in (Valkey(cadre), PostgreSQL(cadre)):
        if serveur.vivant():
            serveur.arreter()
        cadre.retirer_sockets(os.geteuid())


@pytest.fixture
def autre_programme() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a Python program from its text, in another process; ended after the test."""
    lances: list[subprocess.Popen] = []

    def lancer(texte: str, *arguments: object, **options: object) -> subprocess.Popen:
        programme = subprocess.Popen(
            [sys.executable, "-c", texte, *map(str, arguments)],
            cwd=RACINE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            **options,
        )
        lances.append(programme)
        return programme

    yield lancer
    for programme in lances:
        if programme.poll() is None:
            processus.signaler_groupe(programme.pid, signal.SIGKILL)
        programme.communicate()
