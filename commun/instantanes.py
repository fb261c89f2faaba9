"""Frozen data ↔ canonical JSON bytes: the same figures give the same bytes, hence the same SHA-256.

Keys sorted, no space, decimals as text (their digits kept), dates in ISO form. A float is refused: its writing is not
unique. The bytes carry a schema number, so that an older snapshot is recognised before it is read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class InstantaneIllisible(ValueError):
    """The bytes are not a snapshot of the expected schema."""


def figer(donnees: Any, *, schema: int) -> bytes:
    """The canonical bytes of a dataclass: what is kept, hashed and read again."""
    return json.dumps(
        {"donnees": _simple(donnees), "schema": schema},
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()


def relire(octets: bytes, modele: type[T], *, schema: int) -> T:
    """The dataclass `modele` that `octets` hold. Raises `InstantaneIllisible` when they hold something else."""
    trouve, donnees = _ouvrir(octets)
    if trouve != schema:
        raise InstantaneIllisible(f"L’instantané suit le schéma {trouve} ; le schéma {schema} est attendu.")
    try:
        return _typer(donnees, modele)
    except (KeyError, TypeError, ValueError, ArithmeticError) as erreur:
        raise InstantaneIllisible(f"L’instantané ne correspond pas à {modele.__name__}.") from erreur


def schema_de(octets: bytes) -> int:
    """The schema that a snapshot follows, for whoever reads several. Raises `InstantaneIllisible` on anything else."""
    return _ouvrir(octets)[0]


def _ouvrir(octets: bytes) -> tuple[int, Any]:
    """The schema and the data."""
    try:
        contenu = json.loads(octets)
        return contenu["schema"], contenu["donnees"]
    except (ValueError, KeyError, TypeError) as erreur:
        raise InstantaneIllisible("Ces octets ne sont pas un instantané.") from erreur


def empreinte(octets: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


def _simple(valeur: Any) -> Any:
    if isinstance(valeur, Enum):
        return _simple(valeur.value)
    if valeur is None or isinstance(valeur, bool | int | str):
        return valeur
    if isinstance(valeur, Decimal):
        return format(valeur, "f")
    if isinstance(valeur, date):  # a datetime too
        return valeur.isoformat()
    if dataclasses.is_dataclass(valeur):
        return {champ.name: _simple(getattr(valeur, champ.name)) for champ in dataclasses.fields(valeur)}
    if isinstance(valeur, tuple):
        return [_simple(element) for element in valeur]
    raise TypeError(f"A snapshot does not hold a {type(valeur).__name__}.")


def _typer(valeur: Any, attendu: Any) -> Any:
    """`valeur`, as read from JSON, turned into the annotated type."""
    origine = get_origin(attendu)
    if origine in (Union, types.UnionType):
        if valeur is None:
            return None
        (seul,) = [choix for choix in get_args(attendu) if choix is not type(None)]
        return _typer(valeur, seul)
    if origine is tuple:
        element, *suite = get_args(attendu)
        if suite == [Ellipsis]:
            return tuple(_typer(v, element) for v in valeur)
        return tuple(_typer(v, type_) for v, type_ in zip(valeur, get_args(attendu), strict=True))
    if isinstance(attendu, type) and dataclasses.is_dataclass(attendu):
        # A field added since, with a default, is absent from an older snapshot of the same schema.
        return attendu(
            **{
                nom: _typer(valeur[nom], type_)
                for nom, type_, defaut in _champs(attendu)
                if nom in valeur or not defaut
            }
        )
    if attendu in (datetime, date):
        return attendu.fromisoformat(valeur)
    if isinstance(attendu, type) and issubclass(attendu, Decimal | Enum):
        return attendu(valeur)
    if not isinstance(valeur, attendu):
        raise TypeError(f"{attendu.__name__} expected, {type(valeur).__name__} found")
    return valeur


@cache
def _champs(modele: type) -> tuple[tuple[str, Any, bool], ...]:
    """(name, type, has a default) of each field."""
    types_ = get_type_hints(modele)
    return tuple(
        (champ.name, types_[champ.name], champ.default is not dataclasses.MISSING)
        for champ in dataclasses.fields(modele)
    )
