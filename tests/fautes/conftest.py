"""Many processes and threads at once, each with its own connection to the test's database."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

PATIENCE = 60  # seconds; a worker that waits longer is stuck, and the test says so

_fourche: Any = multiprocessing.get_context("fork")


@pytest.fixture
def en_processus() -> Callable[..., list[Any]]:
    """`en_processus(n, faire)`: run `faire(rang, barriere)` in `n` processes at once; their answers, in order.

    They are forked, so that they find the test's database, and open connections of their own.
    """

    def lancer(nombre: int, faire: Callable[[int, Any], Any]) -> list[Any]:
        connections.close_all()  # a connection does not survive a fork
        barriere, file = _fourche.Barrier(nombre, timeout=PATIENCE), _fourche.Queue()

        def corps(rang: int) -> None:
            # What earlier tests left to the collector would close, in this copy, files that now are our connection.
            gc.disable()
            try:
                file.put((rang, faire(rang, barriere), None))
            except BaseException as erreur:
                barriere.abort()
                file.put((rang, None, repr(erreur)))
            finally:
                connections.close_all()

        enfants = [_fourche.Process(target=corps, args=(rang,)) for rang in range(nombre)]
        for enfant in enfants:
            enfant.start()
        try:
            reponses = sorted((file.get(timeout=PATIENCE) for _ in enfants), key=lambda reponse: reponse[0])
        finally:
            for enfant in enfants:
                enfant.join(PATIENCE)
        assert not [erreur for _, _, erreur in reponses if erreur]
        return [reponse for _, reponse, _ in reponses]

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
