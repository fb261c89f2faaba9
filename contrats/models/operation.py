"""Urban renewal beside the contract: NPNRU and mining basin operations, and their progress."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from geographie.models import Commune, Perimetre

from .contrat import Contrat


class ProgrammeUrbain(models.TextChoices):
    NPNRU = "npnru", "NPNRU"
    ERBM = "erbm", "ERBM (cités minières)"
    AUTRE = "autre", "Autre"


class OperationUrbaine(models.Model):
    """An urban renewal operation: where, with how much, how many dwellings."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="operations", verbose_name="contrat")
    programme = models.CharField("programme", max_length=10, choices=ProgrammeUrbain)
    nom = models.CharField("nom", max_length=200)
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, blank=True, related_name="operations", verbose_name="communes"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="operations", verbose_name="périmètres"
    )
    cout = models.DecimalField("coût (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    logements_demolis = models.PositiveIntegerField("logements à démolir", null=True, blank=True)
    logements_construits = models.PositiveIntegerField("logements à construire", null=True, blank=True)
    logements_rehabilites = models.PositiveIntegerField("logements à réhabiliter", null=True, blank=True)
    description = models.TextField("description", blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "opération urbaine"
        verbose_name_plural = "opérations urbaines"
        ordering = ["contrat", "programme", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "nom"],
                name="contrats_operation_nom_unique",
                violation_error_message="Une opération du contrat porte déjà ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class AvancementOperation(models.Model):
    """Where an operation stands on a date."""

    operation = models.ForeignKey(
        OperationUrbaine, models.CASCADE, related_name="avancements", verbose_name="opération"
    )
    le = models.DateField("date")
    phase = models.CharField("phase", max_length=120)
    avancement = models.PositiveSmallIntegerField("avancement (%)", null=True, blank=True)
    commentaire = models.TextField("commentaire", blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "avancement d’opération"
        verbose_name_plural = "avancements d’opération"
        ordering = ["operation", "-le"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "le"],
                name="contrats_avancement_date_unique",
                violation_error_message="L’avancement de cette opération est déjà donné à cette date.",
            ),
            models.CheckConstraint(
                condition=Q(avancement__isnull=True) | Q(avancement__lte=100),
                name="contrats_avancement_sous_cent",
                violation_error_message="Un avancement va de 0 à 100 %.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} : {self.phase}"
