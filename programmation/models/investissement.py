"""What an investment says besides its request: the operation, its land, its permits, what it will cost to run."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .dossier import Dossier


class NatureOperation(models.TextChoices):
    """What is built or bought."""

    CONSTRUCTION = "construction", "Construction"
    RENOVATION = "renovation", "Rénovation, réhabilitation, mise aux normes"
    AMENAGEMENT = "amenagement", "Aménagement d’un espace public"
    EQUIPEMENT = "equipement", "Achat d’équipement ou de matériel"


class StadeEtudes(models.TextChoices):
    """How far the studies are."""

    INTENTION = "intention", "Intention, programme à écrire"
    PROGRAMME = "programme", "Programme arrêté"
    AVANT_PROJET = "avant_projet", "Avant-projet (APS, APD)"
    PROJET = "projet", "Projet (PRO), dossier de consultation"
    MARCHES = "marches", "Marchés attribués"
    SANS_OBJET = "sans_objet", "Sans objet : achat seul"


class Foncier(models.TextChoices):
    """By what right the maître d'ouvrage holds the place."""

    PROPRIETE = "propriete", "Propriété du maître d’ouvrage"
    ACQUISITION = "acquisition", "Acquisition en cours"
    CONVENTION = "convention", "Mise à disposition, bail ou convention"
    SANS_OBJET = "sans_objet", "Sans objet"


class Autorisation(models.TextChoices):
    """Where planning permission stands."""

    OBTENUE = "obtenue", "Obtenue"
    DEPOSEE = "deposee", "Demandée"
    A_DEPOSER = "a_deposer", "À demander"
    SANS_OBJET = "sans_objet", "Aucune n’est nécessaire"


class Derogation(models.TextChoices):
    """Why a maître d'ouvrage may bring less than its minimum (CGCT L.1111-10 III)."""

    AUCUNE = "", "Aucune : la participation minimale s’applique"
    RENOVATION_URBAINE = "renovation_urbaine", "Opération de rénovation urbaine (loi 2003-710, art. 9)"
    PREFET = "prefet", "Dérogation accordée par le préfet"


class FicheInvestissement(models.Model):
    """The answers that the investment form alone asks; none before the porteur has given one."""

    dossier = models.OneToOneField(
        Dossier, models.CASCADE, related_name="fiche_investissement", verbose_name="dossier", primary_key=True
    )
    nature_operation = models.CharField("nature de l’opération", max_length=15, choices=NatureOperation, blank=True)
    equipement = models.CharField("équipement ou espace concerné", max_length=250, blank=True)
    stade = models.CharField("avancement des études", max_length=15, choices=StadeEtudes, blank=True)
    foncier = models.CharField("maîtrise foncière", max_length=15, choices=Foncier, blank=True)
    foncier_precision = models.CharField("précision sur le foncier", max_length=300, blank=True)
    autorisation = models.CharField("autorisations d’urbanisme", max_length=15, choices=Autorisation, blank=True)
    autorisation_precision = models.CharField("lesquelles, et quand", max_length=300, blank=True)
    marches = models.TextField("marchés", blank=True)
    charges_annuelles = models.PositiveIntegerField("fonctionnement par an après travaux (€)", null=True, blank=True)
    charges_portees_par = models.CharField("qui le paiera", max_length=250, blank=True)
    derogation = models.CharField(
        "dérogation à la participation minimale", max_length=20, choices=Derogation, blank=True
    )
    derogation_motif = models.CharField("référence et motif de la dérogation", max_length=400, blank=True)

    class Meta:
        verbose_name = "fiche d’investissement"
        verbose_name_plural = "fiches d’investissement"
        constraints = [
            models.CheckConstraint(
                condition=Q(derogation="") | ~Q(derogation_motif=""),
                name="programmation_investissement_derogation_motivee",
                violation_error_message="Une dérogation dit sa référence et son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Investissement {self.dossier.numero}"
