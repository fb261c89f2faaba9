"""Spreadsheets that come from elsewhere: Dauphin's exports, an agglomeration's own programming table (S-16)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from commun.etats import ModeleAEtats
from commun.models import Fichier
from contrats.models import Contrat

from ..etats import TRANSITIONS_IMPORT, EtatImport
from .campagne import Campagne


class SourceImport(models.TextChoices):
    """Where an imported spreadsheet comes from."""

    DAUPHIN = "dauphin", "Export de Dauphin"
    TABLEUR = "tableur", "Tableau de programmation"


class CorrespondanceColonnes(models.Model):
    """Which column of a spreadsheet is what, and what its words mean: asked once, kept for the next file.

    `colonnes` gives a field for each heading; `valeurs`, for each field, what its words designate; `defauts`, what the
    lines say when no column does (funder, scheme, nature).
    """

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="correspondances", verbose_name="contrat")
    nom = models.CharField("nom", max_length=80)
    source = models.CharField("source", max_length=10, choices=SourceImport)
    colonnes = models.JSONField("colonnes", default=dict, blank=True)
    valeurs = models.JSONField("valeurs", default=dict, blank=True)
    defauts = models.JSONField("valeurs par défaut", default=dict, blank=True)
    modifiee_le = models.DateTimeField("modifiée le", auto_now=True)

    class Meta:
        verbose_name = "correspondance de colonnes"
        verbose_name_plural = "correspondances de colonnes"
        ordering = ["contrat", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "nom"],
                name="programmation_correspondance_nom_unique",
                violation_error_message="Une correspondance du contrat porte déjà ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class ImportDossiers(ModeleAEtats):
    """One spreadsheet given, what was read of it, what was written."""

    TRANSITIONS = TRANSITIONS_IMPORT

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="imports", verbose_name="campagne")
    fichier = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="fichier")
    source = models.CharField("source", max_length=10, choices=SourceImport)
    correspondance = models.ForeignKey(
        CorrespondanceColonnes,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name="correspondance",
    )
    etat = models.CharField("état", max_length=10, choices=EtatImport, default=EtatImport.RECU)
    apercu = models.JSONField("aperçu", default=dict, blank=True)
    resultat = models.JSONField("résultat", default=dict, blank=True)
    depose_le = models.DateTimeField("déposé le")
    depose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déposé par"
    )

    class Meta:
        verbose_name = "import de dossiers"
        verbose_name_plural = "imports de dossiers"
        ordering = ["-depose_le"]

    def __str__(self) -> str:
        return f"{self.fichier.nom}, {self.campagne}"

    @property
    def contrat_id(self) -> int:
        return self.campagne.contrat_id
