"""A request to one funder: one row = one envelope = one decision."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from contrats.models import ActeDecision, Contrat, NatureMoyens, Reunion
from contrats.permissions import roles

from ..etats import (
    DEMANDE_CONSOMME,
    DEMANDE_FERME,
    DEMANDE_NOTIFIEE,
    DOSSIER_SANS_EXAMEN,
    TRANSITIONS_DEMANDE,
    EtatDemande,
)
from ..regles.fil_de_l_eau import a_la_table_du_copil
from .dispositif import Dispositif
from .dossier import Dossier, consultant, deports_de, sollicitant
from .enveloppe import Enveloppe

_MONTANTS_VUS = {
    "propose_vu": "montant_propose",
    "programme_vu": "montant_programme",
    "vote_vu": "montant_vote",
}


# `a_la_table_du_copil`, asked of the database: proposed, above 0 and shared.
A_LA_TABLE_DU_COPIL = Q(etat=EtatDemande.PROPOSEE, proposition_partagee=True, montant_propose__gt=0)


class DemandeFinancementQuerySet(models.QuerySet["DemandeFinancement"]):
    def avec_montants_vus(self, auteur: Auteur, contrat: Contrat) -> Any:  # the type of annotated rows
        """Adds `propose_vu`, `programme_vu`, `vote_vu`, `etat_vu`: what this author may read of each row, else NULL.

        The co-funders and the contract's team see the amounts, save a private draft of another funder; the porteur
        sees its amounts once notified, and the state « demandée » until then.
        """
        vu = _conditions_de_vue(auteur, contrat)
        montants = {
            nom: Case(When(vu[nom], then=F(champ)), default=None, output_field=models.DecimalField())
            for nom, champ in _MONTANTS_VUS.items()
        }
        etat = Case(When(vu["etat_vu"], then=F("etat")), default=Value(EtatDemande.DEMANDEE.value))
        return self.annotate(**montants, etat_vu=etat)

    def consommant(self) -> Self:
        """Rows that consume their envelope."""
        return self.filter(etat__in=DEMANDE_CONSOMME)

    def fermes(self) -> Self:
        """Rows made firm by their funder's own act."""
        return self.filter(etat__in=DEMANDE_FERME)

    def a_dire(self) -> Self:
        """Rows whose decision a letter tells: firm or refused and not notified, or put off on a file still examined."""
        decidees = Q(etat__in=(EtatDemande.VOTEE, EtatDemande.REFUSEE), notifie_le__isnull=True)
        return self.filter(decidees | (Q(etat=EtatDemande.AJOURNEE) & ~Q(dossier__etat__in=DOSSIER_SANS_EXAMEN)))

    def pas_encore_dites(self, courriers: models.QuerySet[Any]) -> Self:
        """Rows that none of these letters tells as they stand: one written before a row was taken up again tells a
        postponement that holds no more."""
        depuis = Q(demandes__reprise_le__isnull=True) | Q(redige_le__gt=F("demandes__reprise_le"))
        return self.exclude(pk__in=courriers.filter(depuis).values("demandes"))


def _conditions_de_vue(auteur: Auteur, contrat: Contrat) -> dict[str, Q]:
    tenus = roles(auteur, contrat)
    deportes = deports_de(auteur, contrat)
    # Whoever is withdrawn from a file reads none of its amounts, wherever its rows are read from.
    tout, rien = Q(pk__isnull=False) & ~Q(dossier__in=deportes), Q(pk__isnull=True)
    if tenus.administre:
        return dict.fromkeys([*_MONTANTS_VUS, "etat_vu"], tout)
    vu = dict.fromkeys([*_MONTANTS_VUS, "etat_vu"], rien)
    if tenus.organismes_porteurs:
        vu["vote_vu"] = Q(etat__in=(*DEMANDE_NOTIFIEE, EtatDemande.REFUSEE), notifie_le__isnull=False)
        # A request that no longer stands is no funder's secret.
        vu["etat_vu"] = vu["vote_vu"] | Q(etat=EtatDemande.ANNULEE)
    if not tenus.instruit:
        return vu
    partagee = Q(proposition_partagee=True) | Q(financeur__in=tenus.organismes_instructeurs)
    instruit = {
        "propose_vu": tout & (partagee | Q(etat__in=DEMANDE_CONSOMME)),
        "programme_vu": tout,
        "vote_vu": tout,
        "etat_vu": tout & (partagee | ~Q(etat=EtatDemande.PROPOSEE)),
    }
    if tenus.instruit_pour_un_financeur_seulement:
        # Consulted on a file that asks it for nothing, an organisation reads no funder's answer.
        siens = tenus.organismes_instructeurs
        cofinance = ~Q(dossier__in=consultant(siens)) | Q(dossier__in=sollicitant(siens))
        instruit = {nom: cofinance & vue for nom, vue in instruit.items()}
        instruit["etat_vu"] |= Q(etat=EtatDemande.ANNULEE)
    if not tenus.organismes_porteurs:
        return instruit
    # A commune instructs for itself and carries actions: on those, it is a porteur like others.
    sien = Q(dossier__in=Dossier.objects.instruits_par(auteur, contrat).values("pk"))
    return {nom: (sien & instruit[nom]) | vu[nom] for nom in vu}


