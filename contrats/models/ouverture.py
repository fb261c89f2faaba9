"""The opening of a new contract, step by step, before anybody but the administrator sees it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from acteurs.models import Organisme

from ..etats import Role
from .contrat import Contrat


class OuvertureContrat(models.Model):
    """How far the assistant of a new contract has gone; `ouvert_le` is set when the invitations leave."""

    contrat = models.OneToOneField(Contrat, models.CASCADE, related_name="ouverture", verbose_name="contrat")
    etape = models.PositiveSmallIntegerField("dernière étape enregistrée", default=1)
    commencee_le = models.DateTimeField("commencée le")
    ouvert_le = models.DateTimeField("contrat ouvert le", null=True, blank=True)
    ouvert_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="ouvert par"
    )

    class Meta:
        verbose_name = "ouverture de contrat"
        verbose_name_plural = "ouvertures de contrats"

    def __str__(self) -> str:
        return f"Ouverture de {self.contrat}"


class CompteAInviter(models.Model):
    """A person to invite when the contract opens."""

    ouverture = models.ForeignKey(
        OuvertureContrat, models.CASCADE, related_name="comptes", verbose_name="ouverture de contrat"
    )
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="+", verbose_name="organisme")
    role = models.CharField("rôle", max_length=20, choices=Role)
    email = models.EmailField("adresse électronique")

    class Meta:
        verbose_name = "compte à inviter"
        verbose_name_plural = "comptes à inviter"
        ordering = ["ouverture", "organisme", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["ouverture", "organisme", "role", "email"],
                name="contrats_compte_a_inviter_unique",
                violation_error_message="Cette personne est déjà dans la liste, pour cet organisme et ce rôle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"
