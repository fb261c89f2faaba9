"""The papers of a request: given, replaced, taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import TypePiece
from commun import fichiers
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ..models import Dossier, PieceDossier
from ..permissions import noms_modifiables, peut_ecrire
from .ecriture import verrouiller_dossier

PIECES_AU_PLUS = 30
_PLUSIEURS = (TypePiece.AUTRE, TypePiece.DEVIS)


@transaction.atomic
def deposer_piece(
    dossier: Dossier, *, type: TypePiece, nom: str, contenu: bytes, par: Auteur, le: datetime
) -> PieceDossier:
    """Add a paper; it replaces the one of its type, save quotes and others, of which there may be several."""
    dossier = _a_completer(dossier, par)
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
