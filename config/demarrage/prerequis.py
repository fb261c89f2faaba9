"""What the machine must offer before anything is installed: Python, Node, Pango, a free port."""

import ctypes
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable

from .erreurs import ErreurDemarrage

NODE_MINIMAL = 20
# Loaded by WeasyPrint; each with the names it goes by on Linux and macOS.
BIBLIOTHEQUES_PDF = {
    "gobject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    "pango": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "pangoft2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "harfbuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    "harfbuzz-subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
    "fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib"),
}
DOSSIERS_MACOS = ("", "/opt/homebrew/lib/", "/usr/local/lib/")


def verifier() -> None:
    """Raise `ErreurDemarrage` with one line for each thing that is missing."""
    manques = [manque for manque in (manque_python(), manque_node(), manque_pango()) if manque]
    if manques:
        raise ErreurDemarrage("\n".join(manques))


def manque_python() -> str | None:
    """What to do about the Python that runs us, or None."""
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv  # noqa: F401
    except ImportError:
        return (
            f"{sys.executable} ne sait pas créer d'environnement virtuel : installez le paquet python3-venv, ou"
            " indiquez un autre Python (« make pret PYTHON=/chemin/vers/python3 »)."
        )
    return None


def manque_node() -> str | None:
    """What to do about Node and npm, or None."""
    version = _version_majeure("node")
    if version is None:
        return f"Node est introuvable : installez Node {NODE_MINIMAL} ou plus récent, avec npm."
    if version < NODE_MINIMAL:
        return f"Node {version} est trop ancien : installez Node {NODE_MINIMAL} ou plus récent."
    if _version_majeure("npm") is None:
        return "npm est introuvable : installez-le (il accompagne Node)."
    return None


def manque_pango(bibliotheques: dict[str, tuple[str, ...]] = BIBLIOTHEQUES_PDF) -> str | None:
    """What to do about the libraries that make PDFs, or None."""
    absentes = [nom for nom, fichiers in bibliotheques.items() if not _se_charge(fichiers)]
    if not absentes:
        return None
    return (
        f"Bibliothèques absentes pour produire les PDF ({', '.join(absentes)}) : installez Pango — Debian, Ubuntu :"
        " « apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 » ; Fedora : « dnf install pango » ;"
        " macOS : « brew install pango »."
    )


def port_demande(texte: str) -> int:
    """The port to listen on, from the text of the variable PORT."""
    if not texte.isascii() or not texte.isdigit() or not 0 < int(texte) < 65536:
        raise ErreurDemarrage(f"PORT={texte} n'est pas un numéro de port : donnez un nombre entre 1 et 65535.")
    return int(texte)


def verifier_port_libre(port: int) -> None:
    """Raise `ErreurDemarrage` when another program listens on `port`."""
    with socket.socket() as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind(("127.0.0.1", port))
        except PermissionError as erreur:
            raise ErreurDemarrage(
                f"Le port {port} est réservé à root : choisissez-en un autre, par exemple « make demo PORT=8010 »."
            ) from erreur
        except OSError as erreur:
            raise ErreurDemarrage(
                f"Le port {port} est déjà pris : arrêtez le programme qui l'occupe, ou choisissez-en un autre, par"
                f" exemple « make demo PORT={8010 if port != 8010 else 8020} »."
            ) from erreur


def _version_majeure(programme: str) -> int | None:
    """The major version a program prints, or None when it does not run."""
    if shutil.which(programme) is None:
        return None
    try:
        resultat = subprocess.run([programme, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    trouve = re.match(r"v?(\d+)\.", resultat.stdout.strip())
    return int(trouve.group(1)) if trouve and resultat.returncode == 0 else None


def _se_charge(fichiers: Iterable[str]) -> bool:
    dossiers = DOSSIERS_MACOS if sys.platform == "darwin" else ("",)
    for fichier in fichiers:
        for dossier in dossiers:
            try:
                ctypes.CDLL(dossier + fichier)
            except OSError:
                continue
            return True
    return False
