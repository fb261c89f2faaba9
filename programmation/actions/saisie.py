"""What is typed on funders' rows, in the table or in a spreadsheet: a proposal, its conditions, a commitment number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.permissions import verifier

from ..etats import EtatDemande
from ..lectures import versions
from ..models import DemandeFinancement
from ..permissions import peut_engager
from .ecriture import pour_le_compte, verrouiller_demande
from .propositions import proposer

_NUMERO_EJ = re.compile(r"[0-9A-Za-z/. -]{0,20}")


@dataclass(frozen=True, slots=True)
class Saisie:
    """What is typed on one row; None leaves the cell as it is. `montant` in euros."""

    montant: Decimal | None = None
    conditions: str | None = None
    numero_ej: str | None = None
    partagee: bool | None = None


@transaction.atomic
def saisir(
    demande: DemandeFinancement,
    saisie: Saisie,
    *,
    par: Auteur,
    le: datetime,
    version: int | None = None,
    piece_source: str = "",
) -> DemandeFinancement:
    """Write the cells that differ from what stands; nothing is written, nor journalled, when none does.

    `version` is that of the row that the author has read (`lectures.versions`).

    Raises:
        RevisionDepassee: somebody else wrote on the row since.
        RegleEnfreinte: conditions without an amount, and what the acts themselves refuse.
    """
    demande = verrouiller_demande(demande)
    propose = _change_la_proposition(demande, saisie)
    engage = saisie.numero_ej is not None and saisie.numero_ej.strip() != demande.numero_ej
    if (propose or engage) and version is not None and versions.version(demande) != version:
        raise RevisionDepassee("Quelqu’un d’autre a modifié cette ligne depuis votre lecture.", code="ligne_modifiee")
    if propose:
        demande = _proposer(demande, saisie, par=par, le=le, piece_source=piece_source)
    if engage:
        demande = engager(demande, numero_ej=saisie.numero_ej or "", par=par, le=le, piece_source=piece_source)
    return demande


@transaction.atomic
def engager(
    demande: DemandeFinancement, *, numero_ej: str, par: Auteur, le: datetime, piece_source: str = ""
) -> DemandeFinancement:
    """Keep the number under which the funder committed the money in its own accounts (« EJ » for the State)."""
    demande = verrouiller_demande(demande)
    verifier(peut_engager(par, demande))
    numero_ej = numero_ej.strip()
    if not _NUMERO_EJ.fullmatch(numero_ej):
        raise RegleEnfreinte(
            "Un numéro d’engagement compte 20 signes au plus, chiffres et lettres : vérifiez la saisie.",
            champ="numero_ej",
        )
    par, _ = pour_le_compte(par, demande, piece_source)
    avant, demande.numero_ej = demande.numero_ej, numero_ej
    demande.save(update_fields=["numero_ej"])
    inscrire(
        demande,
        acte="engager",
        libelle="Numéro d’engagement enregistré",
        par=par,
        le=le,
        motif=piece_source,
        avant={"numero_ej": avant},
        apres={"numero_ej": numero_ej},
    )
    return demande


def _change_la_proposition(demande: DemandeFinancement, saisie: Saisie) -> bool:
    montant_change = saisie.montant is not None and (
        saisie.montant != demande.montant_propose or demande.etat == EtatDemande.DEMANDEE
    )
    conditions_changent = saisie.conditions is not None and saisie.conditions != demande.conditions
    partage_change = saisie.partagee is not None and saisie.partagee != demande.proposition_partagee
    return montant_change or conditions_changent or partage_change


def _proposer(
    demande: DemandeFinancement, saisie: Saisie, *, par: Auteur, le: datetime, piece_source: str
) -> DemandeFinancement:
    """A proposal whose other cells stay as they are; a draft stays a draft, another funder's stays unread."""
    lue = demande.proposition_partagee or par.au_nom_de(demande.financeur).pour_le_compte_de is None
    montant, conditions = (demande.montant_propose, demande.conditions) if lue else (None, "")
    montant = montant if saisie.montant is None else saisie.montant
    if montant is None:
        raise RegleEnfreinte("Proposez d’abord un montant : les conditions l’accompagnent.", champ="conditions")
    return proposer(
        demande,
        montant=montant,
        conditions=conditions if saisie.conditions is None else saisie.conditions,
        partagee=demande.proposition_partagee if saisie.partagee is None else saisie.partagee,
        piece_source=piece_source,
        par=par,
        le=le,
    )
