"""Where things live: the checkout, its virtual environment, and the folders of each set of embedded servers."""

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .erreurs import ErreurDemarrage, acces_refuse

RACINE = Path(__file__).resolve().parents[2]
PYTHON_VENV = RACINE / ".venv" / "bin" / "python"


@dataclass(frozen=True)
class Cadre:
    """One set of embedded servers with its data.

    `durable` is False for the tests' set, whose data may be lost with the machine's power.
    """

    nom: str
    dossier: Path
    durable: bool = True

    @property
    def journaux(self) -> Path:
        return self.dossier / "journaux"

    @property
    def pids(self) -> Path:
        return self.dossier / "pids"

    @property
    def verrous(self) -> Path:
        return self.dossier / "verrous"

    def preparer_dossiers(self) -> None:
        """Create the folders of the set, or say in one line that they belong to somebody else."""
        for dossier in (self.dossier, self.journaux, self.pids, self.verrous):
            try:
                dossier.mkdir(parents=True, exist_ok=True)
            except PermissionError as erreur:
                raise acces_refuse(dossier) from erreur
            if not os.access(dossier, os.W_OK):
                raise acces_refuse(dossier)

    def dossier_sockets(self, uid: int) -> Path:
        """A private folder for Unix sockets, created if missing, that belongs to `uid`.

        A socket's path holds 107 bytes at most, so the folder stands in /tmp, named after a hash of the data's path.
        It does not follow TMPDIR or XDG_RUNTIME_DIR: the next start must look in the same place from any session.
        """
        dossier = self.chemin_sockets(uid)
        try:
            dossier.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            dossier.chmod(0o700)
            if uid != os.geteuid():
                os.chown(dossier, uid, -1)
        infos = dossier.lstat()
        if not stat.S_ISDIR(infos.st_mode) or infos.st_uid != uid or infos.st_mode & 0o077:
            raise ErreurDemarrage(
                f"{dossier} n'est pas un dossier privé de l'utilisateur n° {uid} : supprimez-le puis relancez."
            )
        return dossier

    def retirer_sockets(self, uid: int) -> None:
        """Remove the folder once its servers have stopped."""
        with suppress(OSError):
            self.chemin_sockets(uid).rmdir()

    def chemin_sockets(self, uid: int) -> Path:
        """The folder's path alone; nothing is created."""
        empreinte = hashlib.sha256(os.fsencode(self.dossier)).hexdigest()[:12]
        return Path("/tmp") / f"pilotville-{empreinte}-{uid}"  # noqa: S108 - its ownership is verified


DEMO = Cadre("demo", RACINE / "var" / "demo")
TEST = Cadre("test", RACINE / "var" / "test", durable=False)
