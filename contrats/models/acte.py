"""The act by which a body decides: délibération or arrêté."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.models import Fichier

from .contrat import Contrat


class Position(models.TextChoices):
    """Whether the body adopts what it examines, or only takes note of it."""

    RETIENT = "retient", "retient"
    PREND_ACTE = "prend_acte", "prend acte"


class ActeDecision(models.Model):
    """A body's decision that makes its own money firm, or adopts a contract: body, date, number, vote, receipt."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="actes", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="actes", verbose_name="autorité")
    instance = models.CharField("instance", max_length=160)
    numero = models.CharField("numéro", max_length=60)
    pris_le = models.DateField("pris le")
    position = models.CharField("position", max_length=12, choices=Position, default=Position.RETIENT)
    voix_pour = models.PositiveSmallIntegerField("voix pour", null=True, blank=True)
    voix_contre = models.PositiveSmallIntegerField("voix contre", null=True, blank=True)
    abstentions = models.PositiveSmallIntegerField("abstentions", null=True, blank=True)
    deports = models.TextField("déports (conflit d’intérêts)", blank=True)
    recu_prefecture_le = models.DateField("reçu en préfecture le", null=True, blank=True)
    piece = models.ForeignKey(Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce")
    fictif = models.BooleanField("donnée fictive", default=False)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "acte de décision"
        verbose_name_plural = "actes de décision"
        ordering = ["-pris_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "organisme", "numero"],
                name="contrats_acte_numero_unique",
                violation_error_message="Un acte de cette autorité porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(recu_prefecture_le__isnull=True) | Q(recu_prefecture_le__gte=F("pris_le")),
                name="contrats_acte_recu_apres_prise",
                violation_error_message="Un acte est reçu en préfecture après avoir été pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance}, n° {self.numero} du {self.pris_le:%d/%m/%Y}"
