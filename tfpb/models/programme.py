"""A landlord's yearly programme in one commune, and its actions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from contrats.models import Contrat, Engagement, Objectif
from geographie.models import Commune, VersionPerimetre

from ..etats import AxeTfpb, FamilleTfpb


class ProgrammeTfpb(models.Model):
    """What one landlord will do in one commune one year, with the visas of commune, EPCI and State."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="programmes_tfpb", verbose_name="contrat")
    bailleur = models.ForeignKey(Organisme, models.PROTECT, related_name="programmes_tfpb", verbose_name="bailleur")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="programmes_tfpb", verbose_name="commune")
    annee = models.PositiveSmallIntegerField("année")
    visa_commune_le = models.DateField("visa de la commune", null=True, blank=True)
    visa_epci_le = models.DateField("visa de l’EPCI", null=True, blank=True)
    visa_etat_le = models.DateField("visa de l’État", null=True, blank=True)
    bilan_recu_le = models.DateField("bilan reçu le", null=True, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "programme TFPB"
        verbose_name_plural = "programmes TFPB"
        ordering = ["contrat", "-annee", "bailleur", "commune"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "bailleur", "commune", "annee"],
                name="tfpb_programme_unique",
                violation_error_message="Ce programme existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bailleur.nom_court}, {self.commune} ({self.annee})"


class ActionTfpb(models.Model):
    """One action: one axis, its expense, the landlord's share, what is valued against the abatement. Euros."""

    programme = models.ForeignKey(ProgrammeTfpb, models.CASCADE, related_name="actions", verbose_name="programme")
    axe = models.PositiveSmallIntegerField("axe", choices=AxeTfpb)
    famille = models.CharField("famille", max_length=25, choices=FamilleTfpb)
    intitule = models.CharField("intitulé", max_length=250)
    versions: models.ManyToManyField[VersionPerimetre, Any] = models.ManyToManyField(
        VersionPerimetre, related_name="actions_tfpb", blank=True, verbose_name="périmètres"
    )
    objectifs: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="actions_tfpb", verbose_name="objectifs"
    )
    engagements: models.ManyToManyField[Engagement, Any] = models.ManyToManyField(
        Engagement, blank=True, related_name="actions_tfpb", verbose_name="engagements servis"
    )
    depense_prevue = models.DecimalField("dépense prévue (€)", max_digits=12, decimal_places=2)
    part_bailleur = models.DecimalField("part du bailleur (€)", max_digits=12, decimal_places=2)
    autre_financement = models.DecimalField("autre financement (€)", max_digits=12, decimal_places=2, default=0)
    valorise = models.DecimalField("valorisé TFPB (€)", max_digits=12, decimal_places=2)
    depense_realisee = models.DecimalField(
        "dépense réalisée (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    valorise_realise = models.DecimalField(
        "valorisé TFPB réalisé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "action TFPB"
        verbose_name_plural = "actions TFPB"
        ordering = ["programme", "axe"]
        constraints = [
            models.CheckConstraint(
                condition=Q(axe__gte=1, axe__lte=8),
                name="tfpb_action_axe",
                violation_error_message="Une action TFPB relève d’un des huit axes (T-03).",
            ),
            models.CheckConstraint(
                condition=Q(depense_prevue__gte=0, part_bailleur__gte=0, autre_financement__gte=0, valorise__gte=0),
                name="tfpb_action_montants_positifs",
                violation_error_message="Un montant n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(
                    depense_prevue__lte=F("part_bailleur") + F("autre_financement") + 1,
                    depense_prevue__gte=F("part_bailleur") + F("autre_financement") - 1,
                ),
                name="tfpb_action_financement_egal_depense",
                violation_error_message="La dépense est la somme de la part du bailleur et des autres financements (T-04).",
            ),
            models.CheckConstraint(
                condition=Q(valorise__lte=F("part_bailleur")),
                name="tfpb_action_valorise_sous_part_bailleur",
                violation_error_message="Le montant valorisé ne dépasse pas la part du bailleur (T-04).",
            ),
        ]

    def __str__(self) -> str:
        return self.intitule
