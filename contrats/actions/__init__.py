"""What people do to a contract: one module per part of the trade."""

from .avancement import declarer_avancement, joindre_preuve, retirer_preuve, viser
from .engagements import (
    SaisieCible,
    SaisieEngagement,
    creer_engagement,
    modifier_engagement,
    retirer_engagement,
    saisie_de,
)
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
from .inscriptions import (
    SaisieInscription,
    accepter_inscription,
    confirmer_inscription,
    demander_inscription,
    refus_de_confirmation,
    refuser_inscription,
)
from .lot import Issue, ResultatDeLigne, enregistrer_lot
from .revue import (
    clore_revue,
    envoyer_revue,
    ouvrir_revue,
    relancer,
    remarquer,
    rouvrir_revue,
    solliciter,
)

__all__ = [
    "SANS_LIMITE",
    "Issue",
    "ResultatDeLigne",
    "SaisieCible",
    "SaisieEngagement",
    "SaisieInscription",
    "accepter_inscription",
    "accepter_invitation",
    "clore_habilitation",
    "clore_revue",
    "confirmer_inscription",
    "creer_engagement",
    "declarer_avancement",
    "demander_inscription",
    "enregistrer_lot",
    "envoyer_revue",
    "expedier_invitation",
    "inviter",
    "joindre_preuve",
    "modifier_engagement",
    "modifier_habilitation",
    "ouvrir_revue",
    "refus_d_invitation",
    "refus_de_confirmation",
    "refuser_inscription",
    "relancer",
    "remarquer",
    "renvoyer_invitation",
    "retirer_engagement",
    "retirer_invitation",
    "retirer_preuve",
    "rouvrir_revue",
    "saisie_de",
    "solliciter",
    "viser",
]
