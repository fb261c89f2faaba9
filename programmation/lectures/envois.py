"""Messages to many porteurs: what their fields give on a file, what each of them became."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Model, Q, Sum
from django.utils.timezone import localtime

from commun.auteur import Auteur
from commun.models import EtatTravail, Travail
from commun.typographie import date_chiffres, euros
from contrats.models import Contrat

from ..etats import EtatDemande
from ..models import Dossier, Envoi, Message

PREVENIR_DU_MESSAGE = "programmation.prevenir_du_message"
ENVOYER_A_CHACUN = "programmation.envoyer_a_chacun"


def valeurs_de_fusion(dossier: Dossier) -> dict[str, str]:
    """What each field of `regles.fusion` gives on this file, as its porteur may read it."""
    demandes = dossier.demandes.exclude(etat=EtatDemande.ANNULEE)
    demande = demandes.aggregate(somme=Sum("montant_demande"))["somme"] or Decimal(0)
    return {
        "numero": dossier.numero,
        "intitule": dossier.intitule,
        "porteur": dossier.porteur.nom,
        "campagne": dossier.campagne.nom,
        "annee": str(dossier.campagne.annee),
        "date_depot": date_chiffres(localtime(dossier.depose_le).date() if dossier.depose_le else None),
        "montant_demande": euros(demande),
        "suivi_par": str(dossier.instructeur) if dossier.instructeur else "l’équipe du contrat",
    }


@dataclass(frozen=True, slots=True)
class MessageParti:
    """One file's line of the log."""

    numero: str
    intitule: str
    porteur: str
    partis: int  # e-mails that left
    en_cours: int
    echecs: int
    lu_le: datetime | None

    @property
    def sans_compte(self) -> bool:
        """Nobody of the porteur could be told: neither account nor address."""
        return not (self.partis or self.en_cours or self.echecs)


@dataclass(frozen=True, slots=True)
class JournalEnvoi:
    """What became of a message to many: its lines, its refusals, its job."""

    envoi: Envoi
    messages: tuple[MessageParti, ...]
    refus: tuple[dict[str, str], ...]
    travail: Travail | None

    @property
    def lus(self) -> int:
        return sum(m.lu_le is not None for m in self.messages)

    @property
    def sans_compte(self) -> int:
        return sum(m.sans_compte for m in self.messages)


def envois(contrat: Contrat, annee: int) -> Any:
    """The messages to many of a year, the latest first, each with how many it wrote and how many were read."""
    return (
        Envoi.objects.filter(campagne__contrat=contrat, campagne__annee=annee)
        .select_related("auteur", "organisme")
        .annotate(ecrits=Count("messages"), lus=Count("messages", filter=Q(messages__lu_le__isnull=False)))
        .order_by("-demande_le")
    )


def journal_d_envoi(envoi: Envoi, *, pour: Auteur, contrat: Contrat) -> JournalEnvoi:
    """The log of `envoi` over the files that this reader sees; four queries whatever their number."""
    messages = list(
        Message.objects.visibles_par(pour, contrat)
        .filter(envoi=envoi)
        .select_related("dossier__porteur")
        .order_by("dossier__numero")
    )
    comptes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    courriels = _travaux(PREVENIR_DU_MESSAGE, Message).filter(cible_id__in=[m.pk for m in messages])
    for cible, etat, nombre in courriels.order_by().values_list("cible_id", "etat").annotate(nombre=Count("pk")):
        comptes[cible][etat] += nombre
    travail = _travaux(ENVOYER_A_CHACUN, Envoi).filter(cible_id=envoi.pk).first()
    refus = travail.resultat.get("refus", []) if travail and travail.resultat else []
    visibles = set(Dossier.objects.visibles_par(pour, contrat).values_list("numero", flat=True)) if refus else set()
    return JournalEnvoi(
        envoi,
        tuple(_parti(message, comptes[message.pk]) for message in messages),
        tuple(ligne for ligne in refus if ligne["numero"] in visibles),
        travail,
    )


def _travaux(nom: str, modele: type[Model]) -> Any:
    return Travail.objects.filter(nom=nom, cible_type=modele._meta.label_lower)


def _parti(message: Message, comptes: dict[str, int]) -> MessageParti:
    return MessageParti(
        numero=message.dossier.numero,
        intitule=message.dossier.intitule,
        porteur=str(message.dossier.porteur),
        partis=comptes.get(EtatTravail.FAIT, 0),
        en_cours=comptes.get(EtatTravail.A_FAIRE, 0) + comptes.get(EtatTravail.EN_COURS, 0),
        echecs=comptes.get(EtatTravail.ECHEC, 0),
        lu_le=message.lu_le,
    )
