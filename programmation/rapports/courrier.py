"""A funder's letter as a document; the letters of a lot in one file to print, or one by one in an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.template.loader import render_to_string

from commun import fichiers
from commun.models import Fichier
from commun.pdf import rendre_pdf

from ..lectures.courriers import LettreAImprimer

# A light sheet of its own: that of reports would slow each letter.
FEUILLES = ("programmation/courrier.css",)


def rediger(lettre: LettreAImprimer) -> bytes:
    """The PDF of one letter."""
    return rendre_pdf(render_to_string("impression/courrier.html", {"lettre": lettre}), feuilles=FEUILLES)


def assembler(pieces: Iterable[Fichier], *, avancer: Callable[[int], None] = lambda fait: None) -> bytes:
    """One PDF to print: the pages of each letter as it was sent, in this order; `avancer` is told how many are in."""
    import pikepdf

    with pikepdf.new() as ensemble:
        for rang, piece in enumerate(pieces, start=1):
            with pikepdf.open(io.BytesIO(fichiers.lire(piece))) as pdf:
                ensemble.pages.extend(pdf.pages)
            avancer(rang)
        ensemble.docinfo["/Title"] = "Courriers à imprimer"
        sortie = io.BytesIO()
        ensemble.save(sortie)
    return sortie.getvalue()


class _Passage(io.RawIOBase):
    """What is written, until it is taken away: an archive that goes through, letter by letter."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        self._octets += octets
        return len(octets)

    def prendre(self) -> bytes:
        octets = bytes(self._octets)
        self._octets.clear()
        return octets


def archiver(pieces: Iterable[Fichier]) -> Iterator[bytes]:
    """A ZIP of the letters as they were sent, each under its own name, one at a time."""
    passage = _Passage()
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_STORED) as archive:  # a PDF is already packed
        for piece in pieces:
            archive.writestr(piece.nom, fichiers.lire(piece))
            yield passage.prendre()
    yield passage.prendre()
