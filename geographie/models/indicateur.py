"""Facts about territories: an indicator, and its measures with their vintage and secrecy (Q-06)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .commune import Commune, Epci
from .perimetre import VersionPerimetre


class SensIndicateur(models.TextChoices):
    """Which way is better."""

    HAUSSE = "hausse", "à la hausse"
    BAISSE = "baisse", "à la baisse"
    NEUTRE = "neutre", "sans sens"


class Indicateur(models.Model):
    """What is measured: unit, numerator and denominator in words, additive or not, source."""

    code = models.CharField("code", max_length=60, unique=True)
    nom = models.CharField("nom", max_length=200)
    theme = models.CharField("thème", max_length=80, blank=True)
    unite = models.CharField("unité", max_length=40)
    numerateur = models.CharField("numérateur", max_length=300, blank=True)
    denominateur = models.CharField("dénominateur", max_length=300, blank=True)
    additif = models.BooleanField("additif", default=False)
    sens = models.CharField("sens favorable", max_length=10, choices=SensIndicateur, default=SensIndicateur.NEUTRE)
    producteur = models.CharField("producteur", max_length=120, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "indicateur"
        verbose_name_plural = "indicateurs"
        ordering = ["theme", "nom"]

    def __str__(self) -> str:
        return self.nom


class StatutMesure(models.TextChoices):
    """Whether a measure holds a value: a secret or a blank is never a 0 (Q-06)."""

    VALEUR = "valeur", "valeur"
    SECRET = "secret", "secret statistique"
    ND = "nd", "non disponible"
    VIDE = "vide", "non renseigné"


class Mesure(models.Model):
    """The value of an indicator for one territory and one vintage."""

    indicateur = models.ForeignKey(Indicateur, models.PROTECT, related_name="mesures", verbose_name="indicateur")
    version_perimetre = models.ForeignKey(
        VersionPerimetre, models.CASCADE, null=True, blank=True, related_name="mesures", verbose_name="périmètre"
    )
    commune = models.ForeignKey(
        Commune, models.CASCADE, null=True, blank=True, related_name="mesures", verbose_name="commune"
    )
    epci = models.ForeignKey(Epci, models.CASCADE, null=True, blank=True, related_name="mesures", verbose_name="EPCI")
    territoire_libre = models.CharField("autre territoire de comparaison", max_length=120, blank=True)
    millesime = models.CharField("millésime", max_length=20)
    valeur = models.DecimalField("valeur", max_digits=14, decimal_places=3, null=True, blank=True)
    statut = models.CharField("statut", max_length=10, choices=StatutMesure, default=StatutMesure.VALEUR)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "mesure"
        verbose_name_plural = "mesures"
        ordering = ["indicateur", "millesime"]
        constraints = [
            models.CheckConstraint(
                condition=Q(statut=StatutMesure.VALEUR, valeur__isnull=False)
                | (~Q(statut=StatutMesure.VALEUR) & Q(valeur__isnull=True)),
                name="geographie_mesure_valeur_ou_statut",
                violation_error_message="Une mesure a une valeur, ou dit pourquoi elle n’en a pas ; jamais un 0 à la place.",
            ),
            models.CheckConstraint(
                condition=Q(
                    version_perimetre__isnull=False, commune__isnull=True, epci__isnull=True, territoire_libre=""
                )
                | Q(version_perimetre__isnull=True, commune__isnull=False, epci__isnull=True, territoire_libre="")
                | Q(version_perimetre__isnull=True, commune__isnull=True, epci__isnull=False, territoire_libre="")
                | (
                    Q(version_perimetre__isnull=True, commune__isnull=True, epci__isnull=True) & ~Q(territoire_libre="")
                ),
                name="geographie_mesure_un_territoire",
                violation_error_message="Une mesure porte sur un territoire et un seul.",
            ),
            models.UniqueConstraint(
                fields=["indicateur", "version_perimetre", "commune", "epci", "territoire_libre", "millesime"],
                nulls_distinct=False,
                name="geographie_mesure_unique",
                violation_error_message="Cette mesure existe déjà pour ce territoire et ce millésime.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicateur} {self.millesime}"
