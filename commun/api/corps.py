"""What comes in: JSON, or one file, of a known size, whatever it holds; and what goes out, JSON whatever was asked."""

from __future__ import annotations

import json
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from .refus import Refus

OCTETS_MAX = 1_000_000
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _refuser_constante(nom: str) -> Any:
    raise ValueError(f"{nom} is not JSON")


class AnalyseurJson(BaseParser):
    """Reads the body once, keeps its bytes on the request (`contenu`) for the idempotency key."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        octets = _lire(stream, parser_context or {}, suite="envoyez-la en plusieurs fois")
        try:
            donnees = json.loads(octets, parse_constant=_refuser_constante)
            if b"\\u" in octets:
                _verifier_textes(donnees)
        except (ValueError, RecursionError) as erreur:
            raise ParseError from erreur
        return donnees


class AnalyseurDeFichier(BaseParser):
    """One file, as it is: its bytes are the data."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        return _lire(stream, parser_context or {}, suite="réduisez le fichier")


def _lire(stream: Any, contexte: Any, *, suite: str) -> bytes:
    """The body, of at most the view's `octets_max`, also kept on the request."""
    limite = getattr(contexte.get("view"), "octets_max", OCTETS_MAX)
    octets: bytes = stream.read(limite + 1)
    if len(octets) > limite:
        raise Refus(
            413, f"Le corps de la demande dépasse {limite // 1_000_000} Mo : {suite}.", code="demande_trop_longue"
        )
    contexte["request"].contenu = octets
    return octets


def _verifier_textes(donnees: Any) -> None:
    """Refuse what no text of the database can hold: a null character, half of a surrogate pair."""
    texte = json.dumps(donnees, ensure_ascii=False)
    texte.encode()  # a lone surrogate has no UTF-8 form
    if _NUL.search(texte):
        raise ValueError("a null character")


class ToujoursJson(BaseContentNegotiation):
    """One format: JSON, whatever `Accept` says."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The parser of this content type; a type that nobody reads is a 415."""
        recu = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == recu), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return JSONRenderer(), "application/json"
