"""What a commune votes: its volet of the contract, and its yearly priorities in eleven contents."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from commun.etats import ModeleAEtats
from geographie.models import Commune

from ..etats import TRANSITIONS_DOCUMENT, EtatDocument
from .acte import ActeDecision
from .avenant import Avenant
from .contrat import Contrat
from .structure import Objectif


class VoletCommunal(ModeleAEtats):
    """The ambitions of the contract that a commune selects and votes as its own."""

    TRANSITIONS = TRANSITIONS_DOCUMENT

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="volets", verbose_name="contrat")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="volets", verbose_name="commune")
    etat = models.CharField("état", max_length=10, choices=EtatDocument, default=EtatDocument.REDIGE)
    texte = models.TextField("texte", blank=True)
    objectifs: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="volets", verbose_name="objectifs retenus"
    )
    acte = models.ForeignKey(
        ActeDecision, models.PROTECT, null=True, blank=True, related_name="volets", verbose_name="délibération"
    )
    avenant = models.ForeignKey(
        Avenant, models.PROTECT, null=True, blank=True, related_name="volets", verbose_name="avenant"
    )
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "volet communal"
        verbose_name_plural = "volets communaux"
        ordering = ["contrat", "commune"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "commune"],
                name="contrats_volet_un_par_commune",
                violation_error_message="Cette commune a déjà un volet dans le contrat.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatDocument.ADOPTE, EtatDocument.ANNEXE]) | Q(acte__isnull=False),
                name="contrats_volet_adopte_par_un_acte",
                violation_error_message="Un volet adopté porte la délibération de la commune.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDocument.ANNEXE) | Q(avenant__isnull=False),
                name="contrats_volet_annexe_par_un_avenant",
                violation_error_message="Un volet annexé dit par quel avenant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune}, volet communal"


class Rubrique(models.TextChoices):
    """The eleven contents of a commune's priorities."""

    DIAGNOSTIC = "01_diagnostic", "Diagnostic local partagé"
    CARTE = "02_carte", "Carte des quartiers et des poches"
    EQUIPEMENTS = "03_equipements", "Équipements du quartier vécu"
    SERVICES = "04_services", "Services et dispositifs principaux"
    PRIORITES = "05_priorites", "Priorités et enjeux de la commune"
    PROGRAMMATION = "06_programmation", "Programmation annuelle des actions"
    TFPB = "07_tfpb", "Programmation TFPB, validée par la commune"
    PARTICIPATION = "08_participation", "Participation des habitants"
    GOUVERNANCE = "09_gouvernance", "Gouvernance locale"
    INGENIERIE = "10_ingenierie", "Mobilisation de l’ingénierie"
    INDICATEURS = "11_indicateurs", "Indicateurs clés de suivi"


class PrioritesCommunales(ModeleAEtats):
    """A commune's document « Priorités communales » for one year, re-examined each year."""

    TRANSITIONS = TRANSITIONS_DOCUMENT

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="priorites", verbose_name="contrat")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="priorites", verbose_name="commune")
    annee = models.PositiveSmallIntegerField("année")
    etat = models.CharField("état", max_length=10, choices=EtatDocument, default=EtatDocument.REDIGE)
    acte = models.ForeignKey(
        ActeDecision, models.PROTECT, null=True, blank=True, related_name="priorites", verbose_name="délibération"
    )
    avenant = models.ForeignKey(
        Avenant, models.PROTECT, null=True, blank=True, related_name="priorites", verbose_name="avenant"
    )

    class Meta:
        verbose_name = "priorités communales"
        verbose_name_plural = "priorités communales"
        ordering = ["contrat", "-annee", "commune"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "commune", "annee"],
                name="contrats_priorites_unique",
                violation_error_message="Les priorités de cette commune existent déjà pour cette année.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune}, priorités {self.annee}"


class ContenuPriorites(models.Model):
    """The text of one of the eleven contents."""

    priorites = models.ForeignKey(
        PrioritesCommunales, models.CASCADE, related_name="contenus", verbose_name="priorités communales"
    )
    rubrique = models.CharField("rubrique", max_length=20, choices=Rubrique)
    texte = models.TextField("texte", blank=True)
    modifie_le = models.DateTimeField("modifié le")
    modifie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="modifié par"
    )

    class Meta:
        verbose_name = "contenu des priorités"
        verbose_name_plural = "contenus des priorités"
        ordering = ["priorites", "rubrique"]
        constraints = [
            models.UniqueConstraint(
                fields=["priorites", "rubrique"],
                name="contrats_contenu_une_fois",
                violation_error_message="Cette rubrique est déjà écrite : modifiez-la.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_rubrique_display()
