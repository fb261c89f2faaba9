"""A person's private address of its calendar."""

from __future__ import annotations

import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


def jeton_de_calendrier() -> str:
    """A new secret, shown once; the database keeps its SHA-256."""
    return secrets.token_urlsafe(32)


def empreinte_de_calendrier(jeton: str) -> str:
    return hashlib.sha256(jeton.encode()).hexdigest()


class AbonnementCalendrierQuerySet(models.QuerySet["AbonnementCalendrier"]):
    def ouverts(self) -> Self:
        """Those not revoked."""
        return self.filter(revoque_le__isnull=True)

    def du_jeton(self, jeton: str) -> Self:
        """The one whose address carries `jeton`."""
        return self.filter(jeton_sha256=empreinte_de_calendrier(jeton))


class AbonnementCalendrier(models.Model):
    """Read-only address of one person's calendar, for its own diary; replaced or revoked at will."""

    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="abonnements_calendrier", verbose_name="personne"
    )
    jeton_sha256 = models.CharField("empreinte du jeton", max_length=64, unique=True)
    ouvert_le = models.DateTimeField("ouvert le")
    revoque_le = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = AbonnementCalendrierQuerySet.as_manager()

    class Meta:
        verbose_name = "abonnement au calendrier"
        verbose_name_plural = "abonnements au calendrier"
        ordering = ["-ouvert_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur"],
                condition=Q(revoque_le__isnull=True),
                name="contrats_abonnement_un_ouvert",
                violation_error_message="Cette personne a déjà une adresse de calendrier.",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendrier de {self.utilisateur}"
