"""A report: its frozen data, its files, its versions."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from commun.models import Fichier, Travail
from contrats.etats import Role
from contrats.models import Contrat, Reunion
from contrats.permissions import roles

from ..etats import TRANSITIONS_RAPPORT, EtatRapport, TypeRapport

# A report tells proposals and programmings, action by action: a porteur learns them funder by funder, when notified.
LECTEURS = tuple(role for role in Role if role != Role.PORTEUR)


class RapportQuerySet(models.QuerySet["Rapport"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Published reports for everybody in the contract but its porteurs, who read the catalogues; those in the
        making for its team only."""
        du_contrat = self.filter(contrat=contrat)
        tenus = roles(auteur, contrat)
        if tenus.pilote:
            return du_contrat
        publies = du_contrat.filter(etat=EtatRapport.PUBLIE)
        if tenus.tient(*LECTEURS):
            return publies
        return publies.filter(type=TypeRapport.CATALOGUE) if tenus else du_contrat.none()

    def publies(self) -> Self:
        return self.filter(etat=EtatRapport.PUBLIE)

    def du_type(self, type_: TypeRapport) -> Self:
        return self.filter(type=type_)


class Rapport(ModeleAEtats):
    """One version of a report. Its snapshot is canonical JSON bytes; later changes of the data do not alter it."""

    TRANSITIONS = TRANSITIONS_RAPPORT

    contrat = models.ForeignKey(Contrat, models.PROTECT, related_name="rapports", verbose_name="contrat")
    type = models.CharField("type", max_length=15, choices=TypeRapport, default=TypeRapport.SYNTHESE)
    annee = models.PositiveSmallIntegerField("année")
    version = models.PositiveSmallIntegerField("version")
    etat = models.CharField("état", max_length=15, choices=EtatRapport, default=EtatRapport.EN_PREPARATION)
    reunion = models.ForeignKey(
        Reunion, models.PROTECT, null=True, blank=True, related_name="rapports", verbose_name="pour le COPIL"
    )
    travail = models.ForeignKey(
        Travail, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="travail"
    )
    demande_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="demandé par"
    )
    demande_le = models.DateTimeField("demandé le")
    extrait_le = models.DateTimeField("données extraites le", null=True, blank=True)
    schema = models.PositiveSmallIntegerField("schéma de l’instantané", default=1)
    instantane = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="instantané des données"
    )
    pdf = models.ForeignKey(Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="PDF")
    html = models.ForeignKey(Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="page")
    tableur = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="tableur"
    )
    pages = models.PositiveSmallIntegerField("pages", null=True, blank=True)
    publie_le = models.DateTimeField("publié le", null=True, blank=True)

    objects = RapportQuerySet.as_manager()

    class Meta:
        verbose_name = "rapport"
        verbose_name_plural = "rapports"
        ordering = ["contrat", "-annee", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "type", "annee", "version"],
                name="evaluation_rapport_version_unique",
                violation_error_message="Cette version du rapport existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatRapport.EN_PREPARATION)
                | Q(instantane__isnull=False, pdf__isnull=False, html__isnull=False, extrait_le__isnull=False)
                | Q(etat=EtatRapport.RETIRE),
                name="evaluation_rapport_pret_complet",
                violation_error_message="Un rapport prêt a son instantané, son PDF et sa page.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatRapport.PUBLIE, publie_le__isnull=False) | ~Q(etat=EtatRapport.PUBLIE),
                name="evaluation_rapport_publie_date",
                violation_error_message="Un rapport publié porte sa date de publication.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.annee}, version {self.version}"

    @property
    def titre(self) -> str:
        """How lists call it: « Synthèse 2026 », « Tableau des moyens 2026 »."""
        nom = "Synthèse" if self.type == TypeRapport.SYNTHESE else self.get_type_display()
        return f"{nom} {self.annee}"
