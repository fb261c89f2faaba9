"""Many processes and threads at once, each with its own connection to the test's database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as reglages
from django.db import connection, connections

PATIENCE = 120  # seconds; a worker that waits longer is stuck, and the test says so


@pytest.fixture
def environnement_du_test() -> dict[str, str]:
    """The environment that leads another process to this test's database."""
    adresse = urlsplit(os.environ.get("DATABASE_URL", "postgres://localhost/pilotville"))._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    return os.environ | {"DATABASE_URL": urlunsplit(adresse)}


@pytest.fixture
def en_processus(environnement_du_test: dict[str, str]) -> Callable[..., list[Any]]:
    """`en_processus(n, fonction, *arguments)`: call it in `n` processes at once; their answers, in order.

    `fonction(rang, *arguments)` stands at the top of its module; arguments and answer are plain JSON.
    """

    def lancer(nombre: int, fonction: Callable[..., Any], *arguments: Any) -> list[Any]:
        commande = [sys.executable, "-m", "tests.fautes.enfant", f"{fonction.__module__}:{fonction.__name__}"]
        enfants = [
            subprocess.Popen(
                [*commande, str(rang), json.dumps(arguments)],
                cwd=reglages.BASE_DIR,
                env=environnement_du_test | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for rang in range(nombre)
        ]
        try:
            for enfant in enfants:
                assert enfant.stdout is not None
                assert enfant.stdout.readline() == "pret\n"
            reponses = [enfant.communicate for enfant in enfants]
            for enfant in enfants:
                assert enfant.stdin is not None
                enfant.stdin.write("\n")
                enfant.stdin.flush()
            return [json.loads(attendre(timeout=PATIENCE)[0]) for attendre in reponses]
        finally:
            for enfant in enfants:
                enfant.kill()
                enfant.wait()

    return lancer


@pytest.fixture
def en_meme_temps() -> Callable[..., list[Any]]:
    """`en_meme_temps(a, b)`: call both in threads released together; what each returned, or its exception."""

    def lancer(*actes: Callable[[], Any]) -> list[Any]:
        barriere = threading.Barrier(len(actes), timeout=PATIENCE)
        issues: list[Any] = [None] * len(actes)

        def corps(rang: int, acte: Callable[[], Any]) -> None:
            try:
                barriere.wait()
                issues[rang] = acte()
            except Exception as erreur:
                issues[rang] = erreur
            finally:
                connections.close_all()

        fils = [threading.Thread(target=corps, args=(rang, acte)) for rang, acte in enumerate(actes)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join(PATIENCE)
        assert not any(fil.is_alive() for fil in fils)
        return issues

    return lancer
