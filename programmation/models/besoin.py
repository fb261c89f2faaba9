"""A need that looks for a porteur (FPC, AMI): reported by the partners, published or not, until it becomes a file."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from contrats.models import Contrat, NatureMoyens, NatureOrientation, Orientation, Reunion
from contrats.permissions import roles
from geographie.models import Commune, Perimetre

from ..etats import (
    BESOIN_AVEC_OPPORTUNITE,
    BESOIN_AVEC_PORTEUR,
    DOSSIER_SANS_SUITE,
    TRANSITIONS_BESOIN,
    TRANSITIONS_CANDIDATURE,
    EtatBesoin,
    EtatCandidature,
)
from .dispositif import Dispositif, FamilleDispositif
from .dossier import Dossier

FAMILLES_DES_BESOINS = (FamilleDispositif.FPC, FamilleDispositif.AMI)


class BesoinQuerySet(models.QuerySet["Besoin"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """All of them for whoever is more than a porteur in the contract; a porteur reads the calls published.

        A porteur also keeps those to which it answered, and the one that it carries, once the call is over.
        """
        tenus = roles(auteur, contrat)
        du_contrat = self.filter(contrat=contrat)
        if tenus.administre or tenus.organismes_partenaires:
            return du_contrat
        siens = tenus.organismes_porteurs
        if not siens:
            return du_contrat.none()
        candidats = Candidature.objects.filter(organisme__in=siens).values("besoin")
        return du_contrat.filter(Q(publie_le__isnull=False) | Q(pk__in=candidats) | Q(porteur__in=siens))

    def ouverts_a_candidature(self, le: date) -> Self:
        """Calls published that still take answers on that day."""
        return self.filter(etat=EtatBesoin.OPPORTUNITE, publie_jusqu_au__gte=le)


class Besoin(ModeleAEtats):
    """The reverse of a call for projects: the partners see a need, define an opportunity, then look for who carries it."""

    TRANSITIONS = TRANSITIONS_BESOIN

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="besoins", verbose_name="contrat")
    etat = models.CharField("état", max_length=15, choices=EtatBesoin, default=EtatBesoin.SIGNALE)
    titre = models.CharField("besoin", max_length=200)
    constat = models.TextField("constat")
    publics = models.CharField("publics concernés", max_length=300, blank=True)
    signale_pour = models.ForeignKey(
        Organisme, models.PROTECT, related_name="besoins_signales", verbose_name="signalé par"
    )
    signale_le = models.DateTimeField("signalé le")
    signale_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="saisi par"
    )
    communes: models.ManyToManyField[Commune, Any] = models.ManyToManyField(
        Commune, blank=True, related_name="besoins", verbose_name="communes"
    )
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="besoins", verbose_name="quartiers"
    )
    orientation = models.ForeignKey(
        Orientation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="besoins",
        limit_choices_to={"nature": NatureOrientation.THEMATIQUE},
        verbose_name="orientation",
    )
    opportunite = models.TextField("opportunité", blank=True)
    dispositif = models.ForeignKey(
        Dispositif, models.PROTECT, null=True, blank=True, related_name="besoins", verbose_name="dispositif"
    )
    reunion = models.ForeignKey(
        Reunion, models.SET_NULL, null=True, blank=True, related_name="besoins", verbose_name="discuté à la réunion"
    )
    publie_le = models.DateTimeField("publié le", null=True, blank=True)
    publie_jusqu_au = models.DateField("candidatures jusqu’au", null=True, blank=True)
    porteur = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="besoins_portes", verbose_name="porteur"
    )
    dossier = models.OneToOneField(
        Dossier, models.SET_NULL, null=True, blank=True, related_name="besoin_d_origine", verbose_name="dossier"
    )
    revision = models.PositiveIntegerField("révision", default=0)
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = BesoinQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        verbose_name_plural = "besoins"
        ordering = ["contrat", "-signale_le"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat__in=BESOIN_AVEC_OPPORTUNITE) | ~Q(opportunite=""),
                name="programmation_besoin_opportunite_ecrite",
                violation_error_message="Écrivez l’opportunité : ce qui serait fait, et pourquoi maintenant.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=BESOIN_AVEC_PORTEUR) | Q(porteur__isnull=False),
                name="programmation_besoin_porteur_nomme",
                violation_error_message="Nommez le porteur trouvé.",
            ),
            models.CheckConstraint(
                condition=Q(publie_le__isnull=True, publie_jusqu_au__isnull=True)
                | Q(publie_le__isnull=False, publie_jusqu_au__isnull=False),
                name="programmation_besoin_publie_jusqu_au",
                violation_error_message="Un appel publié dit jusqu’à quand il reçoit des candidatures.",
            ),
        ]

    def __str__(self) -> str:
        return self.titre

    @property
    def est_un_ami(self) -> bool:
        """True when the need is put out to any porteur."""
        return self.dispositif is not None and self.dispositif.famille == FamilleDispositif.AMI

    @cached_property
    def candidats(self) -> frozenset[int]:
        """The organisations that answered its call."""
        return frozenset(self.candidatures.order_by().values_list("organisme", flat=True))

    @property
    def appel_repondu(self) -> bool:
        """True when its published call has answers: porteurs wrote them for that scheme, which changes no more."""
        return self.publie_le is not None and self.candidatures.exclude(etat=EtatCandidature.RETIREE).exists()

    @property
    def dossier_abandonne(self) -> bool:
        """True when the file that it became is given up, not receivable or gone: the need is answered by nobody."""
        return self.etat == EtatBesoin.DOSSIER and (self.dossier is None or self.dossier.etat in DOSSIER_SANS_SUITE)


class PisteDeFinancement(models.Model):
    """Who might pay for the answer to a need, with how much; read by those who instruct."""

    besoin = models.ForeignKey(Besoin, models.CASCADE, related_name="pistes", verbose_name="besoin")
    organisme = models.ForeignKey(
        Organisme, models.PROTECT, related_name="pistes_de_financement", verbose_name="financeur"
    )
    nature = models.CharField("nature des crédits", max_length=15, choices=NatureMoyens)
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    note = models.CharField("précision", max_length=300, blank=True)
    acquise = models.BooleanField("acquise", default=False)
    revision = models.PositiveIntegerField("révision", default=0)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "piste de financement"
        verbose_name_plural = "pistes de financement"
        ordering = ["besoin", "-acquise", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__isnull=True) | Q(montant__gt=0),
                name="programmation_piste_montant_positif",
                violation_error_message="Un montant est positif ; laissez vide s’il n’est pas connu.",
            ),
            models.CheckConstraint(
                condition=Q(acquise=False) | Q(montant__isnull=False),
                name="programmation_piste_acquise_chiffree",
                violation_error_message="Une piste acquise a un montant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} : {self.get_nature_display().lower()}"


class CandidatureQuerySet(models.QuerySet["Candidature"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """All of them for those who instruct, save a competitor's; a porteur reads its own; nobody else any.

        Whoever acts for an organisation that answered a call reads nothing of the others' answers to it, though it
        instructs; the chefs de projet of the whole contract, who answer them all, do.
        """
        tenus = roles(auteur, contrat)
        du_contrat = self.filter(besoin__contrat=contrat)
        if tenus.pilote_tout:
            return du_contrat
        if not tenus.instruit:
            return du_contrat.filter(organisme__in=tenus.organismes_porteurs)
        siens = tenus.organismes_porteurs | tenus.organismes_instructeurs
        disputes = Candidature.objects.filter(organisme__in=siens).values("besoin")
        return du_contrat.filter(Q(organisme__in=siens) | ~Q(besoin__in=disputes))

    def a_repondre(self) -> Self:
        """Those that wait for their answer."""
        return self.filter(etat=EtatCandidature.DEPOSEE, besoin__etat=EtatBesoin.OPPORTUNITE)


class Candidature(ModeleAEtats):
    """A porteur's answer to a published call; one at most is kept."""

    TRANSITIONS = TRANSITIONS_CANDIDATURE

    besoin = models.ForeignKey(Besoin, models.CASCADE, related_name="candidatures", verbose_name="appel")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="candidatures", verbose_name="candidat")
    texte = models.TextField("réponse")
    etat = models.CharField("état", max_length=12, choices=EtatCandidature, default=EtatCandidature.DEPOSEE)
    motif = models.TextField("motif de la réponse", blank=True)
    deposee_le = models.DateTimeField("déposée le")
    deposee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="déposée par"
    )
    revision = models.PositiveIntegerField("révision", default=0)
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = "candidature"
        verbose_name_plural = "candidatures"
        ordering = ["besoin", "deposee_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["besoin", "organisme"],
                name="programmation_candidature_unique",
                violation_error_message="Cet organisme a déjà répondu à cet appel : modifiez sa réponse.",
            ),
            models.UniqueConstraint(
                fields=["besoin"],
                condition=Q(etat=EtatCandidature.RETENUE),
                name="programmation_candidature_une_retenue",
                violation_error_message="Une autre candidature est déjà retenue.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatCandidature.RETENUE, EtatCandidature.NON_RETENUE]) | ~Q(motif=""),
                name="programmation_candidature_reponse_motivee",
                violation_error_message="La réponse à une candidature est motivée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} : {self.besoin.titre}"

    @property
    def contrat_id(self) -> int:
        return self.besoin.contrat_id

    @property
    def se_repond_encore(self) -> bool:
        """True when its porteur may still write it: not answered, given up, or answered in an earlier call of the need."""
        if self.etat in (EtatCandidature.DEPOSEE, EtatCandidature.RETIREE):
            return True
        publie_le = self.besoin.publie_le
        return self.etat == EtatCandidature.NON_RETENUE and publie_le is not None and self.deposee_le < publie_le
