"""What was answered to a write of the API, to answer the same again."""

from __future__ import annotations

from django.db import models


class ReponseIdempotente(models.Model):
    """One `Idempotency-Key` of one caller: what was asked under it and what was answered; no status while running."""

    emetteur = models.CharField("émetteur", max_length=60)
    cle = models.CharField("clé d’idempotence", max_length=200)
    empreinte = models.CharField("empreinte de la demande", max_length=64)
    prise_le = models.DateTimeField("prise le")
    statut = models.PositiveSmallIntegerField("statut", null=True, blank=True)
    entetes = models.JSONField("en-têtes", default=dict, blank=True)
    corps = models.TextField("corps", blank=True)

    class Meta:
        verbose_name = "réponse idempotente"
        verbose_name_plural = "réponses idempotentes"
        ordering = ["-prise_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["emetteur", "cle"],
                name="commun_idempotence_une_fois",
                violation_error_message="Cette clé d’idempotence est déjà employée.",
            ),
        ]
        indexes = [models.Index(fields=["prise_le"], name="commun_idempotence_age")]

    def __str__(self) -> str:
        return f"{self.emetteur} {self.cle}"
