"""Revisions over HTTP: a strong ETag is the object's revision; a write says which one it changes (`If-Match`)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from .refus import Refus

_ETIQUETTE = re.compile(r'(?:W/)?"([^"]*)"')


def etiquette(revision: int, modifie_le: datetime) -> str:
    """The ETag of an object: its revision, which a write must match, and the instant, which tells any other change."""
    return f'"{revision}.{int(modifie_le.timestamp() * 1_000_000)}"'


def revision_attendue(request: HttpRequest | Any, *, obligatoire: bool = True) -> int | None:
    """The revision that the caller has read, from `If-Match`; None for « * » or, when not required, for no header.

    Raises `Refus` 428 without the header, 412 when it can match no revision.
    """
    entete = request.headers.get("If-Match", "").strip()
    if not entete:
        if not obligatoire:
            return None
        raise Refus(
            428,
            "Dites quelle révision vous modifiez : envoyez l’en-tête If-Match avec l’ETag de votre dernière lecture.",
            code="revision_absente",
        )
    if entete == "*":
        return None
    lue = re.fullmatch(r'"(\d{1,9})(?:\.\d+)?"', entete)
    if lue is None:
        raise Refus(
            412,
            "L’en-tête If-Match ne porte pas un ETag que Pilotville a donné. Relisez l’objet.",
            code="revision_depassee",
        )
    return int(lue.group(1))


def inchange(request: HttpRequest | Any, etag: str) -> bool:
    """True when the caller already holds this revision (`If-None-Match`): a 304 says so."""
    entete = request.headers.get("If-None-Match", "")
    return entete.strip() == "*" or etag.strip('"') in _ETIQUETTE.findall(entete)
