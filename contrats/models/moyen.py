"""What each partner says of its means: the table that the funders ask to be known and shared (regles 2.12)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Canal

from ..etats import StatutMoyen
from .contrat import Contrat
from .engagement import Section
from .structure import NatureOrientation, Orientation


class NatureAnnoncee(models.TextChoices):
    """Where the means of the table come from; the first two are those of `NatureMoyens`."""

    DROIT_COMMUN = "droit_commun", "Droit commun"
    SPECIFIQUE = "specifique", "Crédits spécifiques"
    NPNRU = "npnru", "NPNRU"
    EUROPE = "europe", "Europe"


class MoyenAnnonce(models.Model):
    """What one partner says that it puts into the contract in a year: one box of the table of means. Euros.

    Without an orientation, the amount is given for all of them together and adds to those given one by one. Means in
    kind (staff, premises, equipment) are told in words, with an amount only where the partner values them.
    """

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="moyens_annonces", verbose_name="contrat")
    annee = models.PositiveSmallIntegerField("année")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="moyens_annonces", verbose_name="organisme")
    orientation = models.ForeignKey(
        Orientation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="moyens_annonces",
        limit_choices_to={"nature": NatureOrientation.THEMATIQUE},
        verbose_name="orientation",
    )
    section = models.CharField("section", max_length=15, choices=Section)
    nature = models.CharField("nature des moyens", max_length=15, choices=NatureAnnoncee)
    statut = models.CharField("statut", max_length=15, choices=StatutMoyen)
    montant = models.DecimalField("montant (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    precision = models.TextField("moyens en nature, précisions", blank=True)
    source = models.CharField("document source", max_length=200, blank=True)
    canal = models.CharField("canal", max_length=10, choices=Canal, default=Canal.ECRAN)
    saisi_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="saisi par"
    )
    saisi_par_organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="saisi pour son compte par"
    )
    saisi_le = models.DateTimeField("saisi le")
    revision = models.PositiveIntegerField("révision", default=1, editable=False)
    modifie_le = models.DateTimeField("modifié le", auto_now=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "moyen annoncé"
        verbose_name_plural = "moyens annoncés"
        ordering = ["contrat", "annee", "organisme", "nature", "section", "orientation"]
        indexes = [models.Index(fields=["contrat", "modifie_le", "id"], name="contrats_moyen_flux")]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "annee", "organisme", "nature", "section", "orientation"],
                nulls_distinct=False,
                name="contrats_moyen_unique",
                violation_error_message="Ces moyens sont déjà annoncés : modifiez la ligne qui existe.",
            ),
            models.CheckConstraint(
                condition=Q(montant__isnull=True) | Q(montant__gte=0),
                name="contrats_moyen_montant_positif",
                violation_error_message="Un montant n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=(Q(statut=StatutMoyen.COMMUNIQUE) & (Q(montant__isnull=False) | ~Q(precision="")))
                | (~Q(statut=StatutMoyen.COMMUNIQUE) & Q(montant__isnull=True)),
                name="contrats_moyen_communique_dit_quelque_chose",
                violation_error_message="Des moyens communiqués portent un montant ou disent lesquels ; les autres "
                "n’ont pas de montant.",
            ),
            models.CheckConstraint(
                condition=Q(saisi_par_organisme__isnull=True) | ~Q(source=""),
                name="contrats_moyen_pour_le_compte_avec_source",
                violation_error_message="Ce qui est saisi pour le compte d’un organisme nomme le document lu.",
            ),
        ]

    def __str__(self) -> str:
        dit = f"{self.montant} €" if self.montant is not None else self.get_statut_display().lower()
        return f"{self.organisme.nom_court} {self.annee}, {self.get_nature_display().lower()} : {dit}"
