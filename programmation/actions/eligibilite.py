"""Rules of eligibility of places, written as data."""

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

from ..models import EligibilitePerimetre
from ..permissions.campagne import peut_preparer_campagne


@transaction.atomic
def ajouter_eligibilite(
    contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> EligibilitePerimetre:
    """Say where a funder pays, or does not."""
    verifier(peut_preparer_campagne(par, contrat))
    regle = EligibilitePerimetre(contrat=contrat)
    ecrire(regle, champs, acte="ajouter_eligibilite", libelle="Règle d’éligibilité ajoutée", par=par, le=le)
    return regle


@transaction.atomic
def modifier_eligibilite(
    regle: EligibilitePerimetre, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> EligibilitePerimetre:
    """Change a rule."""
    regle = _tenir(regle, par)
    ecrire(regle, champs, acte="modifier_eligibilite", libelle="Règle d’éligibilité modifiée", par=par, le=le)
    return regle


@transaction.atomic
def retirer_eligibilite(regle: EligibilitePerimetre, *, par: Auteur, le: datetime) -> None:
    """Remove a rule; its journal stays."""
    regle = _tenir(regle, par)
    retirer_objet(
        regle, quoi="cette règle", acte="retirer_eligibilite", libelle="Règle d’éligibilité retirée", par=par, le=le
    )


def _tenir(regle: EligibilitePerimetre, par: Auteur) -> EligibilitePerimetre:
    tenue = EligibilitePerimetre.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=regle.pk)
    verifier(peut_preparer_campagne(par, tenue.contrat))
    return tenue
