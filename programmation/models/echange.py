"""Messages between those who instruct a file and its porteur."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.models import Fichier
from contrats.models import Contrat
from contrats.permissions import roles

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

    @property
    def contrat_id(self) -> int:
        return self.campagne.contrat_id


class SensMessage(models.TextChoices):
    """Who writes to whom."""

    AU_PORTEUR = "au_porteur", "Au porteur"
    DU_PORTEUR = "du_porteur", "Du porteur"


class MessageQuerySet(models.QuerySet["Message"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """The messages about the files that this author sees."""
        return self.filter(dossier__in=Dossier.objects.visibles_par(auteur, contrat).values("pk"))

    def a_lire_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those that its side has not read: the porteur's own files' for a porteur, the porteurs' for who instructs."""
        recus = Q(sens=SensMessage.DU_PORTEUR, dossier__in=Dossier.objects.instruits_par(auteur, contrat).values("pk"))
        if siens := roles(auteur, contrat).organismes_porteurs:
            recus |= Q(sens=SensMessage.AU_PORTEUR, dossier__contrat=contrat, dossier__porteur__in=siens)
        return self.filter(recus, lu_le__isnull=True)


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

    objects = MessageQuerySet.as_manager()

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

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id
