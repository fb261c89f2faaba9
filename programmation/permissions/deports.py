"""Who withdraws from a file for a conflict of interest, and who brings a person back."""

from __future__ import annotations

from typing import Any

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.permissions import ROLES_INSTRUCTEURS

from ..models import Deport, Dossier
from .acces import instruit, tient


def peut_declarer_un_deport(auteur: Auteur, dossier: Dossier, personne: Any) -> Reponse:
    """Whoever instructs the file, for itself; the chef de projet writes down what another person told the team."""
    if not (instruit(auteur, dossier) and tient(auteur, dossier, *ROLES_INSTRUCTEURS)):
        return non("Se déporte d’un dossier qui l’instruit.")
    soi = auteur.utilisateur is not None and personne.pk == auteur.utilisateur.pk
    if soi or tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Chacun déclare son propre déport ; un chef de projet inscrit celui des autres.")


def peut_lever_un_deport(auteur: Auteur, deport: Deport) -> Reponse:
    """The person itself, or a chef de projet who is not withdrawn from that file."""
    if deport.leve_le is not None:
        return non("Ce déport est déjà levé.")
    if auteur.utilisateur is not None and deport.utilisateur_id == auteur.utilisateur.pk:
        return OUI
    if tient(auteur, deport.dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Un déport est levé par la personne elle-même ou par un chef de projet.")
