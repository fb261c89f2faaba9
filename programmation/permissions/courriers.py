"""Who records a funder's act, writes its templates, prepares and sends its letters."""

from __future__ import annotations

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import Courrier
from .acces import tient


def peut_acter(auteur: Auteur, contrat: Contrat, financeur: Organisme) -> Reponse:
    """The funder's decider; the chef de projet *pour le compte de*. Each row and each letter is then asked for itself."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.tient(Role.DECIDEUR, organisme_id=financeur.pk):
        return OUI
    return non(f"Seul un décideur {financeur.de_nom}, ou un chef de projet pour son compte, enregistre ses actes.")


def peut_ecrire_le_courrier(auteur: Auteur, courrier: Courrier) -> Reponse:
    """Read it again, correct it, send it: within the limits of the habilitation, and not when withdrawn from the file."""
    financeur = courrier.lot.financeur
    if tient(auteur, courrier.dossier, Role.CHEF_DE_PROJET) or tient(
        auteur, courrier.dossier, Role.DECIDEUR, organisme_id=financeur.pk
    ):
        return OUI
    return non(f"Les courriers {financeur.de_nom} sont écrits par ses décideurs et par les chefs de projet du dossier.")


def peut_ecrire_le_modele(auteur: Auteur, contrat: Contrat, financeur: Organisme | None) -> Reponse:
    """The team of the whole contract and its lawyers write those of all; a funder's decider, its own."""
    tenus = roles(auteur, contrat)
    if tenus.pilote_tout or tenus.tient(Role.JURIDIQUE):
        return OUI
    if financeur is not None and tenus.tient(Role.DECIDEUR, organisme_id=financeur.pk):
        return OUI
    return non("Le modèle commun est écrit par l’équipe du contrat ; celui d’un financeur, aussi par ses décideurs.")
