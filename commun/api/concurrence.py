"""Revisions over HTTP: a strong ETag is the object's revision; a write says which one it changes (`If-Match`)."""

from __future__ import annotations

import hashlib
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


def etiquette_du_contenu(contenu: bytes) -> str:
    """The ETag of what has no revision of its own: a digest of what a reading gives."""
    return f'"{hashlib.sha256(contenu).hexdigest()[:32]}"'


def exiger_etiquette(request: HttpRequest | Any, etag: str | None, *, obligatoire: bool) -> None:
    """Let a write go on when it changes what its caller has read; `etag` is None when the object does not exist.

    Raises `Refus` 428 when `If-Match` is required and absent; 412 when the object has changed, or exists although
    `If-None-Match: *` says that it should not. The caller holds the lock under which it is written.
    """
    attendue = request.headers.get("If-Match", "").strip()
    if not attendue and obligatoire:
        revision_attendue(request)
    if attendue and etag is None:
        raise Refus(412, "Cet objet n’existe pas encore, ou plus : relisez la liste.", code="revision_depassee")
    if attendue not in ("", "*", etag):
        raise Refus(412, "Cet objet a changé depuis votre lecture : relisez-le.", code="revision_depassee")
    if etag is not None and request.headers.get("If-None-Match", "").strip() == "*":
        raise Refus(412, "Cet objet existe déjà : lisez-le, puis envoyez If-Match.", code="deja_cree")
