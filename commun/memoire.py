"""What many readers ask between two acts is computed once: kept a minute under the head of the contract's journal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import models

from . import journal

DUREE = 60  # seconds; the key already changes with every act
T = TypeVar("T")
_RIEN = object()


def retenir(contrat_id: int, quoi: tuple[Any, ...], calculer: Callable[[], T]) -> T:
    """The answer of `calculer`, kept until the next act on the contract, a minute at most.

    `quoi` holds all that the answer depends on besides the contract's data: its name, the reader's roles, the filters
    (a queryset counts for its SQL), the day.
    """
    cle = _cle(contrat_id, quoi)
    connu = cache.get(cle, _RIEN)
    if connu is not _RIEN:
        return connu
    calcule = calculer()
    cache.set(cle, calcule, DUREE)
    return calcule


def deja_retenu(contrat_id: int, quoi: tuple[Any, ...]) -> Any:
    """What `retenir` keeps of `quoi`, None when nobody has asked it since the last act."""
    return cache.get(_cle(contrat_id, quoi))


def _cle(contrat_id: int, quoi: tuple[Any, ...]) -> str:
    texte = repr([_requete(morceau) if isinstance(morceau, models.QuerySet) else morceau for morceau in quoi])
    return f"memoire:{contrat_id}:{journal.tete(contrat_id)}:{hashlib.sha256(texte.encode()).hexdigest()}"


def _requete(objets: models.QuerySet[Any]) -> Any:
    try:
        return objets.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # a reader who may see nothing: Django knows it without asking
        return ()
