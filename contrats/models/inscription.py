"""A porteur's request to join a contract: made without an account, confirmed by e-mail, decided by the team."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import FormeJuridique, Organisme, TypeOrganisme, Verification
from commun.auteur import Auteur
from commun.etats import ModeleAEtats

from ..etats import TRANSITIONS_INSCRIPTION, EtatInscription
from .contrat import Contrat
from .habilitation import Invitation, empreinte_du_jeton


class InscriptionQuerySet(models.QuerySet["Inscription"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those of `contrat` whose e-mail is confirmed; the caller has checked that the author leads it."""
        return self.filter(contrat=contrat).exclude(etat=EtatInscription.A_CONFIRMER)

    def du_jeton(self, jeton: str) -> Self:
        """The one whose e-mail carries `jeton`."""
        return self.filter(jeton_sha256=empreinte_du_jeton(jeton))

    def abandonnees(self, avant: datetime) -> Self:
        """Never confirmed, and asked before that moment."""
        return self.filter(etat=EtatInscription.A_CONFIRMER, demandee_le__lt=avant)


class Inscription(ModeleAEtats):
    """Who asks, for which organisation; it becomes an organisation and an invitation once accepted."""

    TRANSITIONS = TRANSITIONS_INSCRIPTION

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="inscriptions", verbose_name="contrat")
    etat = models.CharField("état", max_length=12, choices=EtatInscription, default=EtatInscription.A_CONFIRMER)
    siret = models.CharField("SIRET", max_length=14)
    nom_organisme = models.CharField("nom de l’organisme", max_length=250)
    sigle = models.CharField("sigle", max_length=60, blank=True)
    type = models.CharField("type", max_length=20, choices=TypeOrganisme, default=TypeOrganisme.ASSOCIATION)
    forme_juridique = models.CharField(
        "forme juridique", max_length=20, choices=FormeJuridique, default=FormeJuridique.INCONNUE
    )
    rna = models.CharField("RNA", max_length=10, blank=True)
    adresse = models.CharField("adresse du siège", max_length=250, blank=True)
    code_postal = models.CharField("code postal", max_length=5, blank=True)
    ville = models.CharField("commune", max_length=120, blank=True)
    verification = models.CharField(
        "vérification du SIRET", max_length=12, choices=Verification, default=Verification.NON_VERIFIE
    )
    prenom = models.CharField("prénom", max_length=150)
    nom = models.CharField("nom", max_length=150)
    fonction = models.CharField("fonction dans l’organisme", max_length=200)
    email = models.EmailField("adresse électronique")
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    projet = models.TextField("le projet en quelques mots", blank=True)
    jeton_sha256 = models.CharField("empreinte du jeton", max_length=64, unique=True)
    demandee_le = models.DateTimeField("demandée le")
    confirmee_le = models.DateTimeField("adresse confirmée le", null=True, blank=True)
    tranchee_le = models.DateTimeField("tranchée le", null=True, blank=True)
    tranchee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="tranchée par"
    )
    motif = models.TextField("motif du refus", blank=True)
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisme inscrit"
    )
    invitation = models.ForeignKey(
        Invitation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="invitation envoyée"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = InscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’inscription"
        verbose_name_plural = "demandes d’inscription"
        ordering = ["-demandee_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siret__regex=r"^\d{14}$"),
                name="contrats_inscription_siret",
                violation_error_message="Un SIRET compte 14 chiffres.",
            ),
            models.UniqueConstraint(
                fields=["contrat", "siret", "email"],
                condition=Q(etat__in=[EtatInscription.A_CONFIRMER, EtatInscription.A_VERIFIER]),
                name="contrats_inscription_une_ouverte",
                violation_error_message="Cette demande est déjà en cours.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatInscription.A_CONFIRMER, confirmee_le__isnull=True)
                | (~Q(etat=EtatInscription.A_CONFIRMER) & Q(confirmee_le__isnull=False)),
                name="contrats_inscription_adresse_confirmee",
                violation_error_message="L’équipe ne tranche que les demandes dont l’adresse est confirmée.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=[EtatInscription.A_CONFIRMER, EtatInscription.A_VERIFIER], tranchee_le__isnull=True
                )
                | Q(etat__in=[EtatInscription.ACCEPTEE, EtatInscription.REFUSEE], tranchee_le__isnull=False),
                name="contrats_inscription_tranchee_datee",
                violation_error_message="Une demande tranchée porte sa date.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatInscription.REFUSEE) | ~Q(motif=""),
                name="contrats_inscription_refus_motive",
                violation_error_message="Dites pourquoi la demande est refusée.",
            ),
        ]
        indexes = [models.Index(fields=["contrat", "etat"], name="contrats_inscription_etat")]

    def __str__(self) -> str:
        return f"{self.nom_organisme} ({self.email})"

    @property
    def personne(self) -> str:
        return f"{self.prenom} {self.nom}".strip()
