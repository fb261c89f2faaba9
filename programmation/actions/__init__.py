"""What people do to files, requests and envelopes: one function per use case, atomic, journalled."""

from .actes import NouvelActe, notifier, rectifier, refuser, voter
from .avis import donner_avis
from .copil import ajourner, deprogrammer, programmer, programmer_selection, reprendre
from .depot import commencer, corriger, deposer, ecrire, renoncer, repondre
from .enveloppes import autoriser_depassement, mouvementer_enveloppe
from .instruction import (
    declarer_complet,
    declarer_incomplet,
    declarer_irrecevable,
    declarer_recevable,
    ouvrir_instruction,
    retirer,
)
from .pieces import deposer_piece, retirer_piece
from .propositions import proposer
from .saisie import Saisie, engager, saisir

__all__ = [
    "NouvelActe",
    "Saisie",
    "ajourner",
    "autoriser_depassement",
    "commencer",
    "corriger",
    "declarer_complet",
    "declarer_incomplet",
    "declarer_irrecevable",
    "declarer_recevable",
    "deposer",
    "deposer_piece",
    "deprogrammer",
    "donner_avis",
    "ecrire",
    "engager",
    "mouvementer_enveloppe",
    "notifier",
    "ouvrir_instruction",
    "programmer",
    "programmer_selection",
    "proposer",
    "rectifier",
    "refuser",
    "renoncer",
    "repondre",
    "reprendre",
    "retirer",
    "retirer_piece",
    "saisir",
    "voter",
]
