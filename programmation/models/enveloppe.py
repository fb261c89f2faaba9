"""A funder's envelope: spent by a conditional UPDATE and guarded by a CHECK."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from commun.models import Fichier
from contrats.models import Contrat, NatureMoyens, Section
from contrats.permissions import roles

from ..etats import TRANSITIONS_ENVELOPPE, EtatEnveloppe
from .dispositif import Dispositif


class EnveloppeQuerySet(models.QuerySet["Enveloppe"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """All those of `contrat` for the team of the whole contract, its own for a funder."""
        tenus = roles(auteur, contrat)
        lues = self.filter(contrat=contrat)
        return lues if tenus.pilote_tout else lues.filter(financeur__in=tenus.organismes_instructeurs)


class Enveloppe(ModeleAEtats):
    """What one funder has for one year, one scheme, one nature and one section, in euros.

    `montant_programme` and `montant_vote` are counters kept by `DemandeFinancement`'s acts; a nightly check compares
    them with the sum of the rows.
    """

    TRANSITIONS = TRANSITIONS_ENVELOPPE

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="enveloppes", verbose_name="contrat")
    financeur = models.ForeignKey(Organisme, models.PROTECT, related_name="enveloppes", verbose_name="financeur")
    annee = models.PositiveSmallIntegerField("année")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="enveloppes", verbose_name="dispositif")
    nature = models.CharField("nature", max_length=15, choices=NatureMoyens)
    section = models.CharField("section", max_length=15, choices=Section, default=Section.FONCTIONNEMENT)
    etat = models.CharField("état", max_length=10, choices=EtatEnveloppe, default=EtatEnveloppe.ATTENDUE)
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    depassement_autorise = models.DecimalField("dépassement autorisé (€)", max_digits=12, decimal_places=2, default=0)
    motif_depassement = models.TextField("motif du dépassement", blank=True)
    montant_programme = models.DecimalField("programmé (€)", max_digits=12, decimal_places=2, default=0)
    montant_vote = models.DecimalField("voté (€)", max_digits=12, decimal_places=2, default=0)
    notifiee_le = models.DateField("notifiée le", null=True, blank=True)
    reference = models.CharField("référence de la lettre", max_length=120, blank=True)
    lettre = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre de notification"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = EnveloppeQuerySet.as_manager()

    class Meta:
        verbose_name = "enveloppe"
        verbose_name_plural = "enveloppes"
        ordering = ["contrat", "-annee", "financeur"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "financeur", "annee", "dispositif", "nature", "section"],
                name="programmation_enveloppe_unique",
                violation_error_message="Cette enveloppe existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(montant_programme__lte=F("montant") + F("depassement_autorise") - F("montant_vote")),
                name="programmation_enveloppe_non_depassee",
                violation_error_message="L’enveloppe ne suffit pas : réduisez le montant ou autorisez un dépassement.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0, montant_programme__gte=0, montant_vote__gte=0),
                name="programmation_enveloppe_montants_positifs",
                violation_error_message="Un montant d’enveloppe n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(depassement_autorise=0) | ~Q(motif_depassement=""),
                name="programmation_enveloppe_depassement_motive",
                violation_error_message="Un dépassement autorisé demande un motif.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatEnveloppe.NOTIFIEE)
                | Q(notifiee_le__isnull=True, reference="", lettre__isnull=True),
                name="programmation_enveloppe_attendue_sans_lettre",
                violation_error_message="Une enveloppe attendue n’a pas encore de lettre de notification.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.financeur.nom_court} {self.annee} — {self.dispositif.code}, {self.get_nature_display().lower()}"

    @property
    def disponible(self) -> Decimal:
        """What may still be programmed, in euros."""
        return self.montant + self.depassement_autorise - self.montant_programme - self.montant_vote


class GenreMouvement(models.TextChoices):
    """Why an envelope's amount changed."""

    ATTENDU = "attendu", "Montant attendu"
    NOTIFICATION = "notification", "Notification"
    ABONDEMENT = "abondement", "Abondement"
    REDUCTION = "reduction", "Réduction"
    REDEPLOIEMENT = "redeploiement", "Redéploiement"


class MouvementEnveloppe(models.Model):
    """A dated change of an envelope's amount: announced, notified, raised, lowered, moved to another of its funder's."""

    enveloppe = models.ForeignKey(Enveloppe, models.CASCADE, related_name="mouvements", verbose_name="enveloppe")
    genre = models.CharField("genre", max_length=15, choices=GenreMouvement)
    le = models.DateField("date")
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    motif = models.CharField("motif", max_length=250)
    contrepartie = models.ForeignKey(
        Enveloppe,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="contreparties",
        verbose_name="de ou vers l’enveloppe",
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        ordering = ["enveloppe", "le", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(genre=GenreMouvement.ABONDEMENT, montant__gt=0)
                | Q(genre=GenreMouvement.REDUCTION, montant__lt=0)
                | Q(genre=GenreMouvement.ATTENDU, montant__gte=0)
                | Q(genre__in=[GenreMouvement.NOTIFICATION, GenreMouvement.REDEPLOIEMENT]),
                name="programmation_mouvement_signe",
                violation_error_message="Un abondement augmente l’enveloppe, une réduction la diminue.",
            ),
            models.CheckConstraint(
                condition=Q(genre=GenreMouvement.REDEPLOIEMENT, contrepartie__isnull=False)
                & ~Q(contrepartie=F("enveloppe"))
                | ~Q(genre=GenreMouvement.REDEPLOIEMENT) & Q(contrepartie__isnull=True),
                name="programmation_mouvement_contrepartie",
                violation_error_message="Un redéploiement, et lui seul, va d’une enveloppe à une autre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.le:%d/%m/%Y} : {self.montant}"
