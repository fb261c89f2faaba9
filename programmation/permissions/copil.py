"""Who records what the COPIL validated, and who keeps the envelopes."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import Dossier
from .acces import tient


def peut_programmer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The chef de projet records what the COPIL validated; each file is then asked for itself."""
    if roles(auteur, contrat).pilote:
        return OUI
    return non("Seul un chef de projet enregistre la validation du COPIL.")


def peut_programmer_dossier(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The chef de projet of the file's places and orientation."""
    if tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Seul un chef de projet enregistre la validation du COPIL.")


def peut_gerer_enveloppes(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the whole contract keeps the envelopes."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat met à jour les enveloppes.")
