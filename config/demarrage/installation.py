"""The virtual environment and the npm packages, installed again only when what they must hold has changed."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .chemins import PYTHON_VENV, RACINE
from .erreurs import ErreurDemarrage
from .verrous import Verrou

VENV = RACINE / ".venv"
MODULES_NODE = RACINE / "node_modules"


def installer(*listes: str, annoncer: Callable[[str], None] = print) -> None:
    """Install `requirements/<first>.txt` and the npm packages.

    Where one of the following lists, which hold the first, is installed already, nothing is done for Python.
    """
    with Verrou(RACINE / "var" / "installation.verrou"), ThreadPoolExecutor() as taches:
        npm = taches.submit(_installer_npm, annoncer)
        _installer_python(listes, annoncer)
        npm.result()


def _installer_python(listes: tuple[str, ...], annoncer: Callable[[str], None]) -> None:
    if not _venv_marche():
        annoncer("Création de l'environnement virtuel .venv…")
        shutil.rmtree(VENV, ignore_errors=True)
        _executer("L'environnement virtuel n'a pas pu être créé", [sys.executable, "-m", "venv", VENV])
    if any(_lire(_temoin_python(liste)) == _empreinte(_exigences(liste)) for liste in listes):
        return
    annoncer("Installation des paquets Python…")
    debut = time.monotonic()
    exigences = _exigences(listes[0])
    silence = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    pip = [PYTHON_VENV, "-m", "pip", "install", *silence, "--require-hashes", "-r", exigences]
    _executer("pip a échoué", pip)
    for ancien in VENV.glob("pilotville-*.sha256"):
        ancien.unlink()
    _temoin_python(listes[0]).write_text(_empreinte(exigences))
    annoncer(f"Paquets Python installés en {time.monotonic() - debut:.0f} s.")


def _installer_npm(annoncer: Callable[[str], None]) -> None:
    verrou = RACINE / "package-lock.json"
    temoin = MODULES_NODE / ".pilotville.sha256"
    if _lire(temoin) == _empreinte(verrou):
        return
    annoncer("Installation des paquets npm…")
    _executer("npm a échoué", ["npm", "ci", "--no-progress", "--loglevel=error"])
    temoin.write_text(_empreinte(verrou))
    annoncer("Paquets npm installés.")


def _venv_marche() -> bool:
    """False when there is none, or when the Python it was made from is gone or too old."""
    essai = "import sys, pip; raise SystemExit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON_VENV, "-c", essai], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _exigences(liste: str) -> Path:
    return RACINE / "requirements" / f"{liste}.txt"


def _temoin_python(liste: str) -> Path:
    """Kept in the environment itself: whoever deletes it is installed anew."""
    return VENV / f"pilotville-{liste}.sha256"


def _empreinte(fichier: Path) -> str:
    return hashlib.sha256(fichier.read_bytes()).hexdigest()


def _lire(fichier: Path) -> str | None:
    return fichier.read_text() if fichier.exists() else None


def _executer(echec: str, commande: list[str | Path]) -> None:
    """Run an installer quietly; its own words are shown only when it fails."""
    resultat = subprocess.run(
        [str(mot) for mot in commande], cwd=RACINE, env=os.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if resultat.returncode:
        fin = "\n".join(resultat.stdout.decode(errors="replace").splitlines()[-20:])
        raise ErreurDemarrage(f"{echec} (accès au réseau ? espace sur le disque ?) :\n{fin}")
