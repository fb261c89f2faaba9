"""A funder's act recorded with its paper, then the rows that it decides, or that the funder refuses without one.

Many at once, each in its own transaction.
"""

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
from commun.models import EtatTravail, Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.actions.structure import creer_acte
from contrats.models import ActeDecision, Contrat, Position

from ..etats import EtatDemande
from ..models import Campagne, DemandeFinancement
from ..permissions import peut_acter
from .actes import PREND_ACTE_NE_VOTE_RIEN, refuser, voter
from .ecriture import ZERO, exiger_la_piece, motif_donne, verrouiller_demande

DECIDER_DES_LIGNES = "programmation.decider_des_lignes"
VOTE, REFUS = "vote", "refus"


@dataclass(frozen=True, slots=True)
class LigneDActe:
    """What the act says of one row: the amount voted in euros, or the reason of the refusal; `etat` is the state read."""

    demande: int
    numero: str
    decision: str
    montant: Decimal | None = None
    motif: str = ""
    etat: str = ""

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
    return _planifier(acte.contrat, acte.organisme, acte, lignes, annee=annee, par=par, piece_source=piece_source)


def refuser_des_lignes(
    campagne: Campagne, financeur: Organisme, lignes: Sequence[LigneDActe], *, par: Auteur, piece_source: str = ""
) -> Travail:
    """Plan what this funder refuses without an act, row by row.

    Raises:
        RegleEnfreinte: no row, a row that is not refused, a refusal without its reason, or no document read.
    """
    if any(ligne.decision != REFUS for ligne in lignes):
        raise RegleEnfreinte("Sans acte, un financeur ne fait que refuser.")
    return _planifier(
        campagne.contrat, financeur, None, lignes, annee=campagne.annee, par=par, piece_source=piece_source
    )


def _planifier(
    contrat: Contrat,
    financeur: Organisme,
    acte: ActeDecision | None,
    lignes: Sequence[LigneDActe],
    *,
    annee: int,
    par: Auteur,
    piece_source: str,
) -> Travail:
    """Check each line, then plan them together; asked twice, while it is not done, it is the same job."""
    verifier(peut_acter(par, contrat, financeur))
    if par.au_nom_de(financeur).pour_le_compte_de is not None:
        exiger_la_piece(financeur, piece_source)
    if not lignes:
        raise RegleEnfreinte("Choisissez au moins une ligne.")
    for ligne in lignes:
        if ligne.decision == REFUS:
            motif_donne(ligne.motif)
        elif acte is None or acte.position != Position.RETIENT:
            raise RegleEnfreinte(PREND_ACTE_NE_VOTE_RIEN)
        elif ligne.montant is None or ligne.montant <= 0:
            raise RegleEnfreinte(f"Dossier {ligne.numero} : un montant voté est supérieur à 0 ; sinon, refusez.")
    parametres = {
        "acte": acte.pk if acte else None,
        "financeur": financeur.pk,
        "annee": annee,
        "lignes": [ligne.en_json() for ligne in _ce_qui_libere_d_abord(lignes)],
        "piece_source": piece_source,
        "organisme": par.organisme.pk if par.organisme else None,
    }
    en_cours = Travail.objects.filter(
        nom=DECIDER_DES_LIGNES,
        cible_id=contrat.pk,
        demande_par=par.utilisateur,
        etat__in=(EtatTravail.A_FAIRE, EtatTravail.EN_COURS),
    )
    memes = [travail for travail in en_cours if _sans_ordre(travail.parametres) == _sans_ordre(parametres)]
    return memes[0] if memes else planifier(DECIDER_DES_LIGNES, cible=contrat, parametres=parametres, par=par)


def _sans_ordre(parametres: dict[str, Any]) -> dict[str, Any]:
    """The same whatever the order of the rows: it moves with what the job has already decided."""
    return parametres | {"lignes": sorted(parametres["lignes"], key=lambda ligne: ligne["demande"])}


def _ce_qui_libere_d_abord(lignes: Sequence[LigneDActe]) -> list[LigneDActe]:
    """The rows that give euros back before those that take more, then by number: an act that fits its envelopes as a whole
    never lacks money on the way."""
    programmes = dict(
        DemandeFinancement.objects.filter(
            pk__in=[ligne.demande for ligne in lignes], etat=EtatDemande.PROGRAMMEE
        ).values_list("pk", "montant_programme")
    )

    def prend(ligne: LigneDActe) -> Decimal:
        return (ligne.montant or ZERO) - (programmes.get(ligne.demande) or ZERO)

    return sorted(lignes, key=lambda ligne: (prend(ligne), ligne.numero))


@transaction.atomic
def decider_la_ligne(
    demande: DemandeFinancement,
    acte: ActeDecision | None,
    ligne: LigneDActe,
    *,
    par: Auteur,
    le: datetime,
    piece_source: str = "",
) -> DemandeFinancement:
    """What the act says of one row, by the same acts as on the file's own page.

    Raises:
        RegleEnfreinte: the COPIL has programmed meanwhile what the decider read as not programmed.
    """
    demande = verrouiller_demande(demande)
    if ligne.etat and demande.etat == EtatDemande.PROGRAMMEE != ligne.etat:
        raise RegleEnfreinte("Le COPIL l’a programmée depuis que vous l’avez lue : relisez cette ligne.")
    if ligne.decision == REFUS:
        return refuser(demande, motif=ligne.motif, par=par, le=le, piece_source=piece_source, acte=acte)
    assert acte is not None  # both asked when it was planned
    assert ligne.montant is not None
    return voter(demande, acte=acte, montant=ligne.montant, par=par, le=le, piece_source=piece_source)


def ligne_deja_decidee(demande: DemandeFinancement, acte: ActeDecision | None, ligne: LigneDActe) -> bool:
    """The row stands as the act says: done before the job was taken over, or asked twice."""
    if demande.acte_id != (acte.pk if acte else None):
        return False
    if ligne.decision == REFUS:
        return demande.etat == EtatDemande.REFUSEE and demande.motif == ligne.motif
    return demande.montant_vote == ligne.montant
