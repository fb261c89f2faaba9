"""The papers that answer a request, for whoever reads it: its own, and its organisation's in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from acteurs.models import PieceOrganisme, TypePiece
from commun.auteur import Auteur

from ..models import Dossier
from ..permissions.organisme import peut_lire_la_banque
from .demande import dernieres_de_chaque_type


@dataclass(frozen=True, slots=True)
class PieceALire:
    """One paper; `organisme` is the key of the organisation that gave it once for all its requests, None for its own."""

    pk: int
    libelle: str
    nom: str
    deposee_le: datetime
    analyse: str
    organisme: int | None
    ouverte: bool  # False: the bank account, for who prepares no payment


def pieces_a_lire(dossier: Dossier, *, pour: Auteur, le: date) -> tuple[PieceALire, ...]:
    """Its own papers, then those of its organisation that hold on `le`."""
    banque = bool(peut_lire_la_banque(pour, dossier.contrat, dossier.porteur))
    siennes = dossier.pieces.filter(retiree_le__isnull=True).select_related("fichier").order_by("type", "deposee_le")
    reprises = PieceOrganisme.objects.valables(le).filter(organisme=dossier.porteur_id).select_related("fichier")
    toutes: list[tuple[Any, int | None]] = [(piece, None) for piece in siennes]
    toutes += [
        (piece, dossier.porteur_id) for piece in dernieres_de_chaque_type(reprises.order_by("type", "-deposee_le"))
    ]
    return tuple(
        PieceALire(
            pk=piece.pk,
            libelle=piece.get_type_display(),
            nom=piece.fichier.nom,
            deposee_le=piece.deposee_le,
            analyse=piece.fichier.analyse,
            organisme=organisme,
            ouverte=banque or piece.type != TypePiece.RIB,
        )
        for piece, organisme in toutes
    )
