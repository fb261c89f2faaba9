"""What each funder proposes on its own row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ..etats import EtatDemande
from ..models import DemandeFinancement
from ..permissions import peut_proposer
from .ecriture import pour_le_compte, verrouiller_demande
from .montants import verifier_les_montants


@transaction.atomic
def proposer(
    demande: DemandeFinancement,
    *,
    montant: Decimal,
    par: Auteur,
    le: datetime,
    conditions: str = "",
    partagee: bool = True,
    piece_source: str = "",
    avec: Mapping[int, Decimal] | None = None,
) -> DemandeFinancement:
    """Propose `montant` euros on one's own row, or *pour le compte de* its funder with the document read.

    `avec`: what the same decision keeps on the file's other rows, by request, instead of what they propose.

    Raises:
        RegleEnfreinte: above the cost of the action, the ceiling of the scheme or what the law admits (S-21, S-22,
            S-23), or in the place of a funder that keeps a draft of its own.
    """
    demande = verrouiller_demande(demande)
    verifier(peut_proposer(par, demande))
    if montant < 0:
        raise RegleEnfreinte("Un montant proposé n’est pas négatif.", champ="montant")
    verifier_les_montants(demande.dossier, {**(avec or {}), demande.pk: montant}, propositions=True)
    par, saisi_par = pour_le_compte(par, demande, piece_source)
    if saisi_par is not None and demande.etat == EtatDemande.PROPOSEE and not demande.proposition_partagee:
        raise RegleEnfreinte(
            f"La proposition {demande.financeur.de_nom} n’est pas encore partagée : "
            "demandez-lui de la partager ou de la saisir.",
            champ="montant",
            code="proposition_privee",
        )
    demande.changer_etat(
        "proposer",
        par=par,
        le=le,
        motif=piece_source,
        champs={
            "montant_propose": montant,
            "conditions": conditions,
            "proposition_partagee": partagee or saisi_par is not None,
            "saisi_par_organisme": saisi_par,
            "piece_source": piece_source,
        },
    )
    return demande
