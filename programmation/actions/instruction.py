"""A file as a file: complete, receivable, under instruction, withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.permissions import verifier

from ..models import Dossier
from ..permissions import peut_instruire
from .complements import fermer_le_complement
from .ecriture import motif_donne, verrouiller_dossier

# What ends the wait for the porteur's corrections.
FERMENT_LE_COMPLEMENT = ("declarer_complet", "declarer_irrecevable", "retirer")


def declarer_complet(dossier: Dossier, *, par: Auteur, le: datetime, motif: str = "") -> Dossier:
    """All papers are there, or the team goes without: `motif` then says why."""
    return _avancer(dossier, "declarer_complet", par=par, le=le, motif=motif.strip())


def declarer_incomplet(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Something is missing; `motif` says what."""
    return _avancer(dossier, "declarer_incomplet", par=par, le=le, motif=motif_donne(motif))


def declarer_recevable(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """Accept the file's form."""
    return _avancer(dossier, "declarer_recevable", par=par, le=le)


def declarer_irrecevable(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Refuse the file's form; `motif` says why."""
    return _avancer(dossier, "declarer_irrecevable", par=par, le=le, motif=motif_donne(motif))


def ouvrir_instruction(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """The funders may now propose their amounts."""
    return _avancer(dossier, "ouvrir_instruction", par=par, le=le)


def retirer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """The porteur gives up; `motif` says why."""
    return _avancer(dossier, "retirer", par=par, le=le, motif=motif_donne(motif))


def _avancer(dossier: Dossier, acte: str, *, par: Auteur, le: datetime, motif: str = "") -> Dossier:
    with transaction.atomic():
        dossier = verrouiller_dossier(dossier)
        verifier(peut_instruire(par, dossier))
        with contraintes_en_francais():
            dossier.changer_etat(acte, par=par, le=le, motif=motif)
        if acte in FERMENT_LE_COMPLEMENT:
            fermer_le_complement(dossier, le=le)
    return dossier
