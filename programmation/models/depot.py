"""What a porteur adds to a file when it deposits it: versions kept, attestations, papers, public, indicators."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme, TypePiece
from commun.models import Fichier
from contrats.models import Contrat, Orientation

from .dossier import Dossier


class GenreVersion(models.TextChoices):
    """Why a version of a file was kept."""

    DEPOT = "depot", "Dépôt"
    IMPORT = "import", "Import"
    COMPLEMENT = "complement", "Réponse à une demande de complément"
    CORRECTION = "correction", "Correction par l’équipe"


class VersionDossier(models.Model):
    """A file as it was deposited or corrected: frozen, so that the original stays readable."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="versions", verbose_name="dossier")
    numero = models.PositiveSmallIntegerField("version")
    genre = models.CharField("genre", max_length=12, choices=GenreVersion)
    instantane = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="contenu")
    motif = models.TextField("motif", blank=True)
    ecrite_le = models.DateTimeField("écrite le")
    ecrite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="écrite par"
    )
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="au titre de"
    )

    class Meta:
        verbose_name = "version de dossier"
        verbose_name_plural = "versions de dossiers"
        ordering = ["dossier", "numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "numero"],
                name="programmation_version_numero_unique",
                violation_error_message="Cette version du dossier existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier.numero}, version {self.numero}"


class PageEcrite(models.Model):
    """The last time that one person wrote a page of a request, so that two people do not erase each other's answers."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="pages_ecrites", verbose_name="dossier")
    page = models.CharField("page", max_length=20)  # code of a section of `regles.champs`
    personne = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    revision = models.PositiveIntegerField("révision")
    ecrite_le = models.DateTimeField("écrite le")
    empreintes = models.JSONField("empreintes", default=dict, blank=True)  # marks of what the person wrote, by field

    class Meta:
        verbose_name = "page écrite"
        verbose_name_plural = "pages écrites"
        ordering = ["dossier", "page", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "page", "personne"],
                name="programmation_page_ecrite_unique",
                violation_error_message="Cette personne a déjà écrit cette page : sa ligne existe.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier.numero}, page {self.page}, révision {self.revision}"


class GenreAttestation(models.TextChoices):
    """What the legal representative certifies (regles 2.1, 7)."""

    REPRESENTANT = "representant", "Être habilité à engager l’organisme"
    OBLIGATIONS = "obligations", "Être à jour des obligations sociales et fiscales"
    SINCERITE = "sincerite", "Exactitude des informations, budgets compris"
    CER = "cer", "Contrat d’engagement républicain souscrit"
    MINIMIS = "minimis", "Aides publiques reçues sur trois exercices"


class Attestation(models.Model):
    """One attestation accepted for a file, with the version of its text and who accepted it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="attestations", verbose_name="dossier")
    genre = models.CharField("attestation", max_length=15, choices=GenreAttestation)
    version = models.CharField("version du texte", max_length=20)
    montant = models.DecimalField("montant déclaré (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    acceptee_le = models.DateTimeField("acceptée le")
    acceptee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="acceptée par"
    )

    class Meta:
        verbose_name = "attestation"
        verbose_name_plural = "attestations"
        ordering = ["dossier", "genre"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "genre"],
                name="programmation_attestation_unique",
                violation_error_message="Cette attestation est déjà acceptée.",
            ),
            models.CheckConstraint(
                condition=Q(montant__isnull=True) | Q(montant__gte=0),
                name="programmation_attestation_montant_positif",
                violation_error_message="Un montant déclaré n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_genre_display()}, {self.dossier.numero}"


class PieceDossier(models.Model):
    """A paper of one file."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="pieces", verbose_name="dossier")
    type = models.CharField("pièce", max_length=20, choices=TypePiece)
    fichier = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="fichier")
    deposee_le = models.DateTimeField("déposée le")
    deposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déposée par"
    )
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "pièce de dossier"
        verbose_name_plural = "pièces de dossiers"
        ordering = ["dossier", "type", "deposee_le"]

    def __str__(self) -> str:
        return f"{self.get_type_display()}, {self.dossier.numero}"


class TrancheAge(models.TextChoices):
    """Age brackets of the expected public (regles 2.9)."""

    A0_2 = "0-2", "0 à 2 ans"
    A3_5 = "3-5", "3 à 5 ans"
    A6_11 = "6-11", "6 à 11 ans"
    A12_15 = "12-15", "12 à 15 ans"
    A16_17 = "16-17", "16 et 17 ans"
    A18_25 = "18-25", "18 à 25 ans"
    A26_59 = "26-59", "26 à 59 ans"
    A60 = "60+", "60 ans et plus"


class PublicParAge(models.Model):
    """How many people of one age bracket a file expects (S-17)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="ages", verbose_name="dossier")
    tranche = models.CharField("tranche d’âge", max_length=6, choices=TrancheAge)
    nombre = models.PositiveIntegerField("personnes")

    class Meta:
        verbose_name = "public par âge"
        verbose_name_plural = "publics par âge"
        ordering = ["dossier", "tranche"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "tranche"],
                name="programmation_age_unique",
                violation_error_message="Cette tranche d’âge est déjà saisie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tranche_display()} : {self.nombre}"


class IndicateurAction(models.Model):
    """An indicator of the library that porteurs choose from; common to all contracts when `contrat` is empty."""

    contrat = models.ForeignKey(
        Contrat,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="indicateurs_d_action",
        verbose_name="contrat",
    )
    orientation = models.ForeignKey(
        Orientation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="indicateurs_d_action",
        verbose_name="orientation",
    )
    libelle = models.CharField("libellé", max_length=200)
    unite = models.CharField("unité", max_length=40)
    definition = models.CharField("ce qui est compté", max_length=300, blank=True)
    actif = models.BooleanField("proposé aux porteurs", default=True)

    class Meta:
        verbose_name = "indicateur d’action"
        verbose_name_plural = "indicateurs d’action"
        ordering = ["libelle"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "libelle"],
                nulls_distinct=False,
                name="programmation_indicateur_unique",
                violation_error_message="Cet indicateur est déjà dans la bibliothèque.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class IndicateurPrevu(models.Model):
    """An indicator that a file will be judged on: from the library, or in the porteur's own words; its target."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="indicateurs", verbose_name="dossier")
    indicateur = models.ForeignKey(
        IndicateurAction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prevus",
        verbose_name="indicateur de la bibliothèque",
    )
    libelle = models.CharField("libellé", max_length=200, blank=True)
    unite = models.CharField("unité", max_length=40, blank=True)
    cible = models.DecimalField("cible", max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "indicateur prévu"
        verbose_name_plural = "indicateurs prévus"
        ordering = ["dossier", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(indicateur__isnull=False) | ~Q(libelle=""),
                name="programmation_prevu_nomme",
                violation_error_message="Choisissez un indicateur de la bibliothèque ou nommez le vôtre.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "indicateur"],
                name="programmation_prevu_unique",
                violation_error_message="Cet indicateur est déjà choisi.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle or str(self.indicateur)
