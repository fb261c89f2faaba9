"""The few actions under reinforced follow-up, reported at each strategic COPIL (E-02)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from contrats.models import Contrat, Engagement, Objectif, Orientation, Reunion

from ..etats import EtatActionRenforcee


class ActionRenforcee(models.Model):
    """A concrete, priority action with one chef de projet common to the signatories."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="renforcees", verbose_name="contrat")
    ordre = models.PositiveSmallIntegerField("ordre")
    intitule = models.CharField("intitulé", max_length=250)
    objectif_vise = models.TextField("objectif visé", blank=True)
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="renforcees", verbose_name="orientation"
    )
    objectifs: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="renforcees", verbose_name="objectifs"
    )
    engagements: models.ManyToManyField[Engagement, Any] = models.ManyToManyField(
        Engagement, blank=True, related_name="renforcees", verbose_name="engagements"
    )
    pilote = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="renforcees", verbose_name="organisme pilote"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "action à suivi renforcé"
        verbose_name_plural = "actions à suivi renforcé"
        ordering = ["contrat", "ordre"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "ordre"],
                name="evaluation_renforcee_ordre_unique",
                violation_error_message="Une action à suivi renforcé porte déjà ce rang.",
            ),
        ]

    def __str__(self) -> str:
        return self.intitule


class PointEtape(models.Model):
    """Where a reinforced action stands, for one COPIL or one date."""

    action = models.ForeignKey(ActionRenforcee, models.CASCADE, related_name="points", verbose_name="action")
    reunion = models.ForeignKey(
        Reunion, models.PROTECT, null=True, blank=True, related_name="points_etape", verbose_name="COPIL"
    )
    le = models.DateField("date")
    etat = models.CharField("état", max_length=15, choices=EtatActionRenforcee)
    avancement = models.PositiveSmallIntegerField("avancement (%)", null=True, blank=True)
    texte = models.TextField("point d’étape")
    prochaine_etape = models.TextField("prochaine étape", blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "point d’étape"
        verbose_name_plural = "points d’étape"
        ordering = ["action", "-le"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "le"],
                name="evaluation_point_date_unique",
                violation_error_message="Un point d’étape existe déjà à cette date.",
            ),
            models.CheckConstraint(
                condition=Q(avancement__isnull=True) | Q(avancement__lte=100),
                name="evaluation_point_avancement",
                violation_error_message="Un avancement va de 0 à 100 %.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} ({self.le:%d/%m/%Y})"
