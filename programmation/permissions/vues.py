"""Who keeps, shares and removes a view of the table."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import PartageVue, VueEnregistree


def peut_partager_une_vue(auteur: Auteur, contrat: Contrat, partage: str) -> Reponse:
    """Anyone keeps a view for itself or its organisation; those who instruct share it with each other."""
    if partage == PartageVue.CONTRAT and not roles(auteur, contrat).instruit:
        return non("Seuls ceux qui instruisent partagent une vue avec tous.")
    if partage == PartageVue.ORGANISME and auteur.organisme is None:
        return non("Vous n’agissez pour aucun organisme : gardez cette vue pour vous.")
    return OUI


def peut_retirer_une_vue(auteur: Auteur, vue: VueEnregistree) -> Reponse:
    """Who made it; the team, for those shared with all."""
    if vue.utilisateur_id == auteur.utilisateur.pk:
        return OUI
    if vue.partage == PartageVue.CONTRAT and roles(auteur, vue.contrat).pilote:
        return OUI
    return non("Seule la personne qui a enregistré cette vue la retire.")
