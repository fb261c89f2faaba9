"""Envelopes: their movements, their overruns, and how a request takes from one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.typographie import euros

from ..models import DemandeFinancement, Enveloppe, MouvementEnveloppe, Section
from ..models.enveloppe import EtatEnveloppe
from ..permissions import peut_gerer_enveloppes
from .ecriture import ZERO, motif_donne


@transaction.atomic
def mouvementer_enveloppe(
    enveloppe: Enveloppe,
    *,
    montant: Decimal,
    motif: str,
    jour: date,
    par: Auteur,
    le: datetime,
    notifiee: bool = False,
) -> Enveloppe:
    """Raise or lower an envelope by `montant` euros on `jour`; `notifiee` says that the funder has now notified it."""
    enveloppe = Enveloppe.objects.select_for_update().select_related("contrat", "financeur").get(pk=enveloppe.pk)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    avant = {"montant": str(enveloppe.montant), "etat": enveloppe.etat}
    enveloppe.montant += montant
    if notifiee:
        enveloppe.etat = EtatEnveloppe.NOTIFIEE
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(update_fields=["montant", "etat"])
    MouvementEnveloppe.objects.create(enveloppe=enveloppe, le=jour, montant=montant, motif=motif_donne(motif))
    inscrire(
        enveloppe,
        acte="mouvementer_enveloppe",
        libelle="Mouvement d’enveloppe",
        par=par,
        le=le,
        motif=motif,
        avant=avant,
        apres={"montant": str(enveloppe.montant), "etat": enveloppe.etat},
    )
    return enveloppe


@transaction.atomic
def autoriser_depassement(
    enveloppe: Enveloppe, *, montant: Decimal, motif: str, par: Auteur, le: datetime
) -> Enveloppe:
    """Allow an envelope to be exceeded by `montant` euros, signed by the author with a reason (S-19)."""
    enveloppe = Enveloppe.objects.select_for_update().select_related("contrat", "financeur").get(pk=enveloppe.pk)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    if montant < 0:
        raise RegleEnfreinte("Un dépassement autorisé n’est pas négatif.", champ="montant")
    avant = {"depassement_autorise": str(enveloppe.depassement_autorise)}
    enveloppe.depassement_autorise, enveloppe.motif_depassement = montant, motif_donne(motif)
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(update_fields=["depassement_autorise", "motif_depassement"])
    inscrire(
        enveloppe,
        acte="autoriser_depassement",
        libelle="Dépassement autorisé",
        par=par,
        le=le,
        motif=motif,
        avant=avant,
        apres={"depassement_autorise": str(montant)},
    )
    return enveloppe


def enveloppe_de(demande: DemandeFinancement) -> Enveloppe:
    """The envelope that a request takes from: same funder, year, scheme and nature."""
    if demande.enveloppe is not None:
        return demande.enveloppe
    enveloppe = (
        Enveloppe.objects.filter(
            contrat=demande.dossier.contrat,
            financeur=demande.financeur,
            annee=demande.dossier.campagne.annee,
            dispositif=demande.dispositif,
            nature=demande.nature,
            section=Section.FONCTIONNEMENT,
        )
        .select_related("financeur")
        .first()
    )
    if enveloppe is None:
        raise RegleEnfreinte(
            f"{demande.financeur.nom_court} n’a pas d’enveloppe {demande.dossier.campagne.annee} pour "
            f"« {demande.dispositif} » en {demande.get_nature_display().lower()} : ouvrez-la d’abord."
        )
    return enveloppe


def deplacer(enveloppe: Enveloppe | None, *, programme: Decimal = ZERO, vote: Decimal = ZERO) -> None:
    """Spend by one conditional UPDATE; the CHECK of the table is the second belt (docs/adr/0004)."""
    if enveloppe is None:
        return
    pris = Enveloppe.objects.filter(
        pk=enveloppe.pk,
        montant__gte=F("montant_programme") + F("montant_vote") - F("depassement_autorise") + programme + vote,
    ).update(montant_programme=F("montant_programme") + programme, montant_vote=F("montant_vote") + vote)
    if not pris:
        enveloppe.refresh_from_db()
        raise RegleEnfreinte(
            f"L’enveloppe {enveloppe.annee} de {enveloppe.financeur.nom_court} ne laisse que "
            f"{euros(enveloppe.disponible)} : il en faut {euros(programme + vote)}. "
            "Réduisez le montant ou autorisez un dépassement.",
            code="enveloppe_insuffisante",
        )
