"""An opinion on a file."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from acteurs.models import Organisme
from contrats.models import Comite

from ..etats import QualiteAvis, SensAvis
from .dossier import Dossier


class Avis(models.Model):
    """What one organisation thinks of a file; it decides nothing."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="avis", verbose_name="dossier")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="avis", verbose_name="organisme")
    qualite = models.CharField("en qualité de", max_length=10, choices=QualiteAvis, default=QualiteAvis.ORGANISME)
    comite = models.ForeignKey(
        Comite, models.PROTECT, null=True, blank=True, related_name="avis", verbose_name="groupe qui rend l’avis"
    )
    sens = models.CharField("sens", max_length=12, choices=SensAvis)
    texte = models.TextField("avis", blank=True)
    rendu_le = models.DateTimeField("rendu le")
    rendu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="rendu par"
    )
    saisi_par_organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="saisi pour son compte par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["dossier", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "organisme", "qualite", "comite"],
                nulls_distinct=False,
                name="programmation_avis_un_par_organisme",
                violation_error_message="Cet organisme a déjà rendu un avis sur ce dossier : modifiez-le.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} : {self.get_sens_display().lower()}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class SollicitationAvis(models.Model):
    """An opinion asked from a commune, a délégué, a group or a conseil citoyen, for a day; it opens the file to them."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="sollicitations", verbose_name="dossier")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="sollicitations", verbose_name="organisme")
    qualite = models.CharField("en qualité de", max_length=10, choices=QualiteAvis, default=QualiteAvis.ORGANISME)
    comite = models.ForeignKey(
        Comite, models.PROTECT, null=True, blank=True, related_name="sollicitations", verbose_name="groupe"
    )
    question = models.CharField("ce qui est demandé", max_length=400, blank=True)
    echeance = models.DateField("réponse attendue le")
    demandee_le = models.DateTimeField("demandée le")
    demandee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="demandée par"
    )
    relancee_le = models.DateTimeField("relancée le", null=True, blank=True)
    avis = models.OneToOneField(
        Avis, models.SET_NULL, null=True, blank=True, related_name="sollicitation", verbose_name="avis rendu"
    )

    class Meta:
        verbose_name = "demande d’avis"
        verbose_name_plural = "demandes d’avis"
        ordering = ["dossier", "echeance"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "organisme", "qualite", "comite"],
                nulls_distinct=False,
                name="programmation_sollicitation_unique",
                violation_error_message="Cet avis est déjà demandé sur ce dossier.",
            ),
        ]
        indexes = [models.Index(fields=["organisme", "dossier"], name="programmation_sollic_organisme")]

    def __str__(self) -> str:
        return f"Avis demandé {self.organisme.a_nom} sur {self.dossier.numero}"
