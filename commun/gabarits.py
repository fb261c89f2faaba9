"""Sentences are written with ordinary spaces, and read with those of French typography: nothing is parted from its sign."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader

from .typographie import ESPACE_FINE, INSECABLE

# Left as they are: what Django reads, and the inside of HTML tags with whatever Django writes there.
_DJANGO = r"{%.*?%}|{{.*?}}|{#.*?#}"
_BALISES = re.compile(rf"({_DJANGO}|</?[a-zA-Z!](?:{_DJANGO}|[^>{{]|{{(?![%{{#]))*>)", re.DOTALL)
_REGLES = (
    (re.compile(r" (?=[;:!?»])|(?<=«) "), ESPACE_FINE),
    (re.compile(r"(?<=\d) (?=[%€])"), INSECABLE),
)


def composer(source: str) -> str:
    """The same sentences, which no line breaks before « : » nor inside « … »; plain text, HTML or a template's source.

    No space is added where none stands: entities and times are safe.
    """
    morceaux = _BALISES.split(source)
    for rang in range(0, len(morceaux), 2):
        for motif, espace in _REGLES:
            morceaux[rang] = motif.sub(espace, morceaux[rang])
    return "".join(morceaux)


class ChargeurFrancais(Loader):
    """The project's own templates, composed once: Django keeps them compiled."""

    def get_contents(self, origin: Origin) -> str:
        return composer(super().get_contents(origin))
