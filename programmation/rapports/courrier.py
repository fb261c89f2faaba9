"""A funder's letter as a document; the letters of a lot in one file to print, or one by one in an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

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


def assembler(pieces: Iterable[Fichier]) -> bytes:
    """One PDF to print: the pages of each letter as it was sent, in this order."""
    import pikepdf

    with pikepdf.new() as ensemble:
        for piece in pieces:
            with pikepdf.open(io.BytesIO(fichiers.lire(piece))) as pdf:
                ensemble.pages.extend(pdf.pages)
        ensemble.docinfo["/Title"] = "Courriers à imprimer"
        sortie = io.BytesIO()
        ensemble.save(sortie)
    return sortie.getvalue()


def archiver(pieces: Iterable[Fichier]) -> bytes:
    """A ZIP of the letters as they were sent, each under its own name."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_STORED) as archive:  # a PDF is already packed
        for piece in pieces:
            archive.writestr(piece.nom, fichiers.lire(piece))
    return sortie.getvalue()
