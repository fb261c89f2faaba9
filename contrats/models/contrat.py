"""The contract and the perimeters it covers."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from geographie.models import Commune, Perimetre


class ContratQuerySet(models.QuerySet["Contrat"]):
    def visibles_par(self, auteur: Auteur) -> Self:
        """The contracts in which the person holds an habilitation today; all of them for an administrator.

        For a key, the one that it opens, as long as its organisation holds an habilitation there.
        """
        if auteur.cle is not None:
            actives = auteur.cle.organisme.habilitations.actives().filter(utilisateur__is_active=True)
            return self.filter(cles__jeton=auteur.cle, habilitations__in=actives).distinct()
        utilisateur = auteur.utilisateur
        if utilisateur is None or not utilisateur.is_authenticated:
            return self.none()
        if utilisateur.is_superuser:
            return self
        return self.filter(habilitations__in=utilisateur.habilitations.actives()).distinct()


class Contrat(models.Model):
    """A contrat de ville « Quartiers 2030 »: State, EPCI and partners, for the people of the poorest neighbourhoods."""

    slug = models.SlugField("identifiant", max_length=60, unique=True)
    nom = models.CharField("nom", max_length=200)
    intitule = models.CharField("intitulé complet", max_length=300)
    pilote = models.ForeignKey(Organisme, models.PROTECT, related_name="contrats_pilotes", verbose_name="pilote (EPCI)")
    debut = models.PositiveSmallIntegerField("première année")
    fin = models.PositiveSmallIntegerField("dernière année")
    valide_le = models.DateField("validé par les partenaires le", null=True, blank=True)
    signe_le = models.DateField("signé le", null=True, blank=True)
    signe_a = models.CharField("signé à", max_length=120, blank=True)
    outre_mer = models.BooleanField("outre-mer", default=False)
    actions_renforcees = models.PositiveSmallIntegerField("nombre d’actions à suivi renforcé", default=3)
    part_cpo_visee = models.DecimalField(
        "part des crédits spécifiques visée en CPO (%)", max_digits=5, decimal_places=2, default=50
    )
    # What a contract may set aside of its specific credits; most set no figure, and none is invented.
    part_femmes_visee = models.DecimalField(
        "part des crédits visée pour les femmes (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    part_adolescents_visee = models.DecimalField(
        "part des crédits visée pour les adolescents (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, related_name="contrats", blank=True, verbose_name="communes"
    )
    note = models.TextField("note", blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    objects = ContratQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat"
        verbose_name_plural = "contrats"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin__gte=F("debut")),
                name="contrats_contrat_annees_en_ordre",
                violation_error_message="La dernière année du contrat vient après la première.",
            ),
            models.CheckConstraint(
                condition=Q(signe_le__isnull=True) | Q(valide_le__isnull=True) | Q(signe_le__gte=F("valide_le")),
                name="contrats_contrat_signe_apres_validation",
                violation_error_message="Le contrat est signé après sa validation par les partenaires.",
            ),
            models.CheckConstraint(
                condition=Q(part_cpo_visee__range=(0, 100))
                & (Q(part_femmes_visee__isnull=True) | Q(part_femmes_visee__range=(0, 100)))
                & (Q(part_adolescents_visee__isnull=True) | Q(part_adolescents_visee__range=(0, 100))),
                name="contrats_contrat_parts_visees",
                violation_error_message="Une part va de 0 à 100 %.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def contrat_id(self) -> int:
        """The contract of a contract, for the journal."""
        return self.pk

    @property
    def annees(self) -> range:
        return range(self.debut, self.fin + 1)


class PerimetreDuContrat(models.Model):
    """A perimeter that a contract covers; this row is what guards the writes to a local perimeter."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="perimetres", verbose_name="contrat")
    perimetre = models.ForeignKey(Perimetre, models.PROTECT, related_name="contrats", verbose_name="périmètre")
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "périmètre du contrat"
        verbose_name_plural = "périmètres du contrat"
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "perimetre"],
                name="contrats_perimetre_une_fois",
                violation_error_message="Ce périmètre est déjà dans le contrat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.perimetre} ({self.contrat})"
