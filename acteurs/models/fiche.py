"""What an organisation says of itself once, for all its requests: its card and its papers (CERFA 12156, 1 to 4)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commun.models import Fichier

from .organisme import Organisme


class Verification(models.TextChoices):
    """What the national directory said of the organisation's numbers; its silence blocks nothing (S-20)."""

    NON_VERIFIE = "non_verifie", "Non vérifié"
    CONFIRME = "confirme", "Confirmé par l’annuaire"
    INCONNU = "inconnu", "Inconnu de l’annuaire"
    FERME = "ferme", "Fermé selon l’annuaire"


class FicheOrganisme(models.Model):
    """The card of an organisation: address, legal representative, life of the association, people, bank account."""

    organisme = models.OneToOneField(Organisme, models.CASCADE, related_name="fiche", verbose_name="organisme")
    objet = models.TextField("objet statutaire", blank=True)
    adresse = models.CharField("adresse du siège", max_length=250, blank=True)
    code_postal = models.CharField("code postal", max_length=5, blank=True)
    ville = models.CharField("commune", max_length=120, blank=True)
    adresse_de_correspondance = models.CharField("adresse de correspondance", max_length=300, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField("courriel", blank=True)
    site = models.URLField("site internet", blank=True)
    # Given to be printed and read by all, unlike the lines above, which were given for a request.
    public_telephone = models.CharField("téléphone public", max_length=20, blank=True)
    public_courriel = models.EmailField("courriel public", blank=True)
    public_site = models.URLField("site public", blank=True)
    representant_nom = models.CharField("représentant légal", max_length=150, blank=True)
    representant_fonction = models.CharField("fonction du représentant", max_length=120, blank=True)
    representant_telephone = models.CharField("téléphone du représentant", max_length=20, blank=True)
    representant_courriel = models.EmailField("courriel du représentant", blank=True)
    agrements = models.TextField("agréments administratifs", blank=True)
    utilite_publique_le = models.DateField("reconnue d’utilité publique le", null=True, blank=True)
    impots_commerciaux = models.BooleanField("assujettie aux impôts commerciaux", null=True, blank=True)
    reseau = models.CharField("réseau, union ou fédération", max_length=250, blank=True)
    adherents_moraux = models.PositiveIntegerField("adhérents personnes morales", null=True, blank=True)
    benevoles = models.PositiveIntegerField("bénévoles", null=True, blank=True)
    volontaires = models.PositiveIntegerField("volontaires", null=True, blank=True)
    salaries = models.PositiveIntegerField("salariés", null=True, blank=True)
    salaries_etpt = models.DecimalField("salariés en ETPT", max_digits=7, decimal_places=2, null=True, blank=True)
    emplois_aides = models.PositiveIntegerField("dont emplois aidés", null=True, blank=True)
    mis_a_disposition = models.PositiveIntegerField(
        "personnels mis à disposition par une autorité publique", null=True, blank=True
    )
    adherents_femmes = models.PositiveIntegerField("adhérentes", null=True, blank=True)
    adherents_hommes = models.PositiveIntegerField("adhérents", null=True, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    verification = models.CharField(
        "vérification du SIRET", max_length=12, choices=Verification, default=Verification.NON_VERIFIE
    )
    verifie_le = models.DateTimeField("vérifié le", null=True, blank=True)
    modifie_le = models.DateTimeField("modifiée le", auto_now=True)

    class Meta:
        verbose_name = "fiche d’organisme"
        verbose_name_plural = "fiches d’organismes"
        ordering = ["organisme"]
        constraints = [
            models.CheckConstraint(
                condition=Q(emplois_aides__isnull=True)
                | Q(salaries__isnull=True)
                | Q(emplois_aides__lte=F("salaries")),
                name="acteurs_fiche_emplois_aides",
                violation_error_message="Les emplois aidés font partie des salariés : vérifiez les deux nombres.",
            ),
        ]

    def __str__(self) -> str:
        return f"Fiche {self.organisme.de_nom}"


class TypePiece(models.TextChoices):
    """Papers that a request may ask for (regles 2.1)."""

    STATUTS = "statuts", "Statuts"
    DIRIGEANTS = "dirigeants", "Liste des dirigeants"
    RECEPISSE = "recepisse", "Récépissé de déclaration ou avis SIRENE"
    RIB = "rib", "RIB"
    COMPTES = "comptes", "Derniers comptes approuvés"
    COMMISSAIRE = "commissaire", "Rapport du commissaire aux comptes"
    RAPPORT = "rapport", "Rapport d’activité"
    BUDGET = "budget", "Budget prévisionnel de l’organisme"
    POUVOIR = "pouvoir", "Pouvoir donné au signataire"
    DELIBERATION = "deliberation", "Délibération"
    BILAN = "bilan", "Compte rendu de l’action précédente"
    PLAN = "plan", "Plan de financement"
    DEVIS = "devis", "Devis"
    DEROGATION = "derogation", "Décision de dérogation"
    AUTRE = "autre", "Autre pièce"


# Given once by the organisation and reused; the others belong to one request.
PIECES_DE_L_ORGANISME = (
    TypePiece.STATUTS,
    TypePiece.DIRIGEANTS,
    TypePiece.RECEPISSE,
    TypePiece.RIB,
    TypePiece.COMPTES,
    TypePiece.COMMISSAIRE,
    TypePiece.RAPPORT,
    TypePiece.BUDGET,
    TypePiece.POUVOIR,
)


class PieceOrganismeQuerySet(models.QuerySet["PieceOrganisme"]):
    def valables(self, le: date) -> Self:
        """Those in force on `le`: not removed, not out of date."""
        return self.filter(Q(valable_au__isnull=True) | Q(valable_au__gte=le), retiree_le__isnull=True)


class PieceOrganisme(models.Model):
    """A paper of an organisation, with its validity: given once, used by each request until then."""

    organisme = models.ForeignKey(Organisme, models.CASCADE, related_name="pieces", verbose_name="organisme")
    type = models.CharField("pièce", max_length=20, choices=TypePiece)
    fichier = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="fichier")
    valable_du = models.DateField("valable du", null=True, blank=True)
    valable_au = models.DateField("valable au", null=True, blank=True)
    deposee_le = models.DateTimeField("déposée le")
    deposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déposée par"
    )
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)

    objects = PieceOrganismeQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce d’organisme"
        verbose_name_plural = "pièces d’organismes"
        ordering = ["organisme", "type", "-deposee_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valable_au__isnull=True) | Q(valable_du__isnull=True) | Q(valable_au__gte=F("valable_du")),
                name="acteurs_piece_dates_en_ordre",
                violation_error_message="La validité d’une pièce finit après son début.",
            ),
        ]
        indexes = [models.Index(fields=["organisme", "type"], name="acteurs_piece_type")]

    def __str__(self) -> str:
        return f"{self.get_type_display()}, {self.organisme.nom_court}"
