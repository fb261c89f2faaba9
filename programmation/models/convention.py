"""Conventions: which files are tranches of a multi-year agreement."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from contrats.models import Contrat


class TypeConvention(models.TextChoices):
    ANNUELLE = "annuelle", "Convention annuelle"
    CPO = "cpo", "Convention pluriannuelle d’objectifs (CPO)"


class Convention(models.Model):
    """An agreement between funders and a porteur; each year of a CPO action is a file of that year (C-03)."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="conventions", verbose_name="contrat")
    numero = models.CharField("numéro", max_length=40)
    type = models.CharField("type", max_length=10, choices=TypeConvention)
    porteur = models.ForeignKey(Organisme, models.PROTECT, related_name="conventions", verbose_name="porteur")
    premiere_annee = models.PositiveSmallIntegerField("première année")
    derniere_annee = models.PositiveSmallIntegerField("dernière année")
    signee_le = models.DateField("signée le", null=True, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "convention"
        verbose_name_plural = "conventions"
        ordering = ["contrat", "numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "numero"],
                name="programmation_convention_numero_unique",
                violation_error_message="Une convention du contrat porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(derniere_annee__gte=F("premiere_annee"), derniere_annee__lte=F("premiere_annee") + 3),
                name="programmation_convention_quatre_ans_au_plus",
                violation_error_message="Une convention dure de 1 à 4 ans (C-02).",
            ),
            models.CheckConstraint(
                condition=Q(type=TypeConvention.CPO) | Q(derniere_annee=F("premiere_annee")),
                name="programmation_convention_annuelle_un_an",
                violation_error_message="Une convention annuelle couvre une seule année.",
            ),
        ]

    def __str__(self) -> str:
        return self.numero
