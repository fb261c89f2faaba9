"""Messages between those who instruct a file and its porteur."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.models import Fichier

from .campagne import Campagne
from .dossier import Dossier


class Envoi(models.Model):
    """One message written for many files at once: a template with merge fields, and its log (one `Message` a file)."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="envois", verbose_name="campagne")
    objet = models.CharField("objet", max_length=200)
    corps = models.TextField("corps, avec ses champs de fusion")
    selection = models.TextField("filtre de la sélection", blank=True)
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="auteur"
    )
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="au titre de"
    )
    demande_le = models.DateTimeField("demandé le")

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        ordering = ["-demande_le"]

    def __str__(self) -> str:
        return self.objet


class SensMessage(models.TextChoices):
    """Who writes to whom."""

    AU_PORTEUR = "au_porteur", "Au porteur"
    DU_PORTEUR = "du_porteur", "Du porteur"


class Message(models.Model):
    """One message about a file, read by its porteur and by those who instruct it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="messages", verbose_name="dossier")
    sens = models.CharField("sens", max_length=12, choices=SensMessage)
    envoi = models.ForeignKey(
        Envoi, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name="envoi groupé"
    )
    objet = models.CharField("objet", max_length=200)
    texte = models.TextField("message")
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="auteur"
    )
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="au titre de"
    )
    pieces: models.ManyToManyField[Fichier, Any] = models.ManyToManyField(
        Fichier, blank=True, related_name="+", verbose_name="pièces jointes"
    )
    ecrit_le = models.DateTimeField("écrit le")
    lu_le = models.DateTimeField("lu le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["dossier", "ecrit_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["envoi", "dossier"],
                condition=Q(envoi__isnull=False),
                name="programmation_message_un_par_envoi",
                violation_error_message="Ce dossier a déjà reçu cet envoi.",
            ),
        ]

    def __str__(self) -> str:
        return self.objet
