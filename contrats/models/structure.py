"""The contract's structure: orientations, their objectives, and the State's P147 themes."""

from __future__ import annotations

from django.db import models

from .contrat import Contrat


class ThemeP147(models.Model):
    """A theme of the national nomenclature of programme 147; each file carries exactly one (regles 2.7)."""

    code = models.CharField("code", max_length=6, unique=True)
    nom = models.CharField("nom", max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sous_themes", verbose_name="thème"
    )
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "thème du programme 147"
        verbose_name_plural = "thèmes du programme 147"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.nom}"


class NatureOrientation(models.TextChoices):
    """A thematic orientation carries the euros; a transversal axis is never summed."""

    THEMATIQUE = "thematique", "Orientation thématique"
    TRANSVERSALE = "transversale", "Axe transversal"


class Orientation(models.Model):
    """A priority of the contract, thematic or transversal, with its counterparts in the State's vocabulary."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="orientations", verbose_name="contrat")
    nature = models.CharField("nature", max_length=15, choices=NatureOrientation)
    code = models.CharField("code", max_length=10)
    nom = models.CharField("nom", max_length=200)
    nom_court = models.CharField("nom court", max_length=60)
    ordre = models.PositiveSmallIntegerField("ordre")
    theme_etat = models.CharField("thème de l’État", max_length=120, blank=True)
    theme_p147 = models.ForeignKey(
        ThemeP147, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="thème P147"
    )
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "orientation"
        verbose_name_plural = "orientations"
        ordering = ["contrat", "nature", "ordre", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "code"],
                name="contrats_orientation_code_unique",
                violation_error_message="Une orientation du contrat porte déjà ce code.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class Objectif(models.Model):
    """What an orientation aims at; `prioritaire` tells whether the partners selected it as a priority."""

    orientation = models.ForeignKey(Orientation, models.CASCADE, related_name="objectifs", verbose_name="orientation")
    ambition = models.CharField("ambition", max_length=250, blank=True)
    code = models.CharField("code", max_length=15)
    nom = models.CharField("nom", max_length=300)
    prioritaire = models.BooleanField("retenu comme prioritaire", default=False)
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "objectif"
        verbose_name_plural = "objectifs"
        ordering = ["orientation", "ordre", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["orientation", "code"],
                name="contrats_objectif_code_unique",
                violation_error_message="Un objectif de l’orientation porte déjà ce code.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def contrat_id(self) -> int:
        """The contract of its orientation, for the journal."""
        return self.orientation.contrat_id
