"""Around a meeting: members, agenda, attendance, tagged items of the minutes."""

from __future__ import annotations

from typing import Any

from django.db import models

from acteurs.models import Organisme
from commun.models import Fichier
from geographie.models import Perimetre

from .instance import Comite, Reunion


class MembreComite(models.Model):
    """An organisation that sits, or is invited, in a committee."""

    comite = models.ForeignKey(Comite, models.CASCADE, related_name="membres", verbose_name="comité")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="sieges", verbose_name="organisme")
    invite = models.BooleanField("invité sans voix", default=False)
    courriel = models.EmailField("adresse de la structure, si personne n’y a de compte", blank=True)

    class Meta:
        verbose_name = "membre de comité"
        verbose_name_plural = "membres de comité"
        ordering = ["comite", "invite", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["comite", "organisme"],
                name="contrats_membre_une_fois",
                violation_error_message="Cet organisme siège déjà dans ce comité.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisme)


class PointOrdreDuJour(models.Model):
    """A point of the agenda."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="ordre_du_jour", verbose_name="réunion")
    ordre = models.PositiveSmallIntegerField("ordre")
    titre = models.CharField("titre", max_length=250)
    texte = models.TextField("texte", blank=True)
    rapporteur = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rapporteur"
    )
    minutes = models.PositiveSmallIntegerField("durée (minutes)", null=True, blank=True)
    piece = models.ForeignKey(Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce")

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "points de l’ordre du jour"
        ordering = ["reunion", "ordre"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "ordre"],
                name="contrats_point_odj_ordre_unique",
                violation_error_message="Un point de l’ordre du jour porte déjà ce rang.",
            ),
        ]

    def __str__(self) -> str:
        return self.titre


class Presence(models.Model):
    """Whether an organisation came."""

    class Statut(models.TextChoices):
        PRESENT = "present", "Présent"
        EXCUSE = "excuse", "Excusé"
        ABSENT = "absent", "Absent"

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="presences", verbose_name="réunion")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="presences", verbose_name="organisme")
    statut = models.CharField("statut", max_length=10, choices=Statut)
    pouvoir_a = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pouvoir donné à"
    )

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        ordering = ["reunion", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "organisme"],
                name="contrats_presence_une_fois",
                violation_error_message="La présence de cet organisme est déjà notée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme} : {self.get_statut_display().lower()}"


class ItemCompteRendu(models.Model):
    """One item of the minutes, tagged by place and by who may read it."""

    class Audience(models.TextChoices):
        MEMBRES = "membres", "Membres du comité"
        INVITES = "invites", "Membres et invités"
        CONTRAT = "contrat", "Tous les acteurs du contrat"

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="items", verbose_name="réunion")
    ordre = models.PositiveSmallIntegerField("ordre")
    point = models.ForeignKey(
        PointOrdreDuJour, models.SET_NULL, null=True, blank=True, related_name="items", verbose_name="point"
    )
    texte = models.TextField("texte")
    audience = models.CharField("audience", max_length=10, choices=Audience, default=Audience.MEMBRES)
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="+", verbose_name="périmètres"
    )

    class Meta:
        verbose_name = "point du compte rendu"
        verbose_name_plural = "points du compte rendu"
        ordering = ["reunion", "ordre"]

    def __str__(self) -> str:
        return self.texte[:80]
