"""Avenants: each makes a new version of the contract, and keeps the structure as it then stood."""

from __future__ import annotations

from django.db import models

from commun.models import Fichier

from .acte import ActeDecision
from .contrat import Contrat


class Avenant(models.Model):
    """An amendment. `instantane` holds the contract's structure at that version, as canonical JSON bytes.

    Number 0 is the contract as it was signed: the version that the first avenant changes.
    """

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="avenants", verbose_name="contrat")
    numero = models.PositiveSmallIntegerField("numéro")
    objet = models.CharField("objet", max_length=250)
    resume = models.TextField("ce qui change", blank=True)
    signe_le = models.DateField("signé le")
    acte = models.ForeignKey(
        ActeDecision, models.PROTECT, null=True, blank=True, related_name="avenants", verbose_name="délibération"
    )
    instantane = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="structure à cette version"
    )

    class Meta:
        verbose_name = "avenant"
        verbose_name_plural = "avenants"
        ordering = ["contrat", "numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "numero"],
                name="contrats_avenant_numero_unique",
                violation_error_message="Un avenant du contrat porte déjà ce numéro.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} : {self.objet}"

    @property
    def version(self) -> str:
        """How people call this version of the contract."""
        return f"Avenant n° {self.numero}" if self.numero else "Contrat signé"
