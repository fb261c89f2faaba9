"""A private file: a row that names content kept under its own SHA-256."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models


class Analyse(models.TextChoices):
    """What the antivirus said of a file."""

    NON_ANALYSE = "non_analyse", "Pas encore analysé"
    SAIN = "sain", "Sain"
    INFECTE = "infecte", "Infecté"


class Fichier(models.Model):
    """One file as somebody gave or made it. Two rows may name the same content; content is never overwritten."""

    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    octets = models.PositiveBigIntegerField("taille en octets")
    nom = models.CharField("nom d’origine", max_length=200)
    type_mime = models.CharField("type", max_length=100)
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)
    depose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déposé par"
    )

    analyse = models.CharField("analyse antivirus", max_length=12, choices=Analyse, default=Analyse.NON_ANALYSE)
    analyse_le = models.DateTimeField("analysé le", null=True, blank=True)

    class Meta:
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        ordering = ["-depose_le"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="commun_fichier_empreinte",
                violation_error_message="L’empreinte d’un fichier compte 64 caractères hexadécimaux.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def chemin(self) -> Path:
        """Where the content lies."""
        return Path(settings.RACINE_FICHIERS) / self.sha256[:2] / self.sha256[2:4] / self.sha256
