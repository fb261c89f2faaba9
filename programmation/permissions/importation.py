"""Who brings in files from another téléservice, and who enters back there what was decided here."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import DemandeFinancement
from .acces import REPRESENTE, pour_le_financeur


def peut_importer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the whole contract: an export holds all places and all orientations."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat importe des dossiers.")


def peut_regler_les_canaux(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Where each funder wants its requests deposited is said by the team of the whole contract."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat dit où se dépose chaque demande.")


def peut_reporter(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Who entered a row again in the other téléservice: its funder, or the chef de projet of the file."""
    tenus = roles(auteur, demande.dossier.contrat)
    if tenus.administre or tenus.tient(Role.CHEF_DE_PROJET, *REPRESENTE):
        return pour_le_financeur(auteur, demande, REPRESENTE)
    return non("Le report est noté par le financeur ou par un chef de projet.")
