"""Communes and the EPCI they belong to."""

from __future__ import annotations

from django.db import models

from commun.recherche import champ_de_recherche


class Epci(models.Model):
    """A public body of intercommunal cooperation, known by its SIREN."""

    siren = models.CharField("SIREN", max_length=9, unique=True)
    nom = models.CharField("nom", max_length=200)
    population = models.PositiveIntegerField("population (habitants)", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ["nom"]

    def __str__(self) -> str:
        return self.nom


class Commune(models.Model):
    """A commune, known by its INSEE code: a string, leading zeros matter."""

    code = models.CharField("code INSEE", max_length=5, unique=True)
    nom = models.CharField("nom", max_length=120)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="communes", verbose_name="EPCI")
    population = models.PositiveIntegerField("population (habitants)", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)
    recherche = champ_de_recherche("nom")

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering = ["recherche"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^([0-9]{2}|2[AB])[0-9]{3}$"),
                name="geographie_commune_code",
                violation_error_message="Un code INSEE de commune compte 5 caractères, par exemple 59172 ou 2A004.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
