"""What people do to files, requests and envelopes: one function per use case, atomic, journalled."""

from .actes import NouvelActe, notifier, rectifier, refuser, voter
from .affectation import affecter, affecter_lot
from .avis import donner_avis
from .complements import demander_complement, lever_complement, relancer_les_complements
from .copil import ajourner, deprogrammer, programmer, programmer_selection, reprendre
from .deports import declarer_un_deport, lever_un_deport
from .depot import commencer, corriger, deposer, ecrire, renoncer, repondre
from .echanges import ecrire_un_message, ecrire_une_note, marquer_lu, retirer_une_note
from .enveloppes import autoriser_depassement, mouvementer_enveloppe
from .envois import ecrire_a_une_selection
from .instruction import (
    declarer_complet,
    declarer_incomplet,
    declarer_irrecevable,
    declarer_recevable,
    ouvrir_instruction,
    retirer,
)
from .lots import (
    ACTES_EN_LOT,
    COMMUNES,
    LigneDeLot,
    agir_sur_selection,
    auteur_du_travail,
    deja_fait,
    faire_l_acte,
    saisir_lot,
)
from .notation import NoteSaisie, noter
from .pieces import deposer_piece, retirer_piece
from .propositions import proposer
from .saisie import Saisie, engager, saisir
from .sollicitations import (
    Consulte,
    relancer_les_avis,
    repondre_a_la_sollicitation,
    retirer_sollicitation,
    solliciter_avis,
)
from .verifications import Constat, noter_les_points
from .visites import noter_visite
from .vues import enregistrer_vue, retirer_vue

__all__ = [
    "ACTES_EN_LOT",
    "COMMUNES",
    "Constat",
    "Consulte",
    "LigneDeLot",
    "NoteSaisie",
    "NouvelActe",
    "Saisie",
    "affecter",
    "affecter_lot",
    "agir_sur_selection",
    "ajourner",
    "auteur_du_travail",
    "autoriser_depassement",
    "commencer",
    "corriger",
    "declarer_complet",
    "declarer_incomplet",
    "declarer_irrecevable",
    "declarer_recevable",
    "declarer_un_deport",
    "deja_fait",
    "demander_complement",
    "deposer",
    "deposer_piece",
    "deprogrammer",
    "donner_avis",
    "ecrire",
    "ecrire_a_une_selection",
    "ecrire_un_message",
    "ecrire_une_note",
    "engager",
    "enregistrer_vue",
    "faire_l_acte",
    "lever_complement",
    "lever_un_deport",
    "marquer_lu",
    "mouvementer_enveloppe",
    "noter",
    "noter_les_points",
    "noter_visite",
    "notifier",
    "ouvrir_instruction",
    "programmer",
    "programmer_selection",
    "proposer",
    "rectifier",
    "refuser",
    "relancer_les_avis",
    "relancer_les_complements",
    "renoncer",
    "repondre",
    "repondre_a_la_sollicitation",
    "reprendre",
    "retirer",
    "retirer_piece",
    "retirer_sollicitation",
    "retirer_une_note",
    "retirer_vue",
    "saisir",
    "saisir_lot",
    "solliciter_avis",
    "voter",
]
