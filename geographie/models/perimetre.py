"""Perimeters of intervention and their versions: a file of a year points to the version in force that year (Q-02)."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value

from commun.recherche import champ_de_recherche

from ..regles import generation_du_code
from .commune import Commune, Epci


class TypePerimetre(models.TextChoices):
    """What a perimeter is (regles 1.2)."""

    QPV = "qpv", "Quartier prioritaire (QPV)"
    POCHE = "poche_pauvrete", "Poche de pauvreté"
    ATTENTION = "attention_complementaire", "Périmètre d’attention complémentaire"
    COMPLEMENTAIRE = "geographie_complementaire", "Géographie complémentaire"


class PerimetreQuerySet(models.QuerySet["Perimetre"]):
    def qpv(self) -> Self:
        return self.filter(type=TypePerimetre.QPV)


class Perimetre(models.Model):
    """A place of intervention, across its versions. Its code is that of its latest version."""

    type = models.CharField("type", max_length=30, choices=TypePerimetre)
    code = models.CharField("code", max_length=30, unique=True)
    nom = models.CharField("nom", max_length=200)
    departement = models.CharField("département", max_length=3)
    note = models.TextField("note", blank=True)
    source = models.CharField("source", max_length=200, blank=True)
    recherche = champ_de_recherche("nom", "code")

    objects = PerimetreQuerySet.as_manager()

    class Meta:
        verbose_name = "périmètre"
        verbose_name_plural = "périmètres"
        ordering = ["type", "recherche"]

    def __str__(self) -> str:
        return self.nom

    def clean(self) -> None:
        if self.type == TypePerimetre.QPV and generation_du_code(self.code) is None:
            raise ValidationError(
                {"code": "Un code de QPV s’écrit QP059005 (liste de 2015) ou QN05901M (liste de 2024) (Q-01)."}
            )


class _PlageDeDates(Func):
    """`daterange(du, au, '[]')`: both ends included, an empty end means « still in force »."""

    function = "daterange"
    output_field = DateRangeField()


class VersionPerimetreQuerySet(models.QuerySet["VersionPerimetre"]):
    def en_vigueur(self, le: date) -> Self:
        """The versions in force on `le` (Q-02)."""
        return self.filter(Q(valide_au__isnull=True) | Q(valide_au__gte=le), valide_du__lte=le)

    def de_l_annee(self, annee: int) -> Self:
        """The versions that a file of `annee` may refer to: in force on its 1 January."""
        return self.en_vigueur(date(annee, 1, 1))


class VersionPerimetre(models.Model):
    """A perimeter as a text defined it for a time: generation, decree, dates, contour when it is known."""

    perimetre = models.ForeignKey(Perimetre, models.PROTECT, related_name="versions", verbose_name="périmètre")
    generation = models.PositiveSmallIntegerField("génération")
    code = models.CharField("code", max_length=30, blank=True)
    nom = models.CharField("nom", max_length=200)
    texte = models.CharField("texte de référence", max_length=200, blank=True)
    valide_du = models.DateField("valide du")
    valide_au = models.DateField("valide au", null=True, blank=True)
    contour = models.JSONField("contour (GeoJSON, WGS 84)", null=True, blank=True)
    contour_sha256 = models.CharField("empreinte du contour", max_length=64, blank=True)
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, related_name="versions_perimetres", blank=True, verbose_name="communes"
    )
    source = models.CharField("source", max_length=200, blank=True)

    objects = VersionPerimetreQuerySet.as_manager()

    class Meta:
        verbose_name = "version de périmètre"
        verbose_name_plural = "versions de périmètre"
        ordering = ["perimetre", "valide_du"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="geographie_version_dates_en_ordre",
                violation_error_message="La fin de validité vient après le début.",
            ),
            ExclusionConstraint(
                name="geographie_version_une_a_la_fois",
                # A perimeter's number as a one-value range: GiST then needs no extension (docs/adr/0005).
                expressions=[
                    (
                        Func(F("perimetre"), F("perimetre"), Value("[]"), function="int8range"),
                        RangeOperators.EQUAL,
                    ),
                    (_PlageDeDates(F("valide_du"), F("valide_au"), Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Deux versions d’un périmètre ne peuvent pas être en vigueur en même temps.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.generation})"


class PopulationPerimetre(models.Model):
    """Inhabitants of a version on one commune of one EPCI: a perimeter may lie on several of both."""

    version = models.ForeignKey(VersionPerimetre, models.CASCADE, related_name="populations", verbose_name="version")
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI")
    habitants = models.PositiveIntegerField("habitants", null=True, blank=True)
    est_une_part = models.BooleanField("part d’un périmètre plus large", default=False)
    millesime = models.PositiveSmallIntegerField("millésime", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "population de périmètre"
        verbose_name_plural = "populations de périmètres"
        ordering = ["version", "commune"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "commune", "epci", "millesime"],
                nulls_distinct=False,
                name="geographie_population_unique",
                violation_error_message="Cette population est déjà donnée pour ce territoire et ce millésime.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} : {self.habitants if self.habitants is not None else 'nd'}"


class FiliationPerimetre(models.Model):
    """Where a perimeter of 2024 comes from: 1-1, n-1 or 1-n; a code is never derived from another."""

    ancienne = models.ForeignKey(
        VersionPerimetre, models.CASCADE, related_name="suites", verbose_name="ancienne version"
    )
    nouvelle = models.ForeignKey(
        VersionPerimetre, models.CASCADE, related_name="origines", verbose_name="nouvelle version"
    )
    deduite = models.BooleanField("déduite, non dite par un texte", default=False)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "filiation de périmètres"
        verbose_name_plural = "filiations de périmètres"
        constraints = [
            models.UniqueConstraint(
                fields=["ancienne", "nouvelle"],
                name="geographie_filiation_unique",
                violation_error_message="Cette filiation existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ancienne} → {self.nouvelle}"
