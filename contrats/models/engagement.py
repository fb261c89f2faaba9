"""A signatory's commitment, its targets, and what the signatory states each year (E-01)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Length

from acteurs.models import Organisme
from commun.models import Fichier
from commun.recherche import champ_de_recherche, mots
from geographie.models import Perimetre

from ..etats import EtatEngagement, EtatVisa, TypeCible
from .contrat import Contrat
from .signataire import Signataire
from .structure import Objectif, Orientation


class PorteeEngagement(models.TextChoices):
    NATIONALE = "nationale", "Nationale"
    DEPARTEMENTALE = "departementale", "Départementale"
    CONTRAT = "contrat", "Contrat"
    QPV = "qpv", "Certains QPV"


class NatureMoyens(models.TextChoices):
    """Ordinary means of a public policy, or credits specific to the politique de la ville."""

    DROIT_COMMUN = "droit_commun", "Droit commun"
    SPECIFIQUE = "specifique", "Crédits spécifiques"


class Section(models.TextChoices):
    """What public money pays: running costs, or durable goods."""

    FONCTIONNEMENT = "fonctionnement", "Fonctionnement"
    INVESTISSEMENT = "investissement", "Investissement"


class SensCible(models.TextChoices):
    HAUSSE = "hausse", "Hausse"
    BAISSE = "baisse", "Baisse"
    MAINTIEN = "maintien", "Maintien"
    NEUTRE = "neutre", "Sans sens"


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def des_organismes(self, organismes: Collection[int]) -> Self:
        """Those that one of these organisations may speak for: its own, and as a signatory those of its services."""
        au_titre = Q(signataire__organisme__in=organismes)
        sans_autre = Q(organisme__isnull=True) | Q(organisme__parent=F("signataire__organisme"))
        return self.filter(Q(organisme__in=organismes) | (au_titre & sans_autre))

    def avec_derniere_declaration(self) -> Self:
        """Adds `declare` and `declare_annee`: the state last stated and its year; without one, « sans information »."""
        points = PointAvancement.objects.filter(engagement=OuterRef("pk")).order_by("-annee")
        return self.annotate(
            declare=Coalesce(Subquery(points.values("etat")[:1]), Value(EtatEngagement.SANS_INFORMATION.value)),
            declare_annee=Subquery(points.values("annee")[:1]),
        )

    def declares(self, etat: str) -> Self:
        """Those last stated to be in this state."""
        return self.avec_derniere_declaration().filter(declare=etat)

    def cherches(self, texte: str) -> Self:
        """Those whose reference, wording or organisation holds each word of `texte`, accents and case aside."""
        return self.filter(*(Q(recherche__contains=mot) | Q(organisme__recherche__contains=mot) for mot in mots(texte)))

    def dans_l_ordre(self) -> Self:
        """By family of references, then by number: E2 before E10."""
        famille = Func(F("reference"), Value(r"\d.*$"), Value(""), function="regexp_replace", output_field=TextField())
        return self.order_by(famille, Length("reference"), "reference")


class EngagementManager(models.Manager.from_queryset(EngagementQuerySet)):  # type: ignore[misc]
    """Leaves out withdrawn commitments, in every reading: also `contrat.engagements`, `dossier.engagements`."""

    def get_queryset(self) -> EngagementQuerySet:
        return super().get_queryset().filter(retire_le__isnull=True)


class Engagement(models.Model):
    """What an organisation promised in the contract. An unknown owner stays unknown; an incomplete one is accepted."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="engagements", verbose_name="contrat")
    reference = models.CharField("référence", max_length=30)
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="engagements", verbose_name="organisme engagé"
    )
    signataire = models.ForeignKey(
        Signataire, models.PROTECT, null=True, blank=True, related_name="engagements", verbose_name="au titre de"
    )
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="engagements", verbose_name="orientation"
    )
    objectifs: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="engagements", verbose_name="objectifs"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="engagements", verbose_name="périmètres"
    )
    portee = models.CharField("portée", max_length=15, choices=PorteeEngagement, default=PorteeEngagement.CONTRAT)
    nature = models.CharField("nature des moyens", max_length=15, choices=NatureMoyens, blank=True)
    libelle = models.CharField("libellé", max_length=500)
    echeance = models.DateField("échéance", null=True, blank=True)
    echeance_texte = models.CharField("échéance telle qu’écrite", max_length=120, blank=True)
    partenaires: models.ManyToManyField[Organisme, Any] = models.ManyToManyField(
        Organisme, blank=True, related_name="engagements_partenaire", verbose_name="partenaires"
    )
    axes_transversaux: models.ManyToManyField[Orientation, Any] = models.ManyToManyField(
        Orientation, blank=True, related_name="engagements_transversaux", verbose_name="axes transversaux"
    )
    note = models.TextField("note", blank=True)
    identifiant_externe = models.CharField("identifiant chez le partenaire", max_length=100, blank=True)
    revision = models.PositiveIntegerField("révision", default=1, editable=False)
    modifie_le = models.DateTimeField("modifié le", auto_now=True)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    fictif = models.BooleanField("donnée fictive", default=False)
    source = models.CharField("source", max_length=200, blank=True)
    recherche = champ_de_recherche("reference", "libelle")

    objects = EngagementManager()
    tous = EngagementQuerySet.as_manager()  # withdrawn ones included: the change feed, the uniqueness of references

    class Meta:
        verbose_name = "engagement"
        verbose_name_plural = "engagements"
        ordering = ["contrat", "reference"]
        indexes = [models.Index(fields=["contrat", "modifie_le", "id"], name="contrats_engagement_flux")]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "reference"],
                name="contrats_engagement_reference_unique",
                violation_error_message="Un engagement du contrat porte déjà cette référence.",
            ),
            models.UniqueConstraint(
                fields=["contrat", "organisme", "identifiant_externe"],
                condition=~Q(identifiant_externe=""),
                name="contrats_engagement_externe_unique",
                violation_error_message="Votre organisme a déjà un engagement avec cet identifiant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.libelle}"

    @property
    def responsable(self) -> Organisme | None:
        """The organisation that answers for it: the one committed, else its signatory; None when nobody is named."""
        if self.organisme is not None:
            return self.organisme
        return self.signataire.organisme if self.signataire is not None else None


class CibleEngagement(models.Model):
    """One target of a commitment. Any part may be missing and is then shown as missing (regles 5.3)."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="cibles", verbose_name="engagement")
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    type = models.CharField("type de cible", max_length=20, choices=TypeCible)
    numerateur = models.CharField("ce qui est compté", max_length=300, blank=True)
    denominateur = models.CharField("rapporté à", max_length=300, blank=True)
    unite = models.CharField("unité", max_length=60, blank=True)
    reference = models.DecimalField("valeur de départ", max_digits=14, decimal_places=3, null=True, blank=True)
    reference_le = models.DateField("date de départ", null=True, blank=True)
    valeur = models.DecimalField("valeur visée", max_digits=14, decimal_places=3, null=True, blank=True)
    valeur_haute = models.DecimalField("borne haute", max_digits=14, decimal_places=3, null=True, blank=True)
    echeance = models.DateField("échéance", null=True, blank=True)
    sens = models.CharField("sens", max_length=10, choices=SensCible, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "cible d’engagement"
        verbose_name_plural = "cibles d’engagement"
        ordering = ["engagement", "ordre"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valeur_haute__isnull=True) | Q(valeur__isnull=True) | Q(valeur_haute__gte=F("valeur")),
                name="contrats_cible_intervalle_en_ordre",
                violation_error_message="La borne haute d’un intervalle n’est pas sous sa borne basse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} : {self.valeur if self.valeur is not None else 'non chiffrée'}"


class PointAvancement(models.Model):
    """What the signatory states of its commitment for one year. Nobody overwrites it: remarks stand beside."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="points", verbose_name="engagement")
    annee = models.PositiveSmallIntegerField("année")
    etat = models.CharField("état déclaré", max_length=20, choices=EtatEngagement)
    commentaire = models.TextField("commentaire", blank=True)
    valeur_atteinte = models.DecimalField("valeur atteinte", max_digits=14, decimal_places=3, null=True, blank=True)
    euros_droit_commun = models.DecimalField(
        "droit commun mobilisé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    euros_specifiques = models.DecimalField(
        "crédits spécifiques mobilisés (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    declare_le = models.DateTimeField("déclaré le")
    declare_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déclaré par"
    )
    canal = models.CharField("canal", max_length=10, default="ecran")
    preuves: models.ManyToManyField[Fichier, Any] = models.ManyToManyField(
        Fichier, blank=True, related_name="+", verbose_name="preuves"
    )
    revision = models.PositiveIntegerField("révision", default=1, editable=False)
    modifie_le = models.DateTimeField("modifié le", auto_now=True)
    visa = models.CharField("visa du chef de projet", max_length=15, choices=EtatVisa, default=EtatVisa.NON_VU)
    remarque = models.TextField("remarque du chef de projet", blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "point d’avancement"
        verbose_name_plural = "points d’avancement"
        ordering = ["engagement", "-annee"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "annee"],
                name="contrats_point_un_par_an",
                violation_error_message="Un point d’avancement existe déjà pour cette année.",
            ),
            models.CheckConstraint(
                condition=(Q(euros_droit_commun__isnull=True) | Q(euros_droit_commun__gte=0))
                & (Q(euros_specifiques__isnull=True) | Q(euros_specifiques__gte=0)),
                name="contrats_point_montants_positifs",
                violation_error_message="Un montant mobilisé n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.reference} {self.annee} : {self.get_etat_display()}"
