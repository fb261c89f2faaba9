"""The plan d'actions: also what nobody subsidises."""

from __future__ import annotations

from typing import Any

from django.db import models

from acteurs.models import Organisme
from geographie.models import Perimetre

from ..etats import StatutAction
from .contrat import Contrat
from .engagement import Engagement
from .structure import Objectif


class ActionContrat(models.Model):
    """An action of the contract's plan: who owns it, with whom, where it stands, what comes next."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="plan", verbose_name="contrat")
    objectif = models.ForeignKey(Objectif, models.PROTECT, related_name="plan", verbose_name="objectif")
    intitule = models.CharField("intitulé", max_length=300)
    statut = models.CharField("statut", max_length=20, choices=StatutAction)
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="plan", verbose_name="porteur"
    )
    partenaires: models.ManyToManyField[Organisme, Any] = models.ManyToManyField(
        Organisme, blank=True, related_name="plan_partenaire", verbose_name="partenaires"
    )
    engagements: models.ManyToManyField[Engagement, Any] = models.ManyToManyField(
        Engagement, blank=True, related_name="plan", verbose_name="engagements servis"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="plan", verbose_name="périmètres"
    )
    prochaine_etape = models.CharField("prochaine étape", max_length=300, blank=True)
    echeance = models.DateField("échéance", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "action du contrat"
        verbose_name_plural = "actions du contrat"
        ordering = ["contrat", "objectif", "intitule"]

    def __str__(self) -> str:
        return self.intitule
