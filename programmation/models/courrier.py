"""The letters by which a funder tells its decisions: their versioned templates, the lots, the letters."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from commun.models import Fichier
from contrats.models import ActeDecision, Contrat
from contrats.permissions import roles

from ..etats import TRANSITIONS_COURRIER, EtatCourrier, GenreCourrier
from .campagne import Campagne
from .demande import DemandeFinancement
from .dossier import Dossier


class ModeleCourrier(models.Model):
    """One version of a letter's template, of one funder or common to all; a change makes the next version."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="modeles_de_courrier", verbose_name="contrat")
    financeur = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="financeur (aucun : commun)"
    )
    genre = models.CharField("genre", max_length=12, choices=GenreCourrier)
    version = models.PositiveSmallIntegerField("version", default=1)
    objet = models.CharField("objet", max_length=200)
    corps = models.TextField("corps, avec ses champs de fusion")
    qualite = models.CharField("qualité du signataire", max_length=200)
    en_vigueur = models.BooleanField("en vigueur", default=True)
    cree_le = models.DateTimeField("écrit le")
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="écrit par"
    )

    class Meta:
        verbose_name = "modèle de courrier"
        verbose_name_plural = "modèles de courrier"
        ordering = ["contrat", "financeur", "genre", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "financeur", "genre", "version"],
                nulls_distinct=False,
                name="programmation_modele_courrier_version",
                violation_error_message="Cette version du modèle existe déjà : rechargez la page.",
            ),
            models.UniqueConstraint(
                fields=["contrat", "financeur", "genre"],
                condition=Q(en_vigueur=True),
                nulls_distinct=False,
                name="programmation_modele_courrier_en_vigueur",
                violation_error_message="Un seul modèle de ce genre est en vigueur pour ce financeur.",
            ),
        ]

    def __str__(self) -> str:
        de = self.financeur.nom_court if self.financeur else "commun"
        return f"{self.get_genre_display()} ({de}), version {self.version}"


class LotDeCourriers(models.Model):
    """The letters opened together by one funder: those of an act, or of decisions taken without one."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="lots_de_courriers", verbose_name="campagne")
    financeur = models.ForeignKey(Organisme, models.PROTECT, related_name="+", verbose_name="financeur")
    acte = models.ForeignKey(
        ActeDecision, models.PROTECT, null=True, blank=True, related_name="lots_de_courriers", verbose_name="acte"
    )
    ouvert_le = models.DateTimeField("ouvert le")
    ouvert_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="ouvert par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "lot de courriers"
        verbose_name_plural = "lots de courriers"
        ordering = ["-ouvert_le"]

    def __str__(self) -> str:
        objet = str(self.acte) if self.acte else "refus et ajournements"
        return f"Courriers {self.financeur.de_nom} : {objet}"

    @property
    def contrat_id(self) -> int:
        return self.campagne.contrat_id


class CourrierQuerySet(models.QuerySet["Courrier"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """The letters that this author may read (docs/regles.md).

        The team and the funder's own people from the start, on the files where they deliberate; the co-funders of the
        file and its porteur once it is sent.
        """
        tenus = roles(auteur, contrat)
        envoyes = Q(etat=EtatCourrier.ENVOYE)
        deliberes = Q(dossier__in=Dossier.objects.deliberes_par(auteur, contrat).values("pk"))
        if tenus.instruit_pour_un_financeur_seulement:
            deliberes &= envoyes | Q(lot__financeur__in=tenus.organismes_instructeurs)
        vus = deliberes
        if tenus.organismes_porteurs:
            vus |= envoyes & Q(dossier__porteur__in=tenus.organismes_porteurs)
        return self.filter(vus, dossier__contrat=contrat)

    def vivants(self) -> Self:
        """Those that were not cancelled."""
        return self.exclude(etat=EtatCourrier.ANNULE)


class Courrier(ModeleAEtats):
    """One letter about one file: its text, read again before it leaves, then its PDF, kept."""

    TRANSITIONS = TRANSITIONS_COURRIER

    lot = models.ForeignKey(LotDeCourriers, models.CASCADE, related_name="courriers", verbose_name="lot")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="courriers", verbose_name="dossier")
    demandes: models.ManyToManyField[DemandeFinancement, Any] = models.ManyToManyField(
        DemandeFinancement, related_name="courriers", verbose_name="demandes"
    )
    modele = models.ForeignKey(ModeleCourrier, models.PROTECT, related_name="courriers", verbose_name="modèle")
    genre = models.CharField("genre", max_length=12, choices=GenreCourrier)
    etat = models.CharField("état", max_length=10, choices=EtatCourrier, default=EtatCourrier.A_RELIRE)
    reference = models.CharField("référence", max_length=60)
    objet = models.CharField("objet", max_length=300)
    corps = models.TextField("texte")
    qualite = models.CharField("qualité du signataire", max_length=250)
    redige_le = models.DateTimeField("rédigé le")  # from the decisions as they stood: opened, or written again
    montant = models.DecimalField("montant annoncé (€)", max_digits=12, decimal_places=2, default=0)
    # What its fields gave when it was written, by name: a decision told otherwise since stops it. Empty: not known.
    valeurs = models.JSONField("valeurs lues à la rédaction", default=dict, blank=True)
    pdf = models.ForeignKey(Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="PDF")
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)

    objects = CourrierQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier"
        verbose_name_plural = "courriers"
        ordering = ["lot", "dossier"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "dossier"],
                condition=~Q(etat=EtatCourrier.ANNULE),
                name="programmation_courrier_un_par_dossier",
                violation_error_message="Ce dossier a déjà son courrier dans ce lot.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "reference"],
                name="programmation_courrier_reference",
                violation_error_message="Un courrier de ce dossier porte déjà cette référence.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatCourrier.ENVOYE, pdf__isnull=False, envoye_le__isnull=False)
                | (~Q(etat=EtatCourrier.ENVOYE) & Q(pdf__isnull=True, envoye_le__isnull=True)),
                name="programmation_courrier_envoye_avec_son_pdf",
                violation_error_message="Un courrier envoyé garde son PDF et sa date, et seulement lui.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="programmation_courrier_montant_positif",
                violation_error_message="Le montant annoncé par un courrier n’est pas négatif.",
            ),
        ]
        indexes = [models.Index(fields=["lot", "etat"], name="programmation_courrier_etat")]

    def __str__(self) -> str:
        return self.reference

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id
