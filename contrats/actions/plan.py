"""The plan d'actions: what the partners do for an objective, whoever pays for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ..models import ActionContrat, Contrat
from ..permissions import peut_modifier_plan
from .ecriture import ecrire, retirer


@transaction.atomic
def ajouter_action(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> ActionContrat:
    """Add an action to the plan of the contract."""
    verifier(peut_modifier_plan(par, contrat, champs["objectif"].orientation_id))
    _verifier_contrat(contrat, champs)
    action = ActionContrat(contrat=contrat)
    ecrire(action, champs, acte="ajouter_action", libelle="Action ajoutée au plan", par=par, le=le)
    return action


@transaction.atomic
def modifier_action(action: ActionContrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> ActionContrat:
    """Change an action of the plan; moving it to another orientation asks the right on both."""
    verifier(peut_modifier_plan(par, action.contrat, action.objectif.orientation_id))
    verifier(peut_modifier_plan(par, action.contrat, champs["objectif"].orientation_id))
    _verifier_contrat(action.contrat, champs)
    action = ActionContrat.objects.select_for_update(of=("self",)).get(pk=action.pk)
    ecrire(action, champs, acte="modifier_action", libelle="Action du plan modifiée", par=par, le=le)
    return action


@transaction.atomic
def retirer_action(action: ActionContrat, *, par: Auteur, le: datetime) -> None:
    """Remove an action from the plan."""
    verifier(peut_modifier_plan(par, action.contrat, action.objectif.orientation_id))
    action = ActionContrat.objects.select_for_update(of=("self",)).get(pk=action.pk)
    retirer(action, quoi="cette action", acte="retirer_action", libelle="Action retirée du plan", par=par, le=le)


def _verifier_contrat(contrat: Contrat, champs: Mapping[str, Any]) -> None:
    """An action serves objectives and commitments of its own contract."""
    if champs["objectif"].orientation.contrat_id != contrat.pk:
        raise RegleEnfreinte("Cet objectif n’est pas de ce contrat.", champ="objectif", code="objectif_hors_contrat")
    if any(e.contrat_id != contrat.pk for e in champs.get("engagements", ())):
        raise RegleEnfreinte(
            "Un des engagements choisis n’est pas de ce contrat.", champ="engagements", code="engagement_hors_contrat"
        )
