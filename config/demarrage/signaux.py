"""SIGINT, SIGTERM and SIGHUP turned into a request to stop, even when they arrive ignored or blocked."""

import os
import select
import signal
from types import FrameType
from typing import Self

from .erreurs import ArretDemande

ARRETS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signaux:
    """Context in which a signal raises `ArretDemande` until `noter` is called, and is only noted afterwards.

    A script that starts us in the background leaves SIGINT ignored, and Python then installs no handler: ours are
    installed whatever was inherited. `recus` counts the requests, so that a second one may hurry the end.
    """

    def __init__(self) -> None:
        self.recus = 0
        self.numero: int | None = None
        self._lever = True

    def __enter__(self) -> Self:
        self._lecture, self._ecriture = os.pipe()
        os.set_blocking(self._lecture, False)
        os.set_blocking(self._ecriture, False)
        self._anciens = {numero: signal.signal(numero, self._recevoir) for numero in ARRETS}
        self._ancien_reveil = signal.set_wakeup_fd(self._ecriture, warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ARRETS)
        return self

    def __exit__(self, *erreur: object) -> None:
        signal.set_wakeup_fd(self._ancien_reveil)
        for numero, ancien in self._anciens.items():
            signal.signal(numero, ancien)
        os.close(self._lecture)
        os.close(self._ecriture)

    def _recevoir(self, numero: int, cadre: FrameType | None) -> None:
        self.recus += 1
        self.numero = self.numero or numero
        if self._lever:
            self._lever = False  # what follows is the clean-up, which must not be cut short
            raise ArretDemande(numero)

    def noter(self) -> None:
        """From here on a signal no longer raises: read `recus` or wait with `attendre`."""
        self._lever = False

    def attendre(self, delai: float) -> None:
        """Sleep `delai` seconds, or until a signal comes."""
        if select.select([self._lecture], [], [], delai)[0]:
            os.read(self._lecture, 64)
