"""The papers of a request: given, replaced, taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import TypePiece
from commun import fichiers
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..models import Dossier, GenreVersion, PieceDossier
from ..permissions import noms_modifiables, peut_corriger, peut_ecrire
from .ecriture import motif_donne, verrouiller_dossier
from .versions import garder_l_original, garder_version

PIECES_AU_PLUS = 30
_PLUSIEURS = (TypePiece.AUTRE, TypePiece.DEVIS)


@transaction.atomic
def deposer_piece(
    dossier: Dossier, *, type: TypePiece, nom: str, contenu: bytes, par: Auteur, le: datetime
) -> PieceDossier:
    """Add a paper; it replaces the one of its type, save quotes and others, of which there may be several."""
    return _ajouter(_a_completer(dossier, par), type=type, nom=nom, contenu=contenu, par=par, le=le)


def _ajouter(dossier: Dossier, *, type: TypePiece, nom: str, contenu: bytes, par: Auteur, le: datetime) -> PieceDossier:
    presentes = dossier.pieces.filter(retiree_le__isnull=True)
    fichier = fichiers.recevoir(contenu, nom=nom, champ="fichier", depose_par=par.utilisateur)
    if type not in _PLUSIEURS:
        presentes.filter(type=type).update(retiree_le=le)
    elif presentes.count() >= PIECES_AU_PLUS:
        raise RegleEnfreinte(
            f"Un dossier porte {PIECES_AU_PLUS} pièces au plus : retirez-en une.", champ="fichier", code="pieces"
        )
    return PieceDossier.objects.create(
        dossier=dossier, type=type, fichier=fichier, deposee_le=le, deposee_par=par.utilisateur
    )


@transaction.atomic
def joindre_piece_recue(
    dossier: Dossier, *, type: TypePiece, nom: str, contenu: bytes, motif: str, par: Auteur, le: datetime
) -> PieceDossier:
    """The team joins a paper that it received for a deposited request; `motif` says how. A version of it is kept."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_corriger(par, dossier))
    motif = motif_donne(motif)
    garder_l_original(dossier)
    piece = _ajouter(dossier, type=type, nom=nom, contenu=contenu, par=par, le=le)
    inscrire(
        dossier,
        acte="joindre_piece_recue",
        libelle=f"Pièce jointe par l’équipe\u202f: {piece.get_type_display().lower()}",
        par=par,
        le=le,
        motif=motif,
        apres={"piece": piece.fichier.nom},
    )
    garder_version(dossier, GenreVersion.CORRECTION, par=par, le=le, motif=motif)
    return piece


@transaction.atomic
def retirer_piece(piece: PieceDossier, *, par: Auteur, le: datetime) -> None:
    """Take a paper back; versions already kept go on naming it."""
    _a_completer(piece.dossier, par)
    PieceDossier.objects.filter(pk=piece.pk, retiree_le__isnull=True).update(retiree_le=le)


def _a_completer(dossier: Dossier, par: Auteur) -> Dossier:
    dossier = verrouiller_dossier(dossier)
    verifier(peut_ecrire(par, dossier))
    if "pieces" not in noms_modifiables(par, dossier):
        raise RegleEnfreinte("Les pièces ne sont pas ouvertes à la correction.", champ="fichier", code="champ_ferme")
    return dossier
