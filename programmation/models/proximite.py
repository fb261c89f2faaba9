"""What a neighbourhood initiative says besides its request (SIP), and the support offered once it is financed."""

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

from ..etats import TRANSITIONS_ACCOMPAGNEMENT, EtatAccompagnement
from .dossier import Dossier


class DemandePic(models.TextChoices):
    """Where the same project stands with the Région's own scheme for citizens' initiatives."""

    NON = "non", "Non"
    DEMANDE = "demande", "Oui, demandé"
    OBTENU = "obtenu", "Oui, obtenu"


class FicheProximite(models.Model):
    """The answers that the one-page form alone asks; none before the porteur has given one."""

    dossier = models.OneToOneField(
        Dossier, models.CASCADE, related_name="fiche_proximite", verbose_name="dossier", primary_key=True
    )
    benevole = models.BooleanField("animée surtout par des bénévoles", null=True, blank=True)
    pic = models.CharField("PIC de la Région", max_length=10, choices=DemandePic, blank=True)

    class Meta:
        verbose_name = "fiche d’initiative de proximité"
        verbose_name_plural = "fiches d’initiatives de proximité"

    def __str__(self) -> str:
        return f"Initiative de proximité {self.dossier.numero}"


class AccompagnementQuerySet(models.QuerySet["Accompagnement"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those about the files that this author works on with the team and the funders; a porteur reads its own.

        The support tells that a funder has paid: whoever is only consulted on the file, or withdrawn from it, reads none.
        """
        tenus = roles(auteur, contrat)
        vus = Q(organisme__in=tenus.organismes_porteurs)
        if tenus.instruit:
            vus |= Q(dossier__isnull=True)
            vus |= Q(dossier__in=Dossier.objects.deliberes_par(auteur, contrat).order_by().values("pk"))
        return self.filter(vus, contrat=contrat)


class Accompagnement(ModeleAEtats):
    """Support of a small association by a Guid'Asso structure, offered when it is financed."""

    TRANSITIONS = TRANSITIONS_ACCOMPAGNEMENT

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="accompagnements", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="accompagnements", verbose_name="organisme")
    dossier = models.ForeignKey(
        Dossier, models.SET_NULL, null=True, blank=True, related_name="accompagnements", verbose_name="dossier"
    )
    structure = models.CharField("structure d’appui", max_length=200)
    etat = models.CharField("état", max_length=10, choices=EtatAccompagnement, default=EtatAccompagnement.PROPOSE)
    note = models.TextField("ce qui est proposé", blank=True)
    reponse = models.TextField("ce que répond l’association", blank=True)
    fait = models.TextField("ce qui a été fait", blank=True)
    propose_le = models.DateTimeField("proposé le")
    propose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="proposé par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = AccompagnementQuerySet.as_manager()

    class Meta:
        verbose_name = "accompagnement"
        verbose_name_plural = "accompagnements"
        ordering = ["contrat", "-propose_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisme", "dossier"],
                condition=~Q(etat=EtatAccompagnement.DECLINE),
                name="programmation_accompagnement_unique",
                violation_error_message="Un accompagnement est déjà proposé à cet organisme pour ce dossier.",
            ),
            models.CheckConstraint(
                condition=~Q(structure=""),
                name="programmation_accompagnement_a_une_structure",
                violation_error_message="Dites quelle structure accompagnerait l’association.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatAccompagnement.REALISE) | ~Q(fait=""),
                name="programmation_accompagnement_realise_dit_quoi",
                violation_error_message="Dites en quelques mots ce qui a été fait.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} par {self.structure}"
