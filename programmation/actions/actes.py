"""Each funder's own act on its row: vote, refusal, notification, and what undoes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier
from commun.typographie import date_chiffres
from contrats.models import ActeDecision, Position

from ..etats import EtatDemande
from ..lectures.nouvelles import GenreNouvelle
from ..models import DemandeFinancement
from ..permissions import peut_notifier, peut_rectifier, peut_refuser, peut_voter
from .ecriture import ZERO, motif_donne, pour_le_compte, verrouiller_demande
from .enveloppes import deplacer
from .montants import verifier_les_montants
from .nouvelles import annoncer_au_porteur

PREND_ACTE_NE_VOTE_RIEN = "Un acte qui « prend acte » ne rend aucun montant ferme."


@dataclass(frozen=True, slots=True)
class NouvelActe:
    """A funder's act that is not recorded yet: délibération or arrêté, its body, number and date."""

    instance: str
    numero: str
    pris_le: date


@transaction.atomic
def voter(
    demande: DemandeFinancement,
    *,
    acte: ActeDecision | NouvelActe,
    montant: Decimal,
    par: Auteur,
    le: datetime,
    piece_source: str = "",
) -> DemandeFinancement:
    """Record the funder's own act: its amount becomes firm. `montant` euros may differ from what was programmed.

    Raises:
        RegleEnfreinte: the act is not this funder's, only takes note, or comes too early; the amount cannot be voted.
    """
    demande = verrouiller_demande(demande)
    verifier(peut_voter(par, demande))
    champ = "acte"
    if isinstance(acte, NouvelActe):
        acte, champ = _enregistrer_acte(acte, demande, le), "numero"
    _verifier_l_acte(acte, demande, le)
    if acte.position != Position.RETIENT:
        raise RegleEnfreinte(PREND_ACTE_NE_VOTE_RIEN, champ=champ)
    if montant <= 0:
        raise RegleEnfreinte("Un montant voté est supérieur à 0 ; sinon, enregistrez un refus.", champ="montant")
    verifier_les_montants(demande.dossier, {demande.pk: montant})
    par, saisi_par = pour_le_compte(par, demande, piece_source)
    deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO), vote=montant)
    demande.changer_etat(
        "voter",
        par=par,
        le=le,
        motif=piece_source,
        champs={"montant_vote": montant, "acte": acte, "saisi_par_organisme": saisi_par, "piece_source": piece_source},
    )
    return demande


@transaction.atomic
def refuser(
    demande: DemandeFinancement,
    *,
    motif: str,
    par: Auteur,
    le: datetime,
    piece_source: str = "",
    acte: ActeDecision | None = None,
) -> DemandeFinancement:
    """The funder says no, by its `acte` when one was taken; what it had programmed goes back to its envelope."""
    demande = verrouiller_demande(demande)
    verifier(peut_refuser(par, demande))
    if acte is not None:
        _verifier_l_acte(acte, demande, le)
    par, saisi_par = pour_le_compte(par, demande, piece_source)
    if demande.etat == EtatDemande.PROGRAMMEE:
        deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO))
    demande.changer_etat(
        "refuser",
        par=par,
        le=le,
        motif=motif_donne(motif),
        champs={
            "motif": motif,
            "acte": acte,
            "montant_programme": None,
            "programme_le": None,
            "saisi_par_organisme": saisi_par,
            "piece_source": piece_source,
        },
    )
    return demande


