"""Who may do what in a contract, and the invitations that open accounts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from acteurs.models import Organisme
from geographie.models import Commune, Perimetre

from ..etats import Role
from .contrat import Contrat
from .structure import Orientation


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    def actives(self, le: date | None = None) -> Self:
        """Those in force on `le` (today by default); a closed one is in force no more, whatever its dates."""
        le = le or timezone.localdate()
        return self.filter(Q(valide_au__isnull=True) | Q(valide_au__gte=le), valide_du__lte=le, close_le__isnull=True)


class Habilitation(models.Model):
    """A person acts in a contract for an organisation, in a role, perhaps within some places or orientations only."""

    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="habilitations", verbose_name="personne"
    )
    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="habilitations", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="habilitations", verbose_name="organisme")
    role = models.CharField("rôle", max_length=20, choices=Role)
    gestionnaire = models.BooleanField("gère les accès de son organisme (comptes, clés d’API)", default=False)
    valide_du = models.DateField("valide du", default=timezone.localdate)
    valide_au = models.DateField("valide au", null=True, blank=True)
    close_le = models.DateTimeField("fermée le", null=True, blank=True)
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, blank=True, related_name="+", verbose_name="limitée aux communes"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="+", verbose_name="limitée aux périmètres"
    )
    orientations: models.ManyToManyField[Orientation, Any] = models.ManyToManyField(
        Orientation, blank=True, related_name="+", verbose_name="limitée aux orientations"
    )

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        verbose_name_plural = "habilitations"
        ordering = ["contrat", "organisme", "utilisateur"]
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "contrat", "organisme", "role"],
                name="contrats_habilitation_unique",
                violation_error_message="Cette personne a déjà ce rôle pour cet organisme dans ce contrat.",
            ),
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="contrats_habilitation_dates_en_ordre",
                violation_error_message="La fin d’une habilitation vient après son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur} — {self.get_role_display()} ({self.organisme})"


def jeton_d_invitation() -> str:
    """A new secret; it stands in the e-mail only, the database keeps its SHA-256."""
    return secrets.token_urlsafe(32)


def empreinte_du_jeton(jeton: str) -> str:
    return hashlib.sha256(jeton.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def ouvertes(self, le: datetime) -> Self:
        """Neither accepted, nor withdrawn, nor out of date on `le`."""
        return self.en_attente().filter(expire_le__gt=le)

    def en_attente(self) -> Self:
        """Neither accepted nor withdrawn, perhaps out of date: such a one can still be sent again."""
        return self.filter(acceptee_le__isnull=True, retiree_le__isnull=True)

    def du_jeton(self, jeton: str) -> Self:
        """The one whose e-mail carries `jeton`."""
        return self.filter(jeton_sha256=empreinte_du_jeton(jeton))


class Invitation(models.Model):
    """An account to be opened: who is invited, for which organisation, in which role, until when."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="invitations", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="+", verbose_name="organisme")
    role = models.CharField("rôle", max_length=20, choices=Role)
    gestionnaire = models.BooleanField("gérera les accès de son organisme", default=False)
    email = models.EmailField("adresse électronique")
    jeton_sha256 = models.CharField("empreinte du jeton", max_length=64, unique=True)
    invite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="invité par"
    )
    envoyee_le = models.DateTimeField("envoyée le")
    expire_le = models.DateTimeField("expire le")
    acceptee_le = models.DateTimeField("acceptée le", null=True, blank=True)
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)
    courriel_parti_le = models.DateTimeField("courriel parti le", null=True, blank=True)
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, blank=True, related_name="+", verbose_name="limitée aux communes"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="+", verbose_name="limitée aux périmètres"
    )
    orientations: models.ManyToManyField[Orientation, Any] = models.ManyToManyField(
        Orientation, blank=True, related_name="+", verbose_name="limitée aux orientations"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-envoyee_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("envoyee_le")),
                name="contrats_invitation_dates_en_ordre",
                violation_error_message="Une invitation expire après son envoi.",
            ),
            models.UniqueConstraint(
                fields=["contrat", "organisme", "role", "email"],
                condition=Q(acceptee_le__isnull=True, retiree_le__isnull=True),
                name="contrats_invitation_une_ouverte",
                violation_error_message="Une invitation est déjà ouverte pour cette adresse, cet organisme et ce rôle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"