class DemandeFinancement(ModeleAEtats):
    """What a file asks one funder, in one scheme and one nature, and what that funder decides. Euros."""

    TRANSITIONS = TRANSITIONS_DEMANDE

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="demandes", verbose_name="dossier")
    financeur = models.ForeignKey(Organisme, models.PROTECT, related_name="demandes", verbose_name="financeur")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="demandes", verbose_name="dispositif")
    nature = models.CharField("nature", max_length=15, choices=NatureMoyens)
    enveloppe = models.ForeignKey(
        Enveloppe, models.PROTECT, null=True, blank=True, related_name="demandes", verbose_name="enveloppe"
    )
    etat = models.CharField("état", max_length=15, choices=EtatDemande, default=EtatDemande.DEMANDEE)
    montant_demande = models.DecimalField("demandé (€)", max_digits=12, decimal_places=2)
    montant_propose = models.DecimalField("proposé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    montant_programme = models.DecimalField("programmé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    montant_vote = models.DecimalField("voté (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    proposition_partagee = models.BooleanField("proposition visible des cofinanceurs", default=True)
    conditions = models.TextField("conditions", blank=True)
    motif = models.TextField("motif du refus ou de l’ajournement", blank=True)
    reunion = models.ForeignKey(
        Reunion, models.PROTECT, null=True, blank=True, related_name="demandes", verbose_name="COPIL"
    )
    acte = models.ForeignKey(
        ActeDecision, models.PROTECT, null=True, blank=True, related_name="demandes", verbose_name="acte du financeur"
    )
    programme_le = models.DateField("programmée le", null=True, blank=True)
    notifie_le = models.DateField("notifiée le", null=True, blank=True)
    # A letter written before that tells a postponement which no longer holds.
    reprise_le = models.DateTimeField("reprise après un ajournement le", null=True, blank=True)
    numero_ej = models.CharField("numéro d’engagement juridique", max_length=20, blank=True)
    numero_externe = models.CharField("numéro dans l’autre téléservice", max_length=40, blank=True)
    etat_externe = models.CharField("état lu dans l’autre téléservice", max_length=60, blank=True)
    reporte_le = models.DateField("ressaisie dans l’autre téléservice le", null=True, blank=True)
    saisi_par_organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="saisi pour son compte par"
    )
    piece_source = models.CharField("document source de la saisie", max_length=200, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = DemandeFinancementQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de financement"
        verbose_name_plural = "demandes de financement"
        ordering = ["dossier", "financeur", "nature"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "financeur", "dispositif", "nature"],
                name="programmation_demande_unique",
                violation_error_message="Ce financeur est déjà sollicité au même titre sur ce dossier.",
            ),
            models.CheckConstraint(
                condition=Q(montant_demande__gte=0)
                & (Q(montant_propose__isnull=True) | Q(montant_propose__gte=0))
                & (Q(montant_programme__isnull=True) | Q(montant_programme__gte=0))
                & (Q(montant_vote__isnull=True) | Q(montant_vote__gte=0)),
                name="programmation_demande_montants_positifs",
                violation_error_message="Un montant n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatDemande.PROPOSEE]) | Q(montant_propose__isnull=False),
                name="programmation_demande_proposee_a_montant",
                violation_error_message="Une proposition porte un montant.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=DEMANDE_CONSOMME,
                    montant_programme__isnull=False,
                    programme_le__isnull=False,
                    enveloppe__isnull=False,
                )
                | Q(etat__in=[EtatDemande.REFUSEE, EtatDemande.ANNULEE])
                | (
                    Q(etat__in=[EtatDemande.DEMANDEE, EtatDemande.PROPOSEE, EtatDemande.AJOURNEE])
                    & Q(montant_programme__isnull=True, programme_le__isnull=True)
                ),
                name="programmation_demande_programmee_sur_enveloppe",
                violation_error_message="Un montant programmé a une date et prend sur une enveloppe.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=DEMANDE_FERME, acte__isnull=False, montant_vote__isnull=False)
                | (Q(acte__isnull=True, montant_vote__isnull=True) & ~Q(etat__in=DEMANDE_FERME))
                | Q(etat=EtatDemande.REFUSEE, montant_vote__isnull=True)
                | Q(etat=EtatDemande.ANNULEE),
                name="programmation_demande_votee_par_un_acte",
                violation_error_message="Un montant voté porte l’acte qui l’a rendu ferme ; un refus, l’acte qui l’a pris s’il y en a un.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatDemande.REFUSEE, EtatDemande.AJOURNEE, EtatDemande.ANNULEE]) | ~Q(motif=""),
                name="programmation_demande_refus_motive",
                violation_error_message="Un refus, un ajournement ou une annulation dit son motif.",
            ),
            models.CheckConstraint(
                condition=Q(notifie_le__isnull=True)
                | Q(etat__in=[*DEMANDE_NOTIFIEE, EtatDemande.REFUSEE, EtatDemande.ANNULEE]),
                name="programmation_demande_notifiee_apres_decision",
                violation_error_message="Une notification suit la décision du financeur.",
            ),
        ]
        indexes = [
            models.Index(fields=["financeur", "etat"], name="programmation_demande_etat"),
            models.Index(fields=["enveloppe"], name="programmation_demande_env"),
        ]

    def __str__(self) -> str:
        return f"{self.financeur.nom_court} ({self.get_nature_display().lower()}) — {self.dossier.numero}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id

    @property
    def a_la_table_du_copil(self) -> bool:
        """Proposed, above 0, and shared: a private draft is not on the COPIL's table."""
        return a_la_table_du_copil(self.etat, partagee=self.proposition_partagee, propose=bool(self.montant_propose))

    @property
    def est_ferme(self) -> bool:
        return self.etat in DEMANDE_FERME
