"""The directory of droit commun, and the calls of other funders."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from geographie.models import Perimetre

from .contrat import Contrat
from .structure import Orientation


class Ressource(models.Model):
    """A means of droit commun that a porteur can call upon: who, for which theme, under which conditions."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="ressources", verbose_name="contrat")
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="ressources", verbose_name="organisme"
    )
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="ressources", verbose_name="orientation"
    )
    nom = models.CharField("nom", max_length=300)
    moyens = models.TextField("moyens", blank=True)
    public = models.CharField("public", max_length=200, blank=True)
    conditions = models.TextField("conditions", blank=True)
    contact = models.CharField("contact (service)", max_length=200, blank=True)
    lien = models.URLField("page d’information", blank=True)
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="ressources", verbose_name="périmètres"
    )
    ouverte = models.BooleanField("visible des porteurs", default=True)
    verifie_le = models.DateField("vérifié le", null=True, blank=True)
    modifie_le = models.DateTimeField("modifié le", auto_now=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "ressource de droit commun"
        verbose_name_plural = "ressources de droit commun"
        ordering = ["contrat", "orientation", "nom"]

    def __str__(self) -> str:
        return self.nom


class AppelExterne(models.Model):
    """A call for projects of another funder, for the shared calendar."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="appels_externes", verbose_name="contrat")
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="appels", verbose_name="organisme"
    )
    nom = models.CharField("nom", max_length=250)
    periode = models.CharField("période", max_length=200, blank=True)
    ouvre_le = models.DateField("ouvre le", null=True, blank=True)
    ferme_le = models.DateField("ferme le", null=True, blank=True)
    note = models.TextField("note", blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "appel externe"
        verbose_name_plural = "appels externes"
        ordering = ["contrat", "nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ferme_le__isnull=True) | Q(ouvre_le__isnull=True) | Q(ferme_le__gte=F("ouvre_le")),
                name="contrats_appel_dates_en_ordre",
                violation_error_message="Un appel ferme après son ouverture.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
