"""Who signed the contract."""

from __future__ import annotations

from django.db import models

from acteurs.models import Organisme

from .contrat import Contrat


class QualiteSignataire(models.TextChoices):
    PILOTE = "pilote", "Pilote"
    SIGNATAIRE = "signataire", "Signataire"
    PARTENAIRE = "partenaire", "Partenaire associé"


class Signataire(models.Model):
    """An organisation that signed, in which quality and when; its référent is an account, not a name in a text."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="signataires", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="signatures", verbose_name="organisme")
    qualite = models.CharField("qualité", max_length=15, choices=QualiteSignataire)
    signe_le = models.DateField("signé le", null=True, blank=True)
    siege_au_copil = models.BooleanField("siège au COPIL", default=True)
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "signataire"
        verbose_name_plural = "signataires"
        ordering = ["contrat", "ordre"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "organisme"],
                name="contrats_signataire_une_fois",
                violation_error_message="Cet organisme est déjà signataire du contrat.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisme)