@transaction.atomic
def rectifier(
    demande: DemandeFinancement, *, motif: str, par: Auteur, le: datetime, piece_source: str = ""
) -> DemandeFinancement:
    """Undo an act or a refusal entered by mistake, before the porteur is told: back to what stood before it.

    The euros of an act go back from voted to programmed; after a refusal the funder proposes again.
    """
    demande = verrouiller_demande(demande)
    verifier(peut_rectifier(par, demande))
    par, saisi_par = pour_le_compte(par, demande, piece_source)
    champs: dict[str, object] = {"saisi_par_organisme": saisi_par, "piece_source": piece_source}
    if demande.etat == EtatDemande.REFUSEE:
        acte = "revenir_sur_le_refus"
        champs |= {"motif": "", "montant_propose": None, "reunion": None, "acte": None}
    else:
        acte = "rectifier"
        champs |= {"montant_vote": None, "acte": None}
        deplacer(demande.enveloppe, programme=demande.montant_programme or ZERO, vote=-(demande.montant_vote or ZERO))
    demande.changer_etat(acte, par=par, le=le, motif=motif_donne(motif), champs=champs)
    return demande


@transaction.atomic
def notifier(demande: DemandeFinancement, *, jour: date, par: Auteur, le: datetime) -> DemandeFinancement:
    """The porteur is told the amount voted, or the refusal and its reason; from now on it reads them.

    An e-mail leaves unless a letter tells it: see `notifier_par_courrier`.
    """
    demande = verrouiller_demande(demande)
    genre = GenreNouvelle.REFUS if demande.etat == EtatDemande.REFUSEE else GenreNouvelle.ACCORD
    notifier_par_courrier(demande, jour=jour, par=par, le=le)
    annoncer_au_porteur(demande.dossier, genre, demande=demande.pk)
    return demande


def notifier_par_courrier(demande: DemandeFinancement, *, jour: date, par: Auteur, le: datetime) -> None:
    """The same, of a row that a letter tells: no e-mail of its own. The caller holds the file and read the row since."""
    verifier(peut_notifier(par, demande))
    if demande.acte is not None and jour < demande.acte.pris_le:
        raise RegleEnfreinte("La notification suit l’acte du financeur : vérifiez la date.", champ="jour")
    _verifier_passe(jour, le, champ="jour")
    acte = "notifier_refus" if demande.etat == EtatDemande.REFUSEE else "notifier"
    demande.changer_etat(acte, par=par, le=le, champs={"notifie_le": jour})


def _enregistrer_acte(nouveau: NouvelActe, demande: DemandeFinancement, le: datetime) -> ActeDecision:
    """The funder's act under its number; two rows decided by one act share it."""
    _verifier_date_de_l_acte(nouveau.pris_le, demande, le, champ="pris_le")
    acte, cree = ActeDecision.objects.get_or_create(
        contrat=demande.dossier.contrat,
        organisme=demande.financeur,
        numero=nouveau.numero,
        defaults={"instance": nouveau.instance, "pris_le": nouveau.pris_le, "fictif": demande.fictif},
    )
    if not cree and acte.pris_le != nouveau.pris_le:
        raise RegleEnfreinte(
            f"L’acte n° {acte.numero} est déjà enregistré à la date du {date_chiffres(acte.pris_le)}.", champ="numero"
        )
    return acte


def _verifier_l_acte(acte: ActeDecision, demande: DemandeFinancement, le: datetime) -> None:
    """The act is the funder's own, in this contract, and comes when it may."""
    if acte.organisme_id != demande.financeur_id or acte.contrat_id != demande.dossier.contrat_id:
        raise RegleEnfreinte(f"L’acte doit être celui {demande.financeur.de_nom}, dans ce contrat.", champ="acte")
    _verifier_date_de_l_acte(acte.pris_le, demande, le, champ="acte")


def _verifier_passe(jour: date, le: datetime, *, champ: str) -> None:
    if jour > localdate(le):
        raise RegleEnfreinte("Cette date est à venir : enregistrez la décision une fois prise.", champ=champ)


def _verifier_date_de_l_acte(pris_le: date, demande: DemandeFinancement, le: datetime, *, champ: str) -> None:
    _verifier_passe(pris_le, le, champ=champ)
    if demande.programme_le is not None and pris_le < demande.programme_le:
        raise RegleEnfreinte("L’acte d’un financeur suit la validation du COPIL : vérifiez sa date.", champ=champ)
