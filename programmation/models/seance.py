"""The session of a meeting that examines files: its list, what it says of each, the euros kept, its record."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from commun.models import Fichier
from contrats.etats import EtatReunion
from contrats.models import Comite, Contrat, Reunion
from contrats.permissions import Place, place_dans, roles

from ..etats import DEMANDE_CONSOMME, EXAMEN_APPLICABLE, TRANSITIONS_EXAMEN, EtatDemande, EtatExamen
from .demande import DemandeFinancement
from .dispositif import FamilleDispositif
from .dossier import Dossier, deports_de


def demandes_de(comite: Comite) -> Q:
    """The requests that a committee examines: a body that validates the SIP alone sees the SIP, and it alone does.

    Where no body is in charge of them, the one that validates the programming sees them too (regles 2.13).
    """
    sip = Q(dispositif__famille=FamilleDispositif.SIP)
    if comite.valide_sip:
        return Q() if comite.valide_programmation else sip
    if not comite.valide_programmation:
        return ~sip
    return ~sip | Q(~Exists(Comite.objects.filter(contrat=comite.contrat_id, valide_sip=True)))


def examinent(*, sip: bool) -> Q:
    """The examinations by a committee that examines the requests of the SIP, or all the others: `demandes_de`, read from
    the request.
    """
    if not sip:
        return Q(reunion__comite__valide_programmation=True) | Q(reunion__comite__valide_sip=False)
    confie = Exists(Comite.objects.filter(contrat=OuterRef("reunion__comite__contrat"), valide_sip=True))
    return Q(reunion__comite__valide_sip=True) | Q(~confie, reunion__comite__valide_programmation=True)


class ExamenDossierQuerySet(models.QuerySet["ExamenDossier"]):
    def a_appliquer(self) -> Self:
        """Those that say something of a file which the file does not know yet."""
        return self.filter(etat__in=EXAMEN_APPLICABLE, applique_le__isnull=True)

    def preparant(self, reunion: Reunion) -> Self:
        """What the meetings that only prepare said, before `reunion`, of files of the same contract; the latest last."""
        return (
            self.filter(reunion__comite__contrat=reunion.comite.contrat_id, reunion__le__lte=reunion.le)
            .filter(reunion__comite__valide_programmation=False, reunion__comite__valide_sip=False)
            .exclude(reunion__etat=EtatReunion.ANNULEE)
            .exclude(reunion=reunion)
            .exclude(etat=EtatExamen.A_EXAMINER)
            .order_by("reunion__le", "reunion_id", "ordre", "pk")
        )


class ExamenDossier(ModeleAEtats):
    """One file on the list of a meeting: what the meeting says of it, and who took no part."""

    TRANSITIONS = TRANSITIONS_EXAMEN

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="examens", verbose_name="réunion")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="examens", verbose_name="dossier")
    ordre = models.PositiveSmallIntegerField("rang")
    etat = models.CharField("état", max_length=12, choices=EtatExamen, default=EtatExamen.A_EXAMINER)
    question = models.TextField("question à arbitrer", blank=True)
    motif = models.TextField("motif", blank=True)
    note = models.TextField("note de séance", blank=True)
    retraits = models.TextField("ne prennent pas part", blank=True)
    version = models.PositiveIntegerField("version", default=1)
    modifie_le = models.DateTimeField("saisi le", null=True, blank=True)
    modifie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="saisi par"
    )
    applique_le = models.DateTimeField("appliqué le", null=True, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    objects = ExamenDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier examiné"
        verbose_name_plural = "dossiers examinés"
        ordering = ["reunion", "ordre", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "dossier"],
                name="programmation_examen_unique",
                violation_error_message="Ce dossier est déjà sur la liste de cette réunion.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatExamen.A_ARBITRER) | ~Q(question=""),
                name="programmation_examen_question_posee",
                violation_error_message="Un point à arbitrer pose sa question.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatExamen.AJOURNE, EtatExamen.ECARTE]) | ~Q(motif=""),
                name="programmation_examen_motive",
                violation_error_message="Un dossier ajourné ou écarté dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(applique_le__isnull=True) | Q(etat__in=EXAMEN_APPLICABLE),
                name="programmation_examen_applique_si_decide",
                violation_error_message="On n’applique que ce qui est décidé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier.numero}, {self.get_etat_display().lower()}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class MontantExamineQuerySet(models.QuerySet["MontantExamine"]):
    def gardes(self) -> Self:
        """What a meeting gave, its decision applied."""
        return self._appliques().filter(montant__gt=0)

    def laisses(self) -> Self:
        """The requests to which a meeting gave nothing on a file that it kept, its decision applied."""
        return self._appliques().filter(montant=0)

    def _appliques(self) -> Self:
        return self.filter(examen__etat=EtatExamen.RETENU, examen__applique_le__isnull=False)


class MontantExamine(models.Model):
    """The euros that a meeting keeps for one request."""

    examen = models.ForeignKey(ExamenDossier, models.CASCADE, related_name="montants", verbose_name="dossier examiné")
    demande = models.ForeignKey(
        DemandeFinancement, models.CASCADE, related_name="montants_examines", verbose_name="demande"
    )
    montant = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)

    objects = MontantExamineQuerySet.as_manager()

    class Meta:
        verbose_name = "montant examiné"
        verbose_name_plural = "montants examinés"
        ordering = ["examen", "demande"]
        constraints = [
            models.UniqueConstraint(
                fields=["examen", "demande"],
                name="programmation_montant_examine_unique",
                violation_error_message="Le montant de cette demande est déjà saisi.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="programmation_montant_examine_positif",
                violation_error_message="Un montant n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demande} : {self.montant}"


def saisissable(demande: DemandeFinancement) -> bool:
    """A meeting may keep an amount for it: no COPIL has programmed it, and its funder has not refused it."""
    return demande.etat not in (*DEMANDE_CONSOMME, EtatDemande.REFUSEE, EtatDemande.ANNULEE)


def est_un_brouillon(demande: DemandeFinancement) -> bool:
    """Its funder prepares a proposal that it has not shared; put off, it keeps it so."""
    return demande.etat in (EtatDemande.PROPOSEE, EtatDemande.AJOURNEE) and (
        demande.montant_propose is not None and not demande.proposition_partagee
    )


class ReleveDeDecisionsQuerySet(models.QuerySet["ReleveDeDecisions"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """All of them for the team of the whole contract; the published ones for the members of their committee.

        Published, a record is the decision itself, told to every member; before, whoever is withdrawn from one of its
        files does not read it.
        """
        du_contrat = self.filter(reunion__comite__contrat=contrat)
        tenus = roles(auteur, contrat)
        publies = Q(publie_le__isnull=False)
        if tenus.pilote_tout:
            touchees = ExamenDossier.objects.filter(dossier__in=deports_de(auteur, contrat)).values("reunion")
            return du_contrat.filter(publies | ~Q(reunion__in=touchees))
        comites = Comite.objects.filter(contrat=contrat).prefetch_related("membres")
        siege = [comite.pk for comite in comites if place_dans(tenus, comite) in (Place.ANIMATEUR, Place.MEMBRE)]
        return du_contrat.filter(publies, reunion__comite__in=siege)


class ReleveDeDecisions(models.Model):
    """The record of what a meeting said of each file, as a document; a new one never replaces a former one."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="releves", verbose_name="réunion")
    version = models.PositiveSmallIntegerField("version")
    fichier = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="document")
    produit_le = models.DateTimeField("produit le")
    publie_le = models.DateTimeField("publié le", null=True, blank=True)
    publie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="publié par"
    )

    objects = ReleveDeDecisionsQuerySet.as_manager()

    class Meta:
        verbose_name = "relevé de décisions"
        verbose_name_plural = "relevés de décisions"
        ordering = ["reunion", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "version"],
                name="programmation_releve_version_unique",
                violation_error_message="Cette version du relevé existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(publie_le__isnull=True) | Q(publie_le__gte=models.F("produit_le")),
                name="programmation_releve_publie_apres",
                violation_error_message="Un relevé se publie après avoir été produit.",
            ),
        ]

    def __str__(self) -> str:
        return f"Relevé de décisions, {self.reunion}, version {self.version}"

    @property
    def contrat_id(self) -> int:
        return self.reunion.contrat_id
