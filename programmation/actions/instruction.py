"""A file as a file: complete, receivable, under instruction, withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ..lectures.nouvelles import GenreNouvelle
from ..lectures.recevabilite import manques
from ..models import Dossier
from ..permissions import peut_instruire
from .complements import fermer_le_complement
from .ecriture import motif_donne, verrouiller_dossier
from .nouvelles import annoncer_au_porteur

# What ends the wait for the porteur's corrections.
FERMENT_LE_COMPLEMENT = ("declarer_complet", "declarer_irrecevable", "retirer")
# What the porteur is told by e-mail.
NOUVELLES = {
    "declarer_irrecevable": GenreNouvelle.IRRECEVABLE,
    "retirer": GenreNouvelle.RETIRE,
    "reprendre_l_examen": GenreNouvelle.REPRIS,
}


def declarer_complet(dossier: Dossier, *, par: Auteur, le: datetime, motif: str = "") -> Dossier:
    """Nothing is missing, or the team goes without: `motif` then says why.

    Raises:
        RegleEnfreinte: a check or a point finds something missing, and no reason is given.
    """
    motif = motif.strip()
    return _avancer(dossier, "declarer_complet", par=par, le=le, motif=motif, controler=not motif)


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


def reprendre_l_examen(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """A file refused on its form, or withdrawn, comes back among the deposited ones: it is checked again.

    Raises:
        RegleEnfreinte: it was given up before its deposit.
    """
    if dossier.depose_le is None:
        raise RegleEnfreinte("Ce brouillon a été abandonné avant son dépôt : son porteur en commence un autre.")
    return _avancer(dossier, "reprendre_l_examen", par=par, le=le, motif=motif_donne(motif))


def retirer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """The porteur gives up; `motif` says why."""
    return _avancer(dossier, "retirer", par=par, le=le, motif=motif_donne(motif))


def _avancer(
    dossier: Dossier, acte: str, *, par: Auteur, le: datetime, motif: str = "", controler: bool = False
) -> Dossier:
    with transaction.atomic():
        dossier = verrouiller_dossier(dossier)
        verifier(peut_instruire(par, dossier))
        if controler:
            dossier.verifier_transition(acte)
            _exiger_que_rien_ne_manque(dossier)
        with contraintes_en_francais():
            dossier.changer_etat(acte, par=par, le=le, motif=motif)
        if acte in FERMENT_LE_COMPLEMENT:
            fermer_le_complement(dossier, le=le)
        if acte in NOUVELLES:
            annoncer_au_porteur(dossier, NOUVELLES[acte])
    return dossier


def _exiger_que_rien_ne_manque(dossier: Dossier) -> None:
    if trouves := manques(dossier):
        raise RegleEnfreinte(
            f"Il manque quelque chose ({', '.join(trouves)}) : demandez un complément, ou dites pourquoi vous passez outre, "
            "dans l’onglet « Recevabilité » du dossier.",
            champ="motif",
            code="dossier_incomplet",
        )
