"""The key by which an organisation's information system calls the API."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ..etats import PorteeApi
from .organisme import Organisme

# Found by those who look for secrets in code and messages.
MARQUE = "pv_"


def nouveau_secret() -> str:
    """A new key: it is shown once, the database keeps its SHA-256. It carries 256 random bits: no salt is needed."""
    return MARQUE + secrets.token_urlsafe(32)


def empreinte_du_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class JetonApiQuerySet(models.QuerySet["JetonApi"]):
    def actifs(self, le: datetime) -> Self:
        """Neither revoked nor out of date on `le`."""
        return self.filter(revoque_le__isnull=True, expire_le__gt=le)

    def du_secret(self, secret: str) -> Self:
        """The one whose holder shows `secret`."""
        return self.filter(empreinte=empreinte_du_secret(secret))


class JetonApi(models.Model):
    """A key of the API, bound to an organisation: it has no person, a list of uses, and an end."""

    PREFIXE = len(MARQUE) + 8

    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="jetons", verbose_name="organisme")
    nom = models.CharField("nom de la clé", max_length=80)
    prefixe = models.CharField("début de la clé", max_length=20)
    empreinte = models.CharField("empreinte de la clé", max_length=64, unique=True)
    portees = ArrayField(models.CharField(max_length=30, choices=PorteeApi), verbose_name="usages permis")
    cree_le = models.DateTimeField("créée le")
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="créée par"
    )
    expire_le = models.DateTimeField("expire le")
    prevenu_le = models.DateTimeField("échéance annoncée le", null=True, blank=True)
    dernier_usage_le = models.DateTimeField("dernier usage le", null=True, blank=True)
    revoque_le = models.DateTimeField("révoquée le", null=True, blank=True)

    objects = JetonApiQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’API"
        verbose_name_plural = "clés d’API"
        ordering = ["-cree_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("cree_le")),
                name="acteurs_jeton_dates_en_ordre",
                violation_error_message="Une clé expire après sa création.",
            ),
            models.CheckConstraint(
                condition=~Q(portees=[]),
                name="acteurs_jeton_sert_a_quelque_chose",
                violation_error_message="Une clé permet au moins un usage.",
            ),
        ]

    def __str__(self) -> str:
        return f"Clé d’API « {self.nom} » ({self.prefixe}…)"

    def permet(self, portee: str) -> bool:
        return portee in self.portees
