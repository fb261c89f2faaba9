"""A view of the table or of the kanban that somebody keeps: its filters, columns and sort, as the address holds them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from contrats.models import Contrat


class PartageVue(models.TextChoices):
    """Who finds a saved view among its tabs."""

    MOI = "moi", "Moi"
    ORGANISME = "organisme", "Mon organisme"
    CONTRAT = "contrat", "Tous ceux qui instruisent"


class VueEnregistree(models.Model):
    """A saved view: it holds an address, never rows; each reader sees through it only what it may see."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="vues", verbose_name="contrat")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="vues", verbose_name="créée par"
    )
    organisme = models.ForeignKey(
        Organisme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="organisme"
    )
    nom = models.CharField("nom", max_length=60)
    partage = models.CharField("partage", max_length=10, choices=PartageVue, default=PartageVue.MOI)
    parametres = models.TextField("filtres, colonnes et tri", blank=True)
    ordre = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["contrat", "ordre", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "utilisateur", "nom"],
                name="programmation_vue_nom_unique",
                violation_error_message="Vous avez déjà une vue de ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(partage=PartageVue.ORGANISME) | Q(organisme__isnull=False),
                name="programmation_vue_partagee_a_un_organisme",
                violation_error_message="Une vue partagée à un organisme dit lequel.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
