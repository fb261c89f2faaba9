"""Errors of the API as `application/problem+json` (RFC 9457), in French, naming the field and the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers, status, views
from rest_framework.response import Response

from ..erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from ..permissions import Acces, acces
from .refus import LignesRefusees, Refus

TYPE_MIME = "application/problem+json"


class ErreurDeChampSerializer(serializers.Serializer[Any]):
    """Ce qui ne va pas dans un champ, et à quelle ligne d’un lot."""

    ligne = serializers.IntegerField(required=False, help_text="Rang de la ligne dans le lot, à partir de 1.")
    champ = serializers.CharField(help_text="Nom du champ ; les champs imbriqués s’écrivent « cibles.0.valeur ».")
    message = serializers.CharField()


class ProblemeSerializer(serializers.Serializer[Any]):
    """Une erreur, au format `application/problem+json` (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="Nature de l’erreur, la même pour un même statut.")
    status = serializers.IntegerField(help_text="Statut HTTP.")
    detail = serializers.CharField(help_text="Ce qui ne va pas et ce qu’il faut faire.")
    code = serializers.CharField(required=False, help_text="Nom stable de la règle enfreinte.")
    erreurs = ErreurDeChampSerializer(many=True, required=False)


# What a view reads, in words and as a type, unless its `corps_attendu` says otherwise.
CORPS_JSON = ("du JSON", "application/json")

TITRES = {
    400: "Demande mal formée",
    401: "Authentification nécessaire",
    403: "Acte refusé",
    404: "Introuvable",
    405: "Méthode non permise",
    406: "Format non proposé",
    409: "Règle enfreinte",
    412: "Objet modifié entre-temps",
    413: "Demande trop longue",
    415: "Format non accepté",
    422: "Clé d’idempotence déjà employée",
    428: "Révision à préciser",
    429: "Trop de demandes",
}


def probleme(erreur: Exception, contexte: dict[str, Any]) -> Response | None:
    """DRF's exception handler: one shape for every error."""
    if isinstance(erreur, RegleEnfreinte):
        statut = 412 if isinstance(erreur, RevisionDepassee) else 409
        corps = _corps(statut, erreur.message, code=erreur.code)
        if erreur.champ:
            corps["erreurs"] = [{"champ": erreur.champ, "message": erreur.message}]
        return Response(corps, status=statut, content_type=TYPE_MIME)
    if isinstance(erreur, ActeRefuse):
        return Response(_corps(403, erreur.motif), status=status.HTTP_403_FORBIDDEN, content_type=TYPE_MIME)
    reponse = views.exception_handler(erreur, contexte)
    if reponse is None:
        return None
    code = erreur.code if isinstance(erreur, Refus) else None
    attendu = getattr(contexte.get("view"), "corps_attendu", CORPS_JSON)
    reponse.data = _corps(reponse.status_code, _detail(erreur, *attendu), code=code, erreurs=_erreurs(erreur))
    reponse.content_type = TYPE_MIME
    return reponse


@csrf_exempt
@acces(Acces.PUBLIC)
def adresse_inconnue(request: HttpRequest, chemin: str) -> HttpResponse:
    """Any address below the API that is no route: a problem, not a page."""
    corps = _corps(
        404,
        "Cette adresse n’est pas dans l’API : voyez sa documentation. Les adresses finissent par une barre oblique.",
    )
    return HttpResponse(
        json.dumps(corps, ensure_ascii=False).encode(),
        status=404,
        content_type=TYPE_MIME,
        headers={"Cache-Control": "private, no-store"},
    )


def _corps(statut: int, detail: str, *, code: str | None = None, erreurs: Any = None) -> dict[str, Any]:
    corps: dict[str, Any] = {"type": "about:blank", "title": TITRES.get(statut, "Erreur"), "status": statut}
    corps["detail"] = detail
    if code:
        corps["code"] = code
    if erreurs:
        corps["erreurs"] = erreurs
    return corps


def _detail(erreur: Exception, corps: str, type_mime: str) -> str:
    if isinstance(erreur, Http404):
        return "Cet objet n’existe pas, ou votre organisme ne le voit pas."
    if isinstance(erreur, exceptions.ValidationError):
        return "Certaines valeurs sont à corriger."
    if isinstance(erreur, PermissionDenied):
        return "Votre rôle ne permet pas cet acte."
    if isinstance(erreur, exceptions.ParseError):
        return "Le corps de la demande n’est pas du JSON valide en UTF-8, ou un texte y contient un caractère nul."
    if isinstance(erreur, exceptions.MethodNotAllowed):
        return "Cette adresse n’accepte pas cette méthode : voyez la documentation."
    if isinstance(erreur, exceptions.UnsupportedMediaType):
        return f"Le corps de cette demande est {corps} : envoyez Content-Type: {type_mime}."
    if isinstance(erreur, exceptions.NotAuthenticated):
        return "Envoyez une clé d’API : Authorization: Bearer pv_…"
    if isinstance(erreur, exceptions.Throttled):
        return f"Cette clé a fait trop de demandes. Attendez {int(erreur.wait or 1)} s, puis reprenez."
    return str(getattr(erreur, "detail", erreur))


def _erreurs(erreur: Exception) -> list[dict[str, Any]] | None:
    if isinstance(erreur, LignesRefusees):
        return erreur.erreurs
    if not isinstance(erreur, exceptions.ValidationError):
        return None
    return erreurs_de_champs(erreur.detail)


def erreurs_de_champs(detail: Any) -> list[dict[str, Any]]:
    """DRF's nested errors as a flat list of fields: « cibles.0.valeur »."""
    return [{"champ": champ, "message": message} for champ, message in _aplatir(detail, "")]


def _aplatir(detail: Any, chemin: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for nom, suite in detail.items():
            reste = chemin if nom == "non_field_errors" else f"{chemin}.{nom}" if chemin else str(nom)
            yield from _aplatir(suite, reste)
    elif isinstance(detail, list) and any(isinstance(partie, dict | list) for partie in detail):
        for rang, partie in enumerate(detail):
            yield from _aplatir(partie, f"{chemin}.{rang}" if chemin else str(rang))
    elif isinstance(detail, list):
        if detail:
            yield chemin or "corps", " ".join(str(message) for message in detail)
    else:
        yield chemin or "corps", str(detail)
