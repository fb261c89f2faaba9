"""The antivirus: a clamd asked over the network. Without its address no file is scanned, and none is blocked."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

DELAI = 30  # seconds, for each exchange
_MORCEAU = 64 * 1024
_PORT = 3310


class AntivirusMuet(Exception):
    """The antivirus did not answer, or not with a verdict: the file stays to be scanned."""


def est_configure() -> bool:
    """True when the installation has an antivirus (`ANTIVIRUS_URL`)."""
    return bool(settings.ANTIVIRUS_URL)


def menace(chemin: Path) -> str:
    """The name of what the antivirus found in this file; empty when it is sound (clamd's INSTREAM).

    Raises `AntivirusMuet`.
    """
    try:
        with _brancher() as prise:
            prise.sendall(b"zINSTREAM\0")
            with chemin.open("rb") as fichier:
                while morceau := fichier.read(_MORCEAU):
                    prise.sendall(struct.pack("!L", len(morceau)) + morceau)
            prise.sendall(struct.pack("!L", 0))
            verdict = _lire(prise)
    except OSError as erreur:
        raise AntivirusMuet(type(erreur).__name__) from erreur
    if verdict == "stream: OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removeprefix("stream: ").removesuffix(" FOUND")
    raise AntivirusMuet(verdict or "no verdict")


def _brancher() -> socket.socket:
    adresse = urlsplit(settings.ANTIVIRUS_URL)
    if adresse.scheme == "unix":
        prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        prise.settimeout(DELAI)
        prise.connect(adresse.path)
        return prise
    return socket.create_connection((adresse.hostname or "localhost", adresse.port or _PORT), timeout=DELAI)


def _lire(prise: socket.socket) -> str:
    recu = b""
    while not recu.endswith(b"\0") and (morceau := prise.recv(4096)):
        recu += morceau
    return recu.rstrip(b"\0").decode(errors="replace").strip()
