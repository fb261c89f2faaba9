"""Organisations, user accounts, keys of the API."""

from .fiche import (
    PIECES_DE_L_ORGANISME,
    FicheOrganisme,
    PieceOrganisme,
    TypePiece,
    Verification,
)
from .jeton import JetonApi, empreinte_du_secret, nouveau_secret
from .organisme import FormeJuridique, Organisme, TypeOrganisme
from .utilisateur import Utilisateur

__all__ = [
    "PIECES_DE_L_ORGANISME",
    "FicheOrganisme",
    "FormeJuridique",
    "JetonApi",
    "Organisme",
    "PieceOrganisme",
    "TypeOrganisme",
    "TypePiece",
    "Utilisateur",
    "Verification",
    "empreinte_du_secret",
    "nouveau_secret",
]
