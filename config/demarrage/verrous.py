"""Locks between processes of one checkout. The kernel drops them when a process dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self


class Verrou:
    """An advisory lock on a file. `fd` may be handed to a child, which then holds the lock too."""

    def __init__(self, chemin: Path) -> None:
        chemin.parent.mkdir(parents=True, exist_ok=True)
        self.chemin = chemin
        self.fd = os.open(chemin, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def partager(self) -> None:
        """Take the lock together with others; wait for a process that holds it alone."""
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def prendre(self) -> None:
        """Take the lock alone; wait for the others."""
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def essayer(self, delai: float = 0.0) -> bool:
        """Take the lock alone within `delai` seconds; False when others still hold it."""
        limite = time.monotonic() + delai
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= limite:
                    return False
                time.sleep(0.1)
            else:
                return True

    def ecrire(self, texte: str) -> None:
        """Leave a word for those who find the lock taken."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, texte.encode(), 0)

    def lire(self) -> str:
        """The word left by the holder, empty when there is none."""
        return os.pread(self.fd, 4096, 0).decode(errors="replace")

    def fermer(self) -> None:
        """Let go. A child that inherited `fd` keeps the lock."""
        os.close(self.fd)

    def __enter__(self) -> Self:
        self.prendre()
        return self

    def __exit__(self, *erreur: object) -> None:
        self.fermer()
