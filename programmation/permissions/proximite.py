"""Who offers support to a financed association, and who answers for it."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.permissions import roles

from ..etats import DEMANDE_NOTIFIEE, EtatAccompagnement
from ..models import Accompagnement, Dossier
from .acces import tient

REPONSES_A_UN_APPUI = ("accepter", "decliner")


def peut_proposer_accompagnement(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The team of the file, once a funder has told the association that it is financed."""
    if not tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return non("Seul un chef de projet propose un appui à l’association.")
    if not dossier.demandes.filter(etat__in=DEMANDE_NOTIFIEE).exists():
        return non("L’appui se propose une fois une subvention notifiée à l’association.")
    if a_un_appui_ouvert(dossier):
        return non("Un appui est déjà proposé pour ce dossier.")
    return OUI


def a_un_appui_ouvert(dossier: Dossier) -> bool:
    """Is some support offered that the association has not declined? After a refusal, another structure may be."""
    return any(
        appui.organisme_id == dossier.porteur_id and appui.etat != EtatAccompagnement.DECLINE
        for appui in dossier.accompagnements.all()
    )


def peut_faire_avancer(auteur: Auteur, accompagnement: Accompagnement, acte: str) -> Reponse:
    """The association answers for itself, or the team that heard it; the team alone notes what was done."""
    tenus = roles(auteur, accompagnement.contrat)
    decline = accompagnement.etat == EtatAccompagnement.DECLINE
    if decline and accompagnement.dossier is not None and a_un_appui_ouvert(accompagnement.dossier):
        return non("Un autre appui est proposé pour ce dossier.")
    if tenus.pilote:
        return OUI
    if acte not in REPONSES_A_UN_APPUI:
        return non("Seul un chef de projet note l’appui réalisé.")
    if accompagnement.organisme_id in tenus.organismes_porteurs:
        return OUI
    return non("Seuls l’association et les chefs de projet répondent à cette proposition.")
