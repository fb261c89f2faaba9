"""Search and sort without accents or case, on any PostgreSQL, without an extension.

`normaliser` in Python and `champ_de_recherche` in the database give the same text; migrations name the functions below.
"""

from __future__ import annotations

import re
import unicodedata

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, Lower, Replace

# Capitals too: on a server whose locale is « C », lower() knows the letters of ASCII only.
_REMPLACES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'", "ς": "σ"}
_SEPARATEURS = re.compile(r"'|(?<=[^\W\d])[-‐‑](?=[^\W\d])")
_ESPACES = re.compile(r"[ \t\n\v\f\r]+")


def normaliser(texte: str) -> str:
    """Lower case, without accents, ligatures opened, apostrophes and spaces alike: as the database stores it."""
    decompose = unicodedata.normalize("NFKD", texte)  # no-break spaces become spaces, « ² » becomes « 2 »
    texte = "".join(c for c in decompose if not "\u0300" <= c <= "\u036f").lower()
    for signe, clair in _REMPLACES.items():
        texte = texte.replace(signe, clair)
    return _ESPACES.sub(" ", texte).strip(" ")


def mots(texte: str) -> list[str]:
    """The words of a query, normalised, to be found each in any order.

    An apostrophe, or a hyphen between two letters, parts two words; a number such as « 2026-014 » stays whole.
    """
    return _SEPARATEURS.sub(" ", normaliser(texte)).split()


class _SansAccents(Func):
    """NFKD, then the combining marks removed. Both functions are immutable, so a generated column may hold them."""

    template = "regexp_replace(normalize(%(expressions)s, NFKD), '[' || chr(768) || '-' || chr(879) || ']', '', 'g')"
    output_field = models.TextField()


class _EspacesSimples(Func):
    """One space between words, none at the ends."""

    template = r"btrim(regexp_replace(%(expressions)s, '[ \t\n\v\f\r]+', ' ', 'g'))"
    output_field = models.TextField()


class _Colle(Func):
    """Text pieces joined by a space with `||`, which is immutable where `concat()` is not."""

    arg_joiner = " || ' ' || "
    template = "(%(expressions)s)"
    output_field = models.TextField()


def champ_de_recherche(*champs: str) -> models.GeneratedField:
    """A stored column with the normalised text of `champs`, for `LIKE` and `ORDER BY`."""
    morceaux = [Coalesce(F(champ), Value("")) for champ in champs]
    texte: Func = Lower(_SansAccents(morceaux[0] if len(morceaux) == 1 else _Colle(*morceaux)))
    for signe, clair in _REMPLACES.items():
        texte = Replace(texte, Value(signe), Value(clair))
    return models.GeneratedField(
        expression=_EspacesSimples(texte), output_field=models.TextField(), db_persist=True, verbose_name="recherche"
    )
