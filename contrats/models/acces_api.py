"""Information systems around a contract: which key opens it, and whom it tells what has just happened."""

from __future__ import annotations

import secrets
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from acteurs.models import JetonApi, Organisme

from ..etats import EvenementSortant
from .contrat import Contrat


class CleDuContrat(models.Model):
    """A key of the API opens one contract, and no other: its manager answers for that contract only."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="cles", verbose_name="contrat")
    jeton = models.OneToOneField(JetonApi, models.CASCADE, related_name="ouverture", verbose_name="clé d’API")

    class Meta:
        verbose_name = "clé d’API d’un contrat"
        verbose_name_plural = "clés d’API d’un contrat"
        ordering = ["contrat", "-jeton__cree_le"]

    def __str__(self) -> str:
        return f"{self.jeton.nom} ({self.contrat})"


def nouvelle_graine() -> str:
    return secrets.token_hex(32)


class AbonnementApiQuerySet(models.QuerySet["AbonnementApi"]):
    def actifs(self) -> Self:
        return self.filter(resilie_le__isnull=True)


class AbonnementApi(models.Model):
    """An address of an organisation's information system, called when one of these events happens in the contract."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="abonnements_api", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="abonnements_api", verbose_name="organisme")
    adresse = models.URLField("adresse appelée", max_length=500)
    evenements = ArrayField(models.CharField(max_length=40, choices=EvenementSortant), verbose_name="événements")
    graine = models.CharField("graine du secret", max_length=64, default=nouvelle_graine, editable=False)
    cree_le = models.DateTimeField("créé le")
    resilie_le = models.DateTimeField("résilié le", null=True, blank=True)

    objects = AbonnementApiQuerySet.as_manager()

    class Meta:
        verbose_name = "abonnement de système d’information"
        verbose_name_plural = "abonnements de systèmes d’information"
        ordering = ["contrat", "-cree_le"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(evenements=[]),
                name="contrats_abonnement_a_un_evenement",
                violation_error_message="Un abonnement porte sur au moins un événement.",
            ),
            models.UniqueConstraint(
                fields=["contrat", "organisme", "adresse"],
                condition=Q(resilie_le__isnull=True),
                name="contrats_abonnement_une_fois",
                violation_error_message="Votre organisme est déjà abonné avec cette adresse.",
            ),
        ]

    def __str__(self) -> str:
        return self.adresse

    @property
    def secret(self) -> str:
        """What signs the calls: made of the row's seed and of the installation's secret, it stands in no table."""
        return salted_hmac("contrats.abonnement", self.graine, algorithm="sha256").hexdigest()
