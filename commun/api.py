"""Errors of the API as `application/problem+json`, in French."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from .erreurs import ActeRefuse, RegleEnfreinte


class ErreurDeChampSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    champ = serializers.CharField()
    message = serializers.CharField()


class ProblemeSerializer(serializers.Serializer[Any]):
    """An error, as `application/problem+json`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False)
    erreurs = ErreurDeChampSerializer(many=True, required=False)


_TITRES = {
    400: "Demande mal formée",
    401: "Authentification nécessaire",
    403: "Acte refusé",
    404: "Introuvable",
    405: "Méthode non permise",
    406: "Format non proposé",
    409: "Règle enfreinte",
    415: "Format non accepté",
    429: "Trop de demandes",
}


def probleme(erreur: Exception, contexte: dict[str, Any]) -> Response | None:
    """DRF's exception handler: one shape for every error (RFC 9457)."""
    if isinstance(erreur, RegleEnfreinte):
        corps = _corps(409, erreur.message, code=erreur.code)
        if erreur.champ:
            corps["erreurs"] = [{"champ": erreur.champ, "message": erreur.message}]
        return Response(corps, status=status.HTTP_409_CONFLICT, content_type="application/problem+json")
    if isinstance(erreur, ActeRefuse):
        return Response(
            _corps(403, erreur.motif), status=status.HTTP_403_FORBIDDEN, content_type="application/problem+json"
        )
    reponse = exception_handler(erreur, contexte)
    if reponse is None:
        return None
    reponse.data = _corps(reponse.status_code, _detail(erreur), erreurs=_erreurs(erreur))
    reponse.content_type = "application/problem+json"
    return reponse


def _corps(statut: int, detail: str, *, code: str | None = None, erreurs: Any = None) -> dict[str, Any]:
    corps: dict[str, Any] = {"type": "about:blank", "title": _TITRES.get(statut, "Erreur"), "status": statut}
    corps["detail"] = detail
    if code:
        corps["code"] = code
    if erreurs:
        corps["erreurs"] = erreurs
    return corps


def _detail(erreur: Exception) -> str:
    if isinstance(erreur, Http404):
        return "Cet objet n’existe pas, ou votre organisme ne le voit pas."
    if isinstance(erreur, exceptions.ValidationError):
        return "Certaines valeurs sont à corriger."
    if isinstance(erreur, PermissionDenied):
        return "Votre rôle ne permet pas cet acte."
    return str(getattr(erreur, "detail", erreur))


def _erreurs(erreur: Exception) -> list[dict[str, str]] | None:
    if not isinstance(erreur, exceptions.ValidationError) or not isinstance(erreur.detail, dict):
        return None
    return [
        {
            "champ": str(champ),
            "message": " ".join(str(m) for m in (messages if isinstance(messages, list) else [messages])),
        }
        for champ, messages in erreur.detail.items()
    ]
