"""The yearly call for projects: its stages, criteria, papers, and who may deposit late."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from acteurs.models import FormeJuridique, Organisme, TypePiece
from commun.etats import ModeleAEtats
from commun.models import Fichier
from contrats.models import Contrat, Objectif

from ..etats import TRANSITIONS_CAMPAGNE, EtatCampagne


class Campagne(ModeleAEtats):
    """One year's programming of a contract: its rules and its dates, from launch to the COPIL."""

    TRANSITIONS = TRANSITIONS_CAMPAGNE

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="campagnes", verbose_name="contrat")
    annee = models.PositiveSmallIntegerField("année")
    nom = models.CharField("nom", max_length=160)
    etat = models.CharField("état", max_length=12, choices=EtatCampagne, default=EtatCampagne.OUVERTE)
    ouverte_le = models.DateField("ouverte le")
    limite_depot = models.DateField("date limite de dépôt")
    copil_prevu_le = models.DateField("COPIL prévu le", null=True, blank=True)
    taux_public_max = models.DecimalField(
        "part maximale de financement public (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    charges_indirectes_max = models.DecimalField(
        "charges indirectes signalées au-delà de (% des charges directes)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
    )
    benevolat_max = models.DecimalField(
        "bénévolat signalé au-delà de (% du coût complet)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    cadrage = models.TextField("note de cadrage", blank=True)
    note_de_cadrage = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="note de cadrage (document)"
    )
    priorites: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="campagnes", verbose_name="objectifs prioritaires de l’année"
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


class Etape(models.TextChoices):
    """The stages of a yearly call for projects, in their usual order."""

    BILAN = "bilan", "Bilan de l’année passée"
    CADRAGE = "cadrage", "Note de cadrage en COTECH"
    SEMINAIRE = "seminaire", "Séminaire partenarial"
    LANCEMENT = "lancement", "Lancement de l’appel à projets"
    RENCONTRE = "rencontre", "Rencontre des porteurs"
    REVUE = "revue", "Revues de projets"
    DEPOT = "depot", "Dépôt des demandes"
    RECEVABILITE = "recevabilite", "Complétude et recevabilité"
    INSTRUCTION = "instruction", "Co-instruction partenariale"
    ARBITRAGE = "arbitrage", "Arbitrages en COTECH"
    COPIL = "copil", "Validation par le COPIL"
    VOTES = "votes", "Votes des assemblées et conventions"
    JOURNEE = "journee", "Journée de la programmation"
    SUIVI = "suivi", "Suivi des actions"
    REMISE_DES_BILANS = "remise_des_bilans", "Remise des bilans"


class EtapeCampagne(models.Model):
    """One stage of a campaign, dated; the shared calendar shows it."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="etapes", verbose_name="campagne")
    etape = models.CharField("étape", max_length=20, choices=Etape)
    du = models.DateField("du")
    au = models.DateField("au", null=True, blank=True)
    note = models.CharField("note", max_length=300, blank=True)

    class Meta:
        verbose_name = "étape de campagne"
        verbose_name_plural = "étapes de campagne"
        ordering = ["campagne", "du", "etape"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "etape", "du"],
                name="programmation_etape_unique",
                violation_error_message="Cette étape est déjà au calendrier à cette date.",
            ),
            models.CheckConstraint(
                condition=Q(au__isnull=True) | Q(au__gte=F("du")),
                name="programmation_etape_dates_en_ordre",
                violation_error_message="Une étape finit après son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_etape_display()}, {self.du:%d/%m/%Y}"


class CritereCampagne(models.Model):
    """A criterion of the evaluation grid, with its weight."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="criteres", verbose_name="campagne")
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    libelle = models.CharField("critère", max_length=200)
    aide = models.CharField("ce qu’il faut regarder", max_length=400, blank=True)
    poids = models.PositiveSmallIntegerField("poids", default=1)
    note_max = models.PositiveSmallIntegerField("note maximale", default=5)

    class Meta:
        verbose_name = "critère de campagne"
        verbose_name_plural = "critères de campagne"
        ordering = ["campagne", "ordre", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "libelle"],
                name="programmation_critere_unique",
                violation_error_message="Ce critère est déjà dans la grille.",
            ),
            models.CheckConstraint(
                condition=Q(poids__gte=1, poids__lte=10, note_max__gte=1, note_max__lte=20),
                name="programmation_critere_bornes",
                violation_error_message="Le poids va de 1 à 10, la note maximale de 1 à 20.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class PieceRequise(models.Model):
    """A paper that a request must hold, by legal form of the porteur and by kind of request."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="pieces_requises", verbose_name="campagne")
    type = models.CharField("pièce", max_length=20, choices=TypePiece)
    formes = ArrayField(
        models.CharField(max_length=20, choices=FormeJuridique),
        verbose_name="formes juridiques",
        default=list,
        blank=True,
        help_text="Vide : toutes.",
    )
    reconduction_seule = models.BooleanField("pour une reconduction seulement", default=False)
    obligatoire = models.BooleanField("obligatoire", default=True)
    aide = models.CharField("précision", max_length=300, blank=True)

    class Meta:
        verbose_name = "pièce requise"
        verbose_name_plural = "pièces requises"
        ordering = ["campagne", "type"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "type"],
                name="programmation_piece_requise_unique",
                violation_error_message="Cette pièce est déjà dans la liste.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_type_display()


class OuvertureTardive(models.Model):
    """A porteur named, who may deposit after the limit until a day, for a reason."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="ouvertures", verbose_name="campagne")
    porteur = models.ForeignKey(Organisme, models.PROTECT, related_name="ouvertures_tardives", verbose_name="porteur")
    jusqu_au = models.DateField("jusqu’au")
    motif = models.CharField("motif", max_length=400)
    ouverte_le = models.DateTimeField("accordée le")
    ouverte_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="accordée par"
    )
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "ouverture tardive"
        verbose_name_plural = "ouvertures tardives"
        ordering = ["campagne", "porteur"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "porteur"],
                condition=Q(retiree_le__isnull=True),
                name="programmation_ouverture_une_par_porteur",
                violation_error_message="Ce porteur a déjà une ouverture tardive : retirez-la pour changer la date.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="programmation_ouverture_motivee",
                violation_error_message="Une ouverture tardive dit son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.porteur.nom_court}, jusqu’au {self.jusqu_au:%d/%m/%Y}"
