"""An organisation: signatory, funder, landlord or porteur."""

from __future__ import annotations

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from commun.recherche import champ_de_recherche, mots

from ..regles import article, contracter, rna_valide, siren_valide, siret_valide


class TypeOrganisme(models.TextChoices):
    """What an organisation is, in the partnership of a contrat de ville."""

    ETAT = "etat", "État"
    SERVICE_ETAT = "service_etat", "Service de l’État"
    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    EPCI = "epci", "EPCI"
    COMMUNE = "commune", "Commune"
    BAILLEUR = "bailleur", "Bailleur social"
    CAF = "caf", "CAF"
    CPAM = "cpam", "CPAM"
    ARS = "ars", "ARS"
    FRANCE_TRAVAIL = "france_travail", "France Travail"
    BANQUE_PUBLIQUE = "banque_publique", "Banque publique"
    CHAMBRE = "chambre", "Chambre consulaire"
    ETABLISSEMENT = "etablissement", "Établissement public"
    CCAS = "ccas", "CCAS ou CIAS"
    ASSOCIATION = "association", "Association"
    CONSEIL_CITOYEN = "conseil_citoyen", "Conseil citoyen"
    ENTREPRISE = "entreprise", "Entreprise"
    AUTRE = "autre", "Autre"


# Bodies named by an acronym that takes the article of its first word: la CAF, le SDJES, l’ADEME; but CAPH, LMH.
_AVEC_ARTICLE = frozenset(
    {
        TypeOrganisme.SERVICE_ETAT,
        TypeOrganisme.CAF,
        TypeOrganisme.CPAM,
        TypeOrganisme.ARS,
        TypeOrganisme.CHAMBRE,
        TypeOrganisme.ETABLISSEMENT,
        TypeOrganisme.CCAS,
        TypeOrganisme.REGION,
        TypeOrganisme.DEPARTEMENT,
    }
)


class FormeJuridique(models.TextChoices):
    """Legal form, as far as it changes the papers asked."""

    DROIT_PUBLIC = "droit_public", "Personne morale de droit public"
    ASSOCIATION_1901 = "association_1901", "Association loi 1901"
    ASSOCIATION_LOCALE = "association_locale", "Association de droit local (Alsace-Moselle)"
    SOCIETE = "societe", "Société"
    GROUPEMENT = "groupement", "GIP ou groupement"
    INCONNUE = "inconnue", "Non renseignée"


class OrganismeQuerySet(models.QuerySet["Organisme"]):
    def cherches(self, texte: str) -> Self:
        """Those whose name, short name or number holds each word of `texte`, accents and case aside."""
        return self.filter(*(Q(recherche__contains=mot) for mot in mots(texte)))


class Organisme(models.Model):
    """An organisation. Its numbers may be unknown; when given they are checked (regles 2.10)."""

    nom = models.CharField("nom", max_length=250)
    sigle = models.CharField("sigle ou nom court", max_length=60, blank=True)
    type = models.CharField("type", max_length=20, choices=TypeOrganisme)
    forme_juridique = models.CharField(
        "forme juridique", max_length=20, choices=FormeJuridique, default=FormeJuridique.INCONNUE
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="services", verbose_name="organisme de rattachement"
    )
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    rna = models.CharField("RNA", max_length=10, blank=True)
    code_commune = models.CharField("code INSEE de la commune du siège", max_length=5, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)
    source = models.CharField("source", max_length=200, blank=True)
    recherche = champ_de_recherche("nom", "sigle", "siret")

    objects = OrganismeQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme"
        verbose_name_plural = "organismes"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^\d{9}$"),
                name="acteurs_organisme_siren",
                violation_error_message="Un SIREN compte 9 chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"),
                name="acteurs_organisme_siret",
                violation_error_message="Un SIRET compte 14 chiffres.",
            ),
            models.UniqueConstraint(
                fields=["siret"],
                condition=~Q(siret=""),
                name="acteurs_organisme_siret_unique",
                violation_error_message="Un organisme porte déjà ce SIRET.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="acteurs_organisme_pas_son_parent",
                violation_error_message="Un organisme ne peut pas être rattaché à lui-même.",
            ),
        ]
        indexes = [models.Index(fields=["recherche"], name="acteurs_organisme_tri")]

    def __str__(self) -> str:
        return self.nom

    @property
    def nom_court(self) -> str:
        return self.sigle or self.nom

    @property
    def le_nom(self) -> str:
        """The short name as a sentence says it: « l’État », « le Département », « CAPH »."""
        complet = self.nom if self.type in _AVEC_ARTICLE else ""
        return article(self.nom_court, complet) + self.nom_court

    @property
    def de_nom(self) -> str:
        """« de l’État », « du Département », « de CAPH »; a commune's own « d’Haveluy » is read from its full name."""
        if self.type == TypeOrganisme.COMMUNE and self.nom.endswith(f" d’{self.sigle}"):
            return f"d’{self.sigle}"
        return contracter("de", self.le_nom)

    @property
    def a_nom(self) -> str:
        """« à l’État », « au Département », « à CAPH »."""
        return contracter("à", self.le_nom)

    def clean(self) -> None:
        erreurs = {}
        if self.siren and not siren_valide(self.siren):
            erreurs["siren"] = "Ce SIREN n’est pas valide : vérifiez ses 9 chiffres."
        if self.siret and not siret_valide(self.siret):
            erreurs["siret"] = "Ce SIRET n’est pas valide : vérifiez ses 14 chiffres."
        if self.siret and self.siren and not self.siret.startswith(self.siren):
            erreurs["siret"] = "Les 9 premiers chiffres du SIRET sont le SIREN de l’organisme."
        if self.rna and not rna_valide(self.rna):
            erreurs["rna"] = "Un numéro RNA commence par W et compte 10 caractères, par exemple W595012345."
        if erreurs:
            raise ValidationError(erreurs)
