"""A key of the API in the `Authorization` header."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from acteurs.models import JetonApi

# The last use is shown to the day and hour: writing it at each call would double the cost of a reading.
PRECISION_DERNIER_USAGE = timedelta(minutes=5)


class CleAuthentification(BaseAuthentication):
    """`Authorization: Bearer pv_…`. The key, its organisation and its contract come in one query."""

    def authenticate(self, request: Any) -> tuple[AnonymousUser, JetonApi] | None:
        mot, _, secret = request.headers.get("Authorization", "").partition(" ")
        if mot.lower() != "bearer":
            return None
        maintenant = timezone.now()
        jeton = (
            JetonApi.objects.actifs(maintenant)
            .du_secret(secret.strip())
            .select_related("organisme", "ouverture__contrat__pilote")
            .first()
        )
        if jeton is None:
            raise AuthenticationFailed("Cette clé d’API n’est pas reconnue, a expiré ou a été révoquée.")
        ancien = maintenant - PRECISION_DERNIER_USAGE
        if jeton.dernier_usage_le is None or jeton.dernier_usage_le < ancien:
            JetonApi.objects.filter(Q(dernier_usage_le=None) | Q(dernier_usage_le__lt=ancien), pk=jeton.pk).update(
                dernier_usage_le=maintenant
            )
        return AnonymousUser(), jeton

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="Pilotville"'
