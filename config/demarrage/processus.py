"""Processes of this machine: who they are, whether they still live, how they are run and ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .journaux import ouvrir_journal

PROC = Path("/proc")


@dataclass(frozen=True)
class Identite:
    """What tells a process from a later one with the same number."""

    debut: str
    commande: str


def identite(pid: int, proc: Path = PROC) -> Identite | None:
    """Who process `pid` is, or None when it has ended (a zombie has ended)."""
    if not (proc / "self").exists():  # macOS, BSD
        return _identite_par_ps(pid)
    try:
        # The second field, the program's name, may hold spaces and brackets: count from its end.
        champs = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        commande = (proc / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    if champs[0] in (b"Z", b"X"):
        return None
    return Identite(debut=champs[19].decode(), commande=os.fsdecode(commande.replace(b"\0", b" ")).strip())


def _identite_par_ps(pid: int) -> Identite | None:
    # English dates, which hold five words, and accents left as they are.
    langue = {"LC_TIME": "C", "LC_CTYPE": "UTF-8" if sys.platform == "darwin" else "C.UTF-8"}
    environnement = {nom: valeur for nom, valeur in os.environ.items() if nom != "LC_ALL"} | langue
    resultat = subprocess.run(
        ["ps", "-ww", "-o", "stat=,lstart=,args=", "-p", str(pid)],
        capture_output=True,
        env=environnement,
        check=False,
    )
    champs = os.fsdecode(resultat.stdout).split(None, 6)
    if resultat.returncode or len(champs) < 7 or champs[0].startswith("Z"):
        return None
    return Identite(debut=" ".join(champs[1:6]), commande=champs[6].strip())


def est(pid: int, marque: str) -> bool:
    """True when process `pid` lives and its command line holds `marque`."""
    qui = identite(pid)
    return qui is not None and marque in qui.commande


def attendre(condition: Callable[[], bool], delai: float, pas: float = 0.05) -> bool:
    """Wait until `condition` holds; False when it still does not after `delai` seconds."""
    limite = time.monotonic() + delai
    while not condition():
        if time.monotonic() >= limite:
            return False
        time.sleep(pas)
    return True


def envoyer(pid: int, numero: int) -> None:
    """Send a signal to a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, numero)


def terminer(pid: int, paliers: Sequence[tuple[int, float]], enfant: subprocess.Popen | None = None) -> None:
    """End process `pid`, our `enfant` or not: each signal of `paliers` is given its seconds, until the process is gone.

    A server removes its pid file a little before its end, so the process itself is watched.
    """
    depart = identite(pid)

    def fini() -> bool:
        if enfant is not None:
            enfant.poll()  # else it would stay as a zombie
        actuel = identite(pid)
        return depart is None or actuel is None or actuel.debut != depart.debut

    for numero, delai in paliers:
        if fini():
            return
        envoyer(pid, numero)
        attendre(fini, delai)


def groupe_vivant(pid: int) -> bool:
    """True while the process group led by `pid` still has a member that runs."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    if identite(pid) is not None or not (PROC / "self").exists():
        return True
    return any(_dans_le_groupe(chemin, pid) for chemin in PROC.iterdir() if chemin.name.isdigit())


def _dans_le_groupe(chemin: Path, groupe: int) -> bool:
    try:
        champs = (chemin / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False
    return champs[0] not in (b"Z", b"X") and int(champs[2]) == groupe


def signaler_groupe(pid: int, numero: int) -> None:
    """Send a signal to the group led by `pid`, which may have ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, numero)


def terminer_groupe(
    pid: int,
    delai: float,
    *,
    numero: int = signal.SIGTERM,
    enfant: subprocess.Popen | None = None,
    presse: Callable[[], bool] = lambda: False,
) -> None:
    """Ask the group led by `pid` to end; kill what is left of it after `delai` seconds, or as soon as `presse` holds.

    Only the leader is asked first: it ends its own workers in order.
    """

    def chef_fini() -> bool:
        return enfant.poll() is not None if enfant else identite(pid) is None

    def groupe_fini() -> bool:
        return chef_fini() and not groupe_vivant(pid)

    envoyer(pid, numero)
    attendre(lambda: chef_fini() or presse(), delai)
    if chef_fini():
        signaler_groupe(pid, signal.SIGTERM)
        attendre(lambda: groupe_fini() or presse(), 3)
    if not groupe_fini():
        signaler_groupe(pid, signal.SIGKILL)
        attendre(groupe_fini, 5)


def lancer_en_fond(
    commande: Sequence[str | Path],
    journal: Path,
    *,
    env: Mapping[str, str],
    cwd: Path | str = "/",
    pass_fds: Sequence[int] = (),
    **compte: object,
) -> subprocess.Popen:
    """Start a process that outlives the terminal: its own session, no input, everything it says in `journal`.

    `compte` names the account it runs under, as `subprocess` does (`user`, `group`, `extra_groups`).
    """
    with ouvrir_journal(journal) as sortie:
        return subprocess.Popen(
            [str(mot) for mot in commande],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=sortie,
            start_new_session=True,
            pass_fds=pass_fds,
            **compte,
        )


def executer(commande: Sequence[str | Path], **options: object) -> int:
    """Run a command to its end and return its code; end it, with its own children, when we are interrupted.

    It gets its own session, so that a Ctrl-C reaches it once, through us. `options` are those of `subprocess`.
    """
    sys.stdout.flush()
    with subprocess.Popen([str(mot) for mot in commande], start_new_session=True, **options) as enfant:
        try:
            return enfant.wait()
        except BaseException as erreur:
            numero = getattr(erreur, "numero", signal.SIGINT)
            terminer_groupe(enfant.pid, 15, numero=numero, enfant=enfant)
            raise
