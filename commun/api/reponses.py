"""Answers in JSON: bytes made once, so that what is sent, what its ETag covers and what is replayed are the same."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.timezone import get_current_timezone


def _simple(valeur: Any) -> Any:
    if isinstance(valeur, Decimal):
        return str(valeur)  # an amount never passes through a binary float
    if isinstance(valeur, datetime):
        return valeur.astimezone(get_current_timezone()).isoformat()
    if isinstance(valeur, date | time):
        return valeur.isoformat()
    if isinstance(valeur, UUID):
        return str(valeur)
    raise TypeError(f"{type(valeur).__name__} has no form in the API")


_ENCODEUR = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_simple)


def en_json(corps: Any) -> bytes:
    """Canonical bytes of plain values, decimals and dates: amounts and identifiers are strings."""
    return _ENCODEUR.encode(corps).encode()


class ReponseJson(HttpResponse):
    """An answer whose body is already plain values: no serializer, no negotiation."""

    def __init__(self, corps: Any, *, statut: int = 200, entetes: dict[str, str] | None = None) -> None:
        super().__init__(en_json(corps), content_type="application/json", status=statut, headers=entetes)
