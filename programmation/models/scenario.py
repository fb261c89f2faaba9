"""What-if programmings: amounts tried on the requests of a year, apart from what the funders propose."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import SCENARIO_PROMU_UN_JOUR, SCENARIO_VU_DES_COFINANCEURS, TRANSITIONS_SCENARIO, EtatScenario
from .demande import DemandeFinancement


class DepartScenario(models.TextChoices):
    """Where the first amounts of a scenario come from."""

    PROPOSITIONS = "propositions", "Les propositions partagées d’aujourd’hui"
    DEMANDES = "demandes", "Ce qui est demandé"
    AN_PASSE = "an_passe", "Les montants de l’an passé, pour les reconductions"
    COPIE = "copie", "La copie d’un autre scénario"
    VIDE = "vide", "Rien : tout reste à saisir"


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those of one's own organisation whatever their state, and those that another has shared, for who instructs.

        An administrator reads no draft but of the organisation for which it acts.
        """
        tenus = roles(auteur, contrat)
        if not tenus.instruit:
            return self.none()
        siens = set(tenus.organismes_instructeurs)
        if tenus.administre and auteur.organisme is not None:
            siens.add(auteur.organisme.pk)
        vus = Q(organisme__in=siens) | Q(etat__in=SCENARIO_VU_DES_COFINANCEURS)
        return self.filter(vus, contrat=contrat)


class Scenario(ModeleAEtats):
    """A programming tried by one organisation for one year: nothing is proposed until it is promoted.

    Each reader sees of it the rows of the files on which it works, and totals of those rows alone.
    """

    TRANSITIONS = TRANSITIONS_SCENARIO

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="scenarios", verbose_name="contrat")
    annee = models.PositiveSmallIntegerField("année")
    nom = models.CharField("nom", max_length=80)
    note = models.TextField("note", blank=True)
    etat = models.CharField("état", max_length=10, choices=EtatScenario, default=EtatScenario.BROUILLON)
    depart = models.CharField("point de départ", max_length=12, choices=DepartScenario)
    copie_de = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="copies", verbose_name="copie de"
    )
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="scenarios", verbose_name="organisme")
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="auteur"
    )
    cree_le = models.DateTimeField("créé le")
    promu_le = models.DateTimeField("montants proposés le", null=True, blank=True)
    # One more at each write of its lines: a line taken out, then typed again, never wears a version already read.
    revision = models.PositiveIntegerField("révision", default=0)
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = "scénario"
        verbose_name_plural = "scénarios"
        ordering = ["contrat", "-annee", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "annee", "organisme", "nom"],
                name="programmation_scenario_nom_unique",
                violation_error_message="Votre organisme a déjà un scénario de ce nom pour cette année.",
            ),
            models.CheckConstraint(
                condition=Q(promu_le__isnull=False, etat__in=SCENARIO_PROMU_UN_JOUR)
                | Q(promu_le__isnull=True) & ~Q(etat=EtatScenario.PROMU),
                name="programmation_scenario_promu_date",
                violation_error_message="Un scénario proposé le reste : copiez-le pour le modifier.",
            ),
        ]

    def __str__(self) -> str:
        return f"Scénario « {self.nom} »"

    @property
    def acte_de_reprise(self) -> str:
        """The transition that takes it back: to a draft, or to what it was when its amounts were proposed already."""
        return "reprendre" if self.promu_le is None else "ressortir"


class LigneScenario(models.Model):
    """The amount tried on one request, in euros. Without a line, the scenario says nothing of the request."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="lignes", verbose_name="scénario")
    demande = models.ForeignKey(
        DemandeFinancement, models.CASCADE, related_name="lignes_de_scenario", verbose_name="demande"
    )
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    note = models.CharField("note", max_length=300, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "ligne de scénario"
        verbose_name_plural = "lignes de scénario"
        ordering = ["scenario", "demande"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "demande"],
                name="programmation_ligne_scenario_unique",
                violation_error_message="Ce scénario a déjà un montant pour cette demande.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="programmation_ligne_scenario_montant_positif",
                violation_error_message="Un montant n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} : {self.montant}"
