"""Holidays: what a scheme asks besides its form, its own calendar in the year, when and for whom an action takes place."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contrats.models import Contrat

from .dispositif import Dispositif, Vacances
from .dossier import Dossier


class CalendrierDispositif(models.Model):
    """When one scheme takes requests in a year of a contract: it then follows these days, not the yearly call's."""

    contrat = models.ForeignKey(
        Contrat, models.CASCADE, related_name="calendriers_de_dispositif", verbose_name="contrat"
    )
    dispositif = models.ForeignKey(Dispositif, models.CASCADE, related_name="calendriers", verbose_name="dispositif")
    annee = models.PositiveSmallIntegerField("année")
    ouvre = models.DateField("ouvre le")
    ferme = models.DateField("dernier jour de dépôt")
    fil_rouge = models.CharField("fil rouge de l’année", max_length=200, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "calendrier d’un dispositif"
        verbose_name_plural = "calendriers des dispositifs"
        ordering = ["contrat", "-annee", "ouvre"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "dispositif", "annee"],
                name="programmation_calendrier_unique",
                violation_error_message="Ce dispositif a déjà ses dates pour cette année.",
            ),
            models.CheckConstraint(
                condition=Q(ferme__gte=F("ouvre")),
                name="programmation_calendrier_en_ordre",
                violation_error_message="Un dispositif ouvre avant de fermer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispositif.nom} {self.annee} : du {self.ouvre:%d/%m/%Y} au {self.ferme:%d/%m/%Y}"


class FicheVacances(models.Model):
    """What an action during the holidays says besides its request, as far as its scheme asks it."""

    dossier = models.OneToOneField(
        Dossier, models.CASCADE, related_name="fiche_vacances", verbose_name="dossier", primary_key=True
    )
    sorties = models.PositiveIntegerField("sorties à la journée", null=True, blank=True)
    sejours = models.PositiveIntegerField("séjours", null=True, blank=True)
    departs = models.PositiveIntegerField("jeunes qui partent en séjour", null=True, blank=True)
    fil_rouge = models.TextField("lien avec le fil rouge de l’année", blank=True)
    evenement = models.CharField("temps festif", max_length=200, blank=True)
    evenement_le = models.DateField("date du temps festif", null=True, blank=True)
    evenement_lieu = models.CharField("lieu du temps festif", max_length=200, blank=True)
    participation = models.TextField("démarche collective et participative", blank=True)
    ecoresponsable = models.TextField("engagements écoresponsables", blank=True)

    class Meta:
        verbose_name = "fiche vacances"
        verbose_name_plural = "fiches vacances"

    def __str__(self) -> str:
        return f"Vacances {self.dossier.numero}"


class PeriodeVacances(models.Model):
    """One holiday during which an action takes place: its days, its places by age and sex."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="periodes", verbose_name="dossier")
    periode = models.CharField("vacances", max_length=12, choices=Vacances)
    jours = models.PositiveSmallIntegerField("jours d’activité")
    filles_enfants = models.PositiveSmallIntegerField("places : filles de moins de 12 ans", default=0)
    garcons_enfants = models.PositiveSmallIntegerField("places : garçons de moins de 12 ans", default=0)
    filles_ados = models.PositiveSmallIntegerField("places : filles de 12 à 17 ans", default=0)
    garcons_ados = models.PositiveSmallIntegerField("places : garçons de 12 à 17 ans", default=0)

    class Meta:
        verbose_name = "période de vacances"
        verbose_name_plural = "périodes de vacances"
        ordering = ["dossier", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "periode"],
                name="programmation_periode_unique",
                violation_error_message="Cette période est déjà saisie.",
            ),
            models.CheckConstraint(
                condition=Q(jours__gte=1, jours__lte=62),
                name="programmation_periode_jours",
                violation_error_message="Une période compte de 1 à 62 jours d’activité.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_periode_display()} : {self.jours} jours"
