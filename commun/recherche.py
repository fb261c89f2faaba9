"""Search and sort without accents or case, on any PostgreSQL, without an extension."""

from __future__ import annotations

import unicodedata

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, Lower, Replace

_LIGATURES = {"œ": "oe", "æ": "ae", "’": "'"}


def normaliser(texte: str) -> str:
    """Lower case, without accents, ligatures opened, apostrophes alike: as `champ_de_recherche` stores it."""
    texte = texte.lower()
    for signe, clair in _LIGATURES.items():
        texte = texte.replace(signe, clair)
    decompose = unicodedata.normalize("NFD", texte)
    return " ".join("".join(c for c in decompose if not "\u0300" <= c <= "\u036f").split())


class _SansAccents(Func):
    """NFD, then the combining marks removed. Both functions are immutable, so a generated column may hold them."""

    template = "regexp_replace(normalize(%(expressions)s, NFD), '[' || chr(768) || '-' || chr(879) || ']', '', 'g')"
    output_field = models.TextField()


class _Colle(Func):
    """Text pieces joined by a space with `||`, which is immutable where `concat()` is not."""

    arg_joiner = " || ' ' || "
    template = "(%(expressions)s)"
    output_field = models.TextField()


def champ_de_recherche(*champs: str) -> models.GeneratedField:
    """A stored column with the normalised text of `champs`, for `LIKE` and `ORDER BY`."""
    morceaux = [Coalesce(F(champ), Value("")) for champ in champs]
    texte: Func = Lower(morceaux[0] if len(morceaux) == 1 else _Colle(*morceaux))
    for signe, clair in _LIGATURES.items():
        texte = Replace(texte, Value(signe), Value(clair))
    return models.GeneratedField(
        expression=_SansAccents(texte), output_field=models.TextField(), db_persist=True, verbose_name="recherche"
    )
