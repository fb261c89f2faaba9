"""Two people on one page of a request: what each answer becomes, field by field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Sort(StrEnum):
    """What becomes of a field that somebody sends while another person writes the same page."""

    SIEN = "sien"  # the sender's answer is written
    DE_L_AUTRE = "de_l_autre"  # the sender has not touched it: the other's stays
    CONFLIT = "conflit"  # both wrote it, not the same: the sender chooses


def empreinte(valeur: Any) -> str:
    """A short mark of an answer as the page shows it; spaces, and how nothing is written, do not count."""
    return hashlib.sha256(repr(_nettoyee(valeur)).encode()).hexdigest()[:12]


def sort(*, connue: str, actuelle: str, tapee: str) -> Sort:
    """Of three marks of one field: as its sender last knew it, as it is kept now, as it is sent."""
    if actuelle in (connue, tapee):
        return Sort.SIEN
    return Sort.DE_L_AUTRE if tapee == connue else Sort.CONFLIT


def connues(lues: Mapping[str, str], ecrites: Mapping[str, str]) -> dict[str, str]:
    """What somebody knows of each field: as the page was opened, or as the same person has written it since."""
    return {**lues, **ecrites}


def _nettoyee(valeur: Any) -> Any:
    if isinstance(valeur, str):
        return "" if valeur == "False" else "".join(valeur.split())
    if isinstance(valeur, Iterable):
        return sorted(_nettoyee(str(un)) for un in valeur) or ""
    return "" if valeur is None or valeur is False else str(valeur)
