"""The yearly review of commitments: who was called on, who answered, who remarked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.etats import ModeleAEtats

from ..etats import TRANSITIONS_REVUE, EtatRevue
from .contrat import Contrat
from .engagement import Engagement
from .instance import Reunion


class RevueEngagements(ModeleAEtats):
    """One year's review: a draft sent to the signatories with a date for remarks, then closed for the COPIL."""

    TRANSITIONS = TRANSITIONS_REVUE

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="revues", verbose_name="contrat")
    annee = models.PositiveSmallIntegerField("année")
    etat = models.CharField("état", max_length=12, choices=EtatRevue, default=EtatRevue.PREPARATION)
    reunion = models.ForeignKey(
        Reunion, models.PROTECT, null=True, blank=True, related_name="revues", verbose_name="pour le COPIL"
    )
    envoyee_le = models.DateTimeField("envoyée le", null=True, blank=True)
    remarques_avant_le = models.DateField("remarques avant le", null=True, blank=True)
    close_le = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "revue des engagements"
        verbose_name_plural = "revues des engagements"
        ordering = ["contrat", "-annee"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "annee"],
                name="contrats_revue_une_par_an",
                violation_error_message="La revue de cette année existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatRevue.PREPARATION) | Q(envoyee_le__isnull=False, remarques_avant_le__isnull=False),
                name="contrats_revue_envoyee_datee",
                violation_error_message="Une revue envoyée dit jusqu’à quand les remarques sont reçues.",
            ),
        ]

    def __str__(self) -> str:
        return f"Revue des engagements {self.annee}"


class RemarqueRevue(models.Model):
    """What a signatory says of the draft review, on one commitment or on the whole, and what the lead makes of it."""

    revue = models.ForeignKey(RevueEngagements, models.CASCADE, related_name="remarques", verbose_name="revue")
    engagement = models.ForeignKey(
        Engagement, models.CASCADE, null=True, blank=True, related_name="remarques", verbose_name="engagement"
    )
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="remarques", verbose_name="organisme")
    texte = models.TextField("remarque")
    faite_le = models.DateTimeField("faite le")
    faite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="faite par"
    )
    suite = models.TextField("suite donnée", blank=True)
    suite_le = models.DateTimeField("suite donnée le", null=True, blank=True)
    suite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="suite par"
    )

    class Meta:
        verbose_name = "remarque sur la revue"
        verbose_name_plural = "remarques sur la revue"
        ordering = ["revue", "faite_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(suite="", suite_le__isnull=True) | (~Q(suite="") & Q(suite_le__gte=F("faite_le"))),
                name="contrats_remarque_suite_datee",
                violation_error_message="La suite donnée à une remarque est écrite et datée, après elle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme} : {self.texte[:60]}"


class Sollicitation(models.Model):
    """A signatory called on for the state of one commitment in one year; overdue after six months without answer."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="sollicitations", verbose_name="engagement")
    annee = models.PositiveSmallIntegerField("année")
    faite_le = models.DateField("sollicité le")
    relancee_le = models.DateField("relancé le", null=True, blank=True)

    class Meta:
        verbose_name = "sollicitation"
        verbose_name_plural = "sollicitations"
        ordering = ["-annee", "engagement"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "annee"],
                name="contrats_sollicitation_une_par_an",
                violation_error_message="Cet engagement est déjà sollicité pour cette année.",
            ),
            models.CheckConstraint(
                condition=Q(relancee_le__isnull=True) | Q(relancee_le__gte=F("faite_le")),
                name="contrats_sollicitation_relance_apres",
                violation_error_message="Une relance suit la sollicitation.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.reference} {self.annee}"
