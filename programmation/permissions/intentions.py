"""Who tells a project before any deposit, who says what it thinks of it, who answers."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.permissions import roles

from ..etats import EtatCampagne, EtatIntention
from ..models import Campagne, Intention

DONNENT_UN_AVIS = (Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR, Role.DELEGUE_PREFET)
_FINIES = (EtatIntention.DEPOSEE, EtatIntention.ABANDONNEE)


def est_sa_propre_intention(auteur: Auteur, intention: Intention) -> bool:
    """True when the author acts for the porteur."""
    return intention.porteur_id in roles(auteur, intention.contrat).organismes_porteurs


def peut_proposer_intention(auteur: Auteur, campagne: Campagne) -> Reponse:
    """A porteur for itself, the team for anyone, until the call is closed."""
    tenus = roles(auteur, campagne.contrat)
    if not tenus.pilote and not tenus.organismes_porteurs:
        return non("Seuls les porteurs et les chefs de projet proposent des intentions.")
    if campagne.etat == EtatCampagne.CLOSE:
        return non("L’appel à projets est clos : proposez une intention pour le suivant.")
    return OUI


def peut_modifier_intention(auteur: Auteur, intention: Intention) -> Reponse:
    """The team; the porteur as long as nobody has answered it."""
    if intention.etat in _FINIES:
        return non("Cette intention est déjà devenue un dossier, ou abandonnée.")
    if roles(auteur, intention.contrat).pilote:
        return OUI
    if not est_sa_propre_intention(auteur, intention):
        return non("Seuls le porteur et les chefs de projet modifient une intention.")
    if intention.etat != EtatIntention.PROPOSEE:
        return non("L’équipe a déjà répondu à cette intention : écrivez-lui pour la faire évoluer.")
    return OUI


def peut_donner_avis_intention(auteur: Auteur, intention: Intention) -> Reponse:
    """Funders and the team, each for its own organisation."""
    if intention.etat in _FINIES:
        return non("Cette intention est déjà devenue un dossier, ou abandonnée.")
    tenus = roles(auteur, intention.contrat)
    if tenus.administre or tenus.tient(*DONNENT_UN_AVIS):
        return OUI
    return non("Seuls les financeurs et l’équipe donnent leur avis sur une intention.")


def peut_repondre_intention(auteur: Auteur, intention: Intention) -> Reponse:
    """The team answers; a porteur gives up its own."""
    if roles(auteur, intention.contrat).pilote:
        return OUI
    return non("Seul un chef de projet répond à une intention.")


def peut_abandonner_intention(auteur: Auteur, intention: Intention) -> Reponse:
    """The porteur its own, the team any."""
    if est_sa_propre_intention(auteur, intention) or roles(auteur, intention.contrat).pilote:
        return OUI
    return non("Seuls le porteur et les chefs de projet abandonnent une intention.")


def peut_en_faire_un_dossier(auteur: Auteur, intention: Intention) -> Reponse:
    """Its porteur, or the team for it; what was thought of it binds nobody."""
    if not intention.transition_possible("devenir_dossier"):
        return non("Cette intention est déjà devenue un dossier, ou abandonnée.")
    if not est_sa_propre_intention(auteur, intention) and not roles(auteur, intention.contrat).pilote:
        return non("Seuls le porteur et les chefs de projet en font un dossier.")
    if intention.porteur_id is None:
        return non("Le porteur pressenti n’est pas encore inscrit : choisissez-le d’abord dans l’intention.")
    if intention.campagne.etat == EtatCampagne.PREPARATION:
        return non("L’appel à projets est encore en préparation.")
    return OUI
