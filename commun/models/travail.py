"""The job row: the only truth about work done outside a request."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class EtatTravail(models.TextChoices):
    """The life of a job."""

    A_FAIRE = "a_faire", "en attente"
    EN_COURS = "en_cours", "en cours"
    FAIT = "fait", "terminé"
    ECHEC = "echec", "en échec"


class Travail(models.Model):
    """One piece of work to do, being done or done; claimed by a conditional UPDATE (docs/adr/0003)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nom = models.CharField("travail", max_length=80)
    cible_type = models.CharField("type d’objet", max_length=80, blank=True)
    cible_id = models.BigIntegerField("numéro de l’objet", null=True, blank=True)
    parametres = models.JSONField("paramètres", default=dict, blank=True)
    cle_idempotence = models.CharField("clé d’idempotence", max_length=200, null=True, blank=True, unique=True)
    demande_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="demandé par"
    )
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    a_partir_de = models.DateTimeField("à partir de")
    etat = models.CharField("état", max_length=10, choices=EtatTravail, default=EtatTravail.A_FAIRE)
    tentatives = models.PositiveSmallIntegerField("tentatives", default=0)
    tentatives_max = models.PositiveSmallIntegerField("tentatives au plus", default=3)
    jeton = models.UUIDField("jeton de la prise en charge", null=True, blank=True)
    ouvrier = models.CharField("ouvrier", max_length=120, blank=True)
    battement_le = models.DateTimeField("dernier battement", null=True, blank=True)
    termine_le = models.DateTimeField("terminé le", null=True, blank=True)
    etape = models.PositiveSmallIntegerField("étape", default=0)
    etapes = models.PositiveSmallIntegerField("nombre d’étapes", default=0)
    libelle_etape = models.CharField("étape en cours", max_length=200, blank=True)
    fait = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("total", default=0)
    resultat = models.JSONField("résultat", default=dict, blank=True)
    resultat_sha256 = models.CharField("empreinte du résultat", max_length=64, blank=True)
    erreur = models.TextField("erreur", blank=True)

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        ordering = ["-cree_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fait__lte=F("total")),
                name="commun_travail_fait_sous_total",
                violation_error_message="L’avancement d’un travail ne dépasse pas son total.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatTravail.FAIT, EtatTravail.ECHEC], termine_le__isnull=False)
                | Q(etat__in=[EtatTravail.A_FAIRE, EtatTravail.EN_COURS], termine_le__isnull=True),
                name="commun_travail_fini_date",
                violation_error_message="Un travail fini porte sa date de fin.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["etat", "a_partir_de"],
                name="commun_travail_a_balayer",
                condition=Q(etat__in=[EtatTravail.A_FAIRE, EtatTravail.EN_COURS]),
            ),
            models.Index(fields=["cible_type", "cible_id"], name="commun_travail_cible"),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.get_etat_display()})"

    @property
    def est_fini(self) -> bool:
        return self.etat in (EtatTravail.FAIT, EtatTravail.ECHEC)

    @property
    def pourcentage(self) -> int:
        """Progress, 0 to 100: the steps done and the share of the step under way."""
        if self.etat == EtatTravail.FAIT:
            return 100
        if not self.etapes:
            return 0
        part = self.fait / self.total if self.total else 0
        return int(100 * (max(self.etape - 1, 0) + part) / self.etapes)
