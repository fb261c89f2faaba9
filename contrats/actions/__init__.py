"""What people do to a contract: one module per part of the trade."""

from .equipe import (
    SANS_LIMITE,
    accepter_invitation,
    clore_habilitation,
    expedier_invitation,
    inviter,
    modifier_habilitation,
    refus_d_invitation,
    renvoyer_invitation,
    retirer_invitation,
)

__all__ = [
    "SANS_LIMITE",
    "accepter_invitation",
    "clore_habilitation",
    "expedier_invitation",
    "inviter",
    "modifier_habilitation",
    "refus_d_invitation",
    "renvoyer_invitation",
    "retirer_invitation",
]
