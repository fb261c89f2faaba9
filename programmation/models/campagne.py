"""The yearly call for projects and the funding schemes it uses."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contrats.models import Contrat


class FamilleDispositif(models.TextChoices):
    """Kinds of schemes; what differs between two of one kind is data, not code."""

    AAP = "aap", "Appel à projets annuel"
    CPO = "cpo", "Convention pluriannuelle d’objectifs"
    SIP = "sip", "Soutien aux initiatives de proximité"
    FPC = "fpc", "Fabrique des projets concertés"
    AMI = "ami", "Appel à manifestation d’intérêt"
    RESERVE = "reserve", "Réserve au fil de l’eau"
    FONDS_DE_CONCOURS = "fonds_de_concours", "Fonds de concours"
    VACANCES = "vacances", "Quartiers d’été, ville vie vacances"
    FIPD = "fipd", "Prévention de la délinquance (FIPD)"
    AUTRE = "autre", "Autre"


class Dispositif(models.Model):
    """A scheme through which funders pay. National when `contrat` is empty."""

    contrat = models.ForeignKey(
        Contrat, models.CASCADE, null=True, blank=True, related_name="dispositifs", verbose_name="contrat"
    )
    code = models.CharField("code", max_length=30)
    nom = models.CharField("nom", max_length=200)
    famille = models.CharField("famille", max_length=20, choices=FamilleDispositif)
    plafond = models.DecimalField("plafond par dossier (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    description = models.TextField("description", blank=True)
    valide_du = models.DateField("valide du", null=True, blank=True)
    valide_au = models.DateField("valide au", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "dispositif"
        verbose_name_plural = "dispositifs"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "code"],
                nulls_distinct=False,
                name="programmation_dispositif_code_unique",
                violation_error_message="Un dispositif porte déjà ce code.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class Campagne(models.Model):
    """One year's programming of a contract: its dates, from launch to the COPIL."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="campagnes", verbose_name="contrat")
    annee = models.PositiveSmallIntegerField("année")
    nom = models.CharField("nom", max_length=160)
    ouverte_le = models.DateField("ouverte le")
    limite_depot = models.DateField("date limite de dépôt")
    copil_prevu_le = models.DateField("COPIL prévu le", null=True, blank=True)
    taux_public_max = models.DecimalField(
        "part maximale de financement public (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "campagne"
        verbose_name_plural = "campagnes"
        ordering = ["contrat", "-annee"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "annee"],
                name="programmation_campagne_une_par_an",
                violation_error_message="Une campagne existe déjà pour cette année.",
            ),
            models.CheckConstraint(
                condition=Q(limite_depot__gte=F("ouverte_le"))
                & (Q(copil_prevu_le__isnull=True) | Q(copil_prevu_le__gte=F("limite_depot"))),
                name="programmation_campagne_dates_en_ordre",
                violation_error_message="Une campagne s’ouvre, se ferme, puis passe en COPIL, dans cet ordre.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
