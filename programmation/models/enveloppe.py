"""A funder's envelope: spent by a conditional UPDATE and guarded by a CHECK."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from contrats.models import Contrat, NatureMoyens

from .campagne import Dispositif


class Section(models.TextChoices):
    FONCTIONNEMENT = "fonctionnement", "Fonctionnement"
    INVESTISSEMENT = "investissement", "Investissement"


class EtatEnveloppe(models.TextChoices):
    ATTENDUE = "attendue", "Attendue"
    NOTIFIEE = "notifiee", "Notifiée"


class Enveloppe(models.Model):
    """What one funder has for one year, one scheme, one nature and one section, in euros.

    `montant_programme` and `montant_vote` are counters kept by `DemandeFinancement`'s acts; a nightly check compares
    them with the sum of the rows.
    """

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
    fictif = models.BooleanField("donnée fictive", default=False)

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
        ]

    def __str__(self) -> str:
        return f"{self.financeur.nom_court} {self.annee} — {self.dispositif.code}, {self.get_nature_display().lower()}"

    @property
    def disponible(self) -> Decimal:
        """What may still be programmed, in euros."""
        return self.montant + self.depassement_autorise - self.montant_programme - self.montant_vote


class MouvementEnveloppe(models.Model):
    """A dated change of an envelope's amount: announced, notified, raised, frozen."""

    enveloppe = models.ForeignKey(Enveloppe, models.CASCADE, related_name="mouvements", verbose_name="enveloppe")
    le = models.DateField("date")
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    motif = models.CharField("motif", max_length=250)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        ordering = ["enveloppe", "le"]

    def __str__(self) -> str:
        return f"{self.le:%d/%m/%Y} : {self.montant}"
