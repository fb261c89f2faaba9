"""The forecast budget of an action, in the lines of CERFA 12156 (regles 2.2)."""

from __future__ import annotations

from django.db import models

from acteurs.models import Organisme

from .dossier import Dossier


class SensLigne(models.TextChoices):
    CHARGE = "charge", "Charges"
    PRODUIT = "produit", "Produits"


class BudgetPrevisionnel(models.Model):
    """The budget of one action; it must balance, contributions in kind apart (S-01, S-02)."""

    dossier = models.OneToOneField(Dossier, models.CASCADE, related_name="budget", verbose_name="dossier")
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "budget prévisionnel"
        verbose_name_plural = "budgets prévisionnels"

    def __str__(self) -> str:
        return f"Budget de {self.dossier}"


class LigneBudget(models.Model):
    """One line, in whole euros (S-03)."""

    budget = models.ForeignKey(BudgetPrevisionnel, models.CASCADE, related_name="lignes", verbose_name="budget")
    sens = models.CharField("sens", max_length=10, choices=SensLigne)
    compte = models.CharField("compte", max_length=20)
    libelle = models.CharField("libellé", max_length=200)
    montant = models.PositiveIntegerField("montant (€)")
    ordre = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "ligne de budget"
        verbose_name_plural = "lignes de budget"
        ordering = ["budget", "sens", "ordre"]

    def __str__(self) -> str:
        return f"{self.compte} {self.libelle} : {self.montant}"


class BudgetOrganisme(models.Model):
    """The forecast budget of an organisation for one year, given once for all its requests (CERFA 12156, 5)."""

    organisme = models.ForeignKey(Organisme, models.CASCADE, related_name="budgets", verbose_name="organisme")
    annee = models.PositiveSmallIntegerField("exercice")

    class Meta:
        verbose_name = "budget d’organisme"
        verbose_name_plural = "budgets d’organismes"
        ordering = ["organisme", "-annee"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisme", "annee"],
                name="programmation_budget_organisme_un_par_an",
                violation_error_message="Le budget de cet exercice est déjà saisi : modifiez-le.",
            ),
        ]

    def __str__(self) -> str:
        return f"Budget {self.annee} de {self.organisme.nom_court}"


class LigneBudgetOrganisme(models.Model):
    """One line of an organisation's budget, in whole euros (S-03)."""

    budget = models.ForeignKey(BudgetOrganisme, models.CASCADE, related_name="lignes", verbose_name="budget")
    sens = models.CharField("sens", max_length=10, choices=SensLigne)
    compte = models.CharField("compte", max_length=20)
    libelle = models.CharField("libellé", max_length=200)
    montant = models.PositiveIntegerField("montant (€)")
    ordre = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "ligne de budget d’organisme"
        verbose_name_plural = "lignes de budget d’organisme"
        ordering = ["budget", "sens", "ordre"]

    def __str__(self) -> str:
        return f"{self.compte} {self.libelle} : {self.montant}"
