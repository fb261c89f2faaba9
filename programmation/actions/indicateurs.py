"""The library of indicators that porteurs choose from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.permissions import verifier
from contrats.actions.ecriture import ecrire
from contrats.models import Contrat

from ..models import IndicateurAction
from ..permissions.campagne import peut_modifier_indicateur, peut_preparer_campagne


@transaction.atomic
def ajouter_indicateur(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> IndicateurAction:
    """Add an indicator to the contract's own."""
    verifier(peut_preparer_campagne(par, contrat))
    indicateur = IndicateurAction(contrat=contrat)
    ecrire(indicateur, champs, acte="ajouter_indicateur", libelle="Indicateur ajouté", par=par, le=le)
    return indicateur


@transaction.atomic
def modifier_indicateur(
    indicateur: IndicateurAction, contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> IndicateurAction:
    """Change one of the contract's own, or offer it no longer; requests that chose it keep their words."""
    tenu = IndicateurAction.objects.select_for_update(of=("self",)).get(pk=indicateur.pk)
    verifier(peut_modifier_indicateur(par, contrat, tenu))
    ecrire(tenu, champs, acte="modifier_indicateur", libelle="Indicateur modifié", par=par, le=le)
    return tenu
