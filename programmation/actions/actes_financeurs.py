"""A funder's act recorded with its paper, then the rows that it decides: many at once, each in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.actions.structure import creer_acte
from contrats.models import ActeDecision, Contrat, Position

from ..etats import EtatDemande
from ..models import DemandeFinancement
from ..permissions import peut_acter
from .actes import refuser, voter
from .ecriture import exiger_la_piece, motif_donne

DECIDER_DES_LIGNES = "programmation.decider_des_lignes"
VOTE, REFUS = "vote", "refus"


@dataclass(frozen=True, slots=True)
class LigneDActe:
    """What the act says of one row: the amount voted in euros, or the reason of the refusal."""

    demande: int
    numero: str
    decision: str
    montant: Decimal | None = None
    motif: str = ""

    def en_json(self) -> dict[str, Any]:
        """As plain values, for a job's parameters."""
        return asdict(self) | {"montant": None if self.montant is None else str(self.montant)}

    @classmethod
    def de_json(cls, lu: Mapping[str, Any]) -> LigneDActe:
        return cls(**{**lu, "montant": None if lu["montant"] is None else Decimal(lu["montant"])})


@transaction.atomic
def enregistrer_l_acte(
    contrat: Contrat,
    financeur: Organisme,
    *,
    champs: Mapping[str, Any],
    par: Auteur,
    le: datetime,
    piece: tuple[str, bytes] | None = None,
    piece_source: str = "",
) -> ActeDecision:
    """Record a funder's délibération or arrêté; `piece` is its paper, by name and content.

    Raises:
        RegleEnfreinte: it is dated ahead, its number is taken, its paper is refused, or the document read is missing.
    """
    verifier(peut_acter(par, contrat, financeur))
    par = par.au_nom_de(financeur)
    if par.pour_le_compte_de is not None:
        exiger_la_piece(financeur, piece_source)
    if champs["pris_le"] > localdate(le):
        raise RegleEnfreinte("Cette date est à venir : enregistrez l’acte une fois pris.", champ="pris_le")
    champs = {**champs, "organisme": financeur, "source": piece_source.strip()}
    if piece is not None:
        nom, contenu = piece
        champs["piece"] = fichiers.recevoir(contenu, nom=nom, champ="piece", depose_par=par.utilisateur)
    return creer_acte(contrat, champs=champs, par=par, le=le)


def decider_des_lignes(
    acte: ActeDecision, lignes: Sequence[LigneDActe], *, annee: int, par: Auteur, piece_source: str = ""
) -> Travail:
    """Plan what this act decides, row by row, of the programming of `annee`.

    Raises:
        RegleEnfreinte: no row, an amount that is not above 0, a refusal without its reason, or no document read.
    """
    verifier(peut_acter(par, acte.contrat, acte.organisme))
    if par.au_nom_de(acte.organisme).pour_le_compte_de is not None:
        exiger_la_piece(acte.organisme, piece_source)
    if not lignes:
        raise RegleEnfreinte("Choisissez au moins une ligne.")
    for ligne in lignes:
        if ligne.decision == REFUS:
            motif_donne(ligne.motif)
        elif acte.position != Position.RETIENT:
            raise RegleEnfreinte("Un acte qui « prend acte » ne rend aucun montant ferme.")
        elif ligne.montant is None or ligne.montant <= 0:
            raise RegleEnfreinte(f"Dossier {ligne.numero} : un montant voté est supérieur à 0 ; sinon, refusez.")
    return planifier(
        DECIDER_DES_LIGNES,
        cible=acte.contrat,
        parametres={
            "acte": acte.pk,
            "annee": annee,
            "lignes": [ligne.en_json() for ligne in lignes],
            "piece_source": piece_source,
            "organisme": par.organisme.pk if par.organisme else None,
        },
        par=par,
    )


def decider_la_ligne(
    demande: DemandeFinancement,
    acte: ActeDecision,
    ligne: LigneDActe,
    *,
    par: Auteur,
    le: datetime,
    piece_source: str = "",
) -> DemandeFinancement:
    """What the act says of one row, by the same acts as on the file's own page."""
    if ligne.decision == REFUS:
        return refuser(demande, motif=ligne.motif, par=par, le=le, piece_source=piece_source)
    assert ligne.montant is not None  # asked when it was planned
    return voter(demande, acte=acte, montant=ligne.montant, par=par, le=le, piece_source=piece_source)


def ligne_deja_decidee(demande: DemandeFinancement, acte: ActeDecision, ligne: LigneDActe) -> bool:
    """The row stands as the act says: done before the job was taken over."""
    if ligne.decision == REFUS:
        return demande.etat == EtatDemande.REFUSEE and demande.motif == ligne.motif
    return demande.acte_id == acte.pk and demande.montant_vote == ligne.montant
