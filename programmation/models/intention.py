"""A project told before any deposit: for the revues de projets and the meetings with porteurs."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from contrats.models import Contrat, Orientation, Ressource, Reunion
from contrats.permissions import roles
from geographie.models import Commune, Perimetre

from ..etats import TRANSITIONS_INTENTION, EtatIntention
from .campagne import Campagne
from .dossier import Dossier


class IntentionQuerySet(models.QuerySet["Intention"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """All of them for those who instruct; for a porteur its own; none for the others."""
        tenus = roles(auteur, contrat)
        du_contrat = self.filter(contrat=contrat)
        if tenus.instruit:
            return du_contrat
        return du_contrat.filter(porteur__in=tenus.organismes_porteurs)


class Intention(ModeleAEtats):
    """What a porteur thinks of doing next year; the funders say what they think of it, then it becomes a file or not."""

    TRANSITIONS = TRANSITIONS_INTENTION

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="intentions", verbose_name="contrat")
    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="intentions", verbose_name="campagne")
    etat = models.CharField("état", max_length=12, choices=EtatIntention, default=EtatIntention.PROPOSEE)
    porteur = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="intentions", verbose_name="porteur"
    )
    porteur_pressenti = models.CharField("porteur pressenti, pas encore inscrit", max_length=200, blank=True)
    intitule = models.CharField("intitulé", max_length=250)
    resume = models.TextField("en quelques lignes", blank=True)
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="intentions", verbose_name="orientation"
    )
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, blank=True, related_name="intentions", verbose_name="communes"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="intentions", verbose_name="quartiers"
    )
    cout_estime = models.DecimalField("coût estimé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    reconduite = models.BooleanField("déjà menée l’an passé", default=False)
    reunion = models.ForeignKey(
        Reunion, models.SET_NULL, null=True, blank=True, related_name="intentions", verbose_name="revue de projets"
    )
    dossier = models.OneToOneField(
        Dossier, models.SET_NULL, null=True, blank=True, related_name="intention", verbose_name="dossier"
    )
    proposee_le = models.DateTimeField("proposée le")
    proposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="proposée par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = IntentionQuerySet.as_manager()

    class Meta:
        verbose_name = "intention de projet"
        verbose_name_plural = "intentions de projet"
        ordering = ["campagne", "-proposee_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(porteur__isnull=False) | ~Q(porteur_pressenti=""),
                name="programmation_intention_a_un_porteur",
                violation_error_message="Dites qui porterait l’action, même s’il n’est pas encore inscrit.",
            ),
            models.CheckConstraint(
                condition=Q(cout_estime__isnull=True) | Q(cout_estime__gte=0),
                name="programmation_intention_cout_positif",
                violation_error_message="Un coût n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.intitule

    @property
    def nom_du_porteur(self) -> str:
        """Who would carry it, registered or not."""
        return self.porteur.nom_court if self.porteur else self.porteur_pressenti


class Eligibilite(models.TextChoices):
    """What a funder thinks of a project before its deposit; it binds nobody."""

    PROBABLE = "probable", "Probablement éligible"
    A_REVOIR = "a_revoir", "À retravailler"
    NON = "non", "Hors de nos critères"


class AvisIntention(models.Model):
    """One funder's view of a project: would it be eligible, and where is the droit commun?"""

    intention = models.ForeignKey(Intention, models.CASCADE, related_name="avis", verbose_name="intention")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="avis_intentions", verbose_name="organisme")
    eligibilite = models.CharField("éligibilité", max_length=10, choices=Eligibilite)
    texte = models.TextField("avis", blank=True)
    droit_commun = models.TextField("piste de droit commun", blank=True)
    ressources: models.ManyToManyField[Ressource, Any] = models.ManyToManyField(
        Ressource, blank=True, related_name="avis_intentions", verbose_name="ressources de l’annuaire"
    )
    rendu_le = models.DateTimeField("rendu le")
    rendu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="rendu par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "avis sur une intention"
        verbose_name_plural = "avis sur des intentions"
        ordering = ["intention", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["intention", "organisme"],
                name="programmation_avis_intention_unique",
                violation_error_message="Cet organisme a déjà donné son avis : modifiez-le.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} : {self.get_eligibilite_display().lower()}"
