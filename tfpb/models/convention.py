"""The convention of one landlord and its dwellings in the QPV."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from contrats.models import Contrat
from geographie.models import VersionPerimetre


class ConventionTfpb(models.Model):
    """The convention of use of the abatement, one per landlord (T-01)."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="conventions_tfpb", verbose_name="contrat")
    bailleur = models.ForeignKey(Organisme, models.PROTECT, related_name="conventions_tfpb", verbose_name="bailleur")
    signee_le = models.DateField("signée le", null=True, blank=True)
    premiere_annee = models.PositiveSmallIntegerField("première année")
    derniere_annee = models.PositiveSmallIntegerField("dernière année")
    fictif = models.BooleanField("donnée fictive", default=False)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "convention TFPB"
        verbose_name_plural = "conventions TFPB"
        ordering = ["contrat", "bailleur"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "bailleur", "premiere_annee"],
                name="tfpb_convention_unique",
                violation_error_message="Ce bailleur a déjà une convention à partir de cette année.",
            ),
            models.CheckConstraint(
                condition=Q(derniere_annee__gte=F("premiere_annee")),
                name="tfpb_convention_annees_en_ordre",
                violation_error_message="La dernière année d’une convention vient après la première.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bailleur} {self.premiere_annee}–{self.derniere_annee}"


class Patrimoine(models.Model):
    """A landlord's dwellings in one perimeter one year; an unknown figure is « non communiqué », never 0 (T-08)."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="patrimoines", verbose_name="contrat")
    bailleur = models.ForeignKey(Organisme, models.PROTECT, related_name="patrimoines", verbose_name="bailleur")
    version = models.ForeignKey(VersionPerimetre, models.PROTECT, related_name="patrimoines", verbose_name="périmètre")
    annee = models.PositiveSmallIntegerField("année")
    logements = models.PositiveIntegerField("logements", null=True, blank=True)
    abattement_estime = models.DecimalField(
        "abattement estimé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    abattement_reel = models.DecimalField("abattement réel (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "patrimoine"
        verbose_name_plural = "patrimoines"
        ordering = ["contrat", "bailleur", "annee"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "bailleur", "version", "annee"],
                name="tfpb_patrimoine_unique",
                violation_error_message="Le patrimoine de ce bailleur est déjà donné pour ce périmètre et cette année.",
            ),
            models.CheckConstraint(
                condition=(Q(abattement_estime__isnull=True) | Q(abattement_estime__gte=0))
                & (Q(abattement_reel__isnull=True) | Q(abattement_reel__gte=0)),
                name="tfpb_patrimoine_abattements_positifs",
                violation_error_message="Un abattement n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bailleur}, {self.version} ({self.annee})"
