"""Who tries a programming, shares it and proposes it."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import SCENARIO_MODIFIABLE, SCENARIO_VU_DES_COFINANCEURS
from ..models import Scenario
from .acces import REPRESENTE

TIENNENT = (Role.CHEF_DE_PROJET, *REPRESENTE)


def peut_creer_un_scenario(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team, and whoever works for a funder, on the rows that they see."""
    tenus = roles(auteur, contrat)
    if tenus.administre or tenus.tient(*TIENNENT):
        return OUI
    return non("Seuls un chef de projet ou un financeur préparent un scénario.")


def peut_tenir_le_scenario(auteur: Auteur, scenario: Scenario) -> Reponse:
    """The organisation that made it shares it, renames it, puts it away."""
    tenus = roles(auteur, scenario.contrat)
    agit_pour = auteur.organisme is not None and auteur.organisme.pk == scenario.organisme_id
    if tenus.tient(*TIENNENT, organisme_id=scenario.organisme_id) or (tenus.administre and agit_pour):
        return OUI
    return non(f"Ce scénario est celui {scenario.organisme.de_nom} : copiez-le pour le modifier.")


def peut_modifier_le_scenario(auteur: Auteur, scenario: Scenario) -> Reponse:
    """Its own organisation, until its amounts are proposed or it is put away."""
    if not (acces := peut_tenir_le_scenario(auteur, scenario)):
        return acces
    if scenario.etat not in SCENARIO_MODIFIABLE:
        return non(f"Ce scénario est {scenario.get_etat_display().lower()} : copiez-le pour le modifier.")
    return OUI


def peut_promouvoir_le_scenario(auteur: Auteur, scenario: Scenario) -> Reponse:
    """Once shared: the team for all the funders, a funder on its own rows; each row is then asked for itself."""
    if not (acces := peut_creer_un_scenario(auteur, scenario.contrat)):
        return acces
    if scenario.etat not in SCENARIO_VU_DES_COFINANCEURS:
        return non("Partagez d’abord ce scénario avec les cofinanceurs.")
    return OUI
