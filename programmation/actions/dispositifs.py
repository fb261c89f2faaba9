"""Schemes of a contract, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.permissions import verifier
from contrats.actions.ecriture import ecrire
from contrats.actions.ecriture import retirer as retirer_objet
from contrats.models import Contrat

from ..models import CalendrierDispositif, Dispositif
from ..permissions.campagne import peut_modifier_dispositif, peut_preparer_campagne


@transaction.atomic
def ajouter_dispositif(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Dispositif:
    """Add a scheme of the contract's own."""
    verifier(peut_preparer_campagne(par, contrat))
    dispositif = Dispositif(contrat=contrat)
    ecrire(dispositif, champs, acte="ajouter_dispositif", libelle="Dispositif ajouté", par=par, le=le)
    return dispositif


@transaction.atomic
def modifier_dispositif(
    dispositif: Dispositif, contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> Dispositif:
    """Change a scheme of the contract's own."""
    dispositif = _tenir(dispositif, contrat, par)
    ecrire(dispositif, champs, acte="modifier_dispositif", libelle="Dispositif modifié", par=par, le=le)
    return dispositif


@transaction.atomic
def retirer_dispositif(dispositif: Dispositif, contrat: Contrat, *, par: Auteur, le: datetime) -> None:
    """Remove a scheme that nothing names; one that was used is given a last day instead."""
    dispositif = _tenir(dispositif, contrat, par)
    retirer_objet(
        dispositif, quoi="ce dispositif", acte="retirer_dispositif", libelle="Dispositif retiré", par=par, le=le
    )


@transaction.atomic
def dater_dispositif(
    dispositif: Dispositif, contrat: Contrat, annee: int, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> CalendrierDispositif:
    """Give a scheme, national or not, its own days of deposit in a year of the contract."""
    contrat = _tenir_contrat(contrat, par)
    calendrier = CalendrierDispositif.objects.filter(contrat=contrat, dispositif=dispositif, annee=annee).first()
    calendrier = calendrier or CalendrierDispositif(contrat=contrat, dispositif=dispositif, annee=annee)
    ecrire(calendrier, champs, acte="dater_dispositif", libelle="Dates du dispositif fixées", par=par, le=le)
    return calendrier


@transaction.atomic
def retirer_dates(dispositif: Dispositif, contrat: Contrat, annee: int, *, par: Auteur, le: datetime) -> None:
    """The scheme follows the yearly call again."""
    contrat = _tenir_contrat(contrat, par)
    for calendrier in CalendrierDispositif.objects.filter(contrat=contrat, dispositif=dispositif, annee=annee):
        retirer_objet(
            calendrier, quoi="ces dates", acte="retirer_dates", libelle="Dates du dispositif retirées", par=par, le=le
        )


def _tenir_contrat(contrat: Contrat, par: Auteur) -> Contrat:
    """Locked, so that two people never give the same scheme its days at once."""
    verifier(peut_preparer_campagne(par, contrat))
    return Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)


def _tenir(dispositif: Dispositif, contrat: Contrat, par: Auteur) -> Dispositif:
    tenu = Dispositif.objects.select_for_update(of=("self",)).get(pk=dispositif.pk)
    verifier(peut_modifier_dispositif(par, contrat, tenu))
    return tenu
