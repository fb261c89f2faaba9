"""Who prepares the call for projects, and who reads it before it opens."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import EtatCampagne
from ..models import Campagne, Dispositif, IndicateurAction


def peut_preparer_campagne(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Rules, dates and schemes concern the whole contract."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat prépare l’appel à projets.")


def voit_la_campagne(auteur: Auteur, campagne: Campagne) -> bool:
    """Those who instruct read a campaign while it is prepared; the others once it is open."""
    publique = campagne.etat in (EtatCampagne.OUVERTE, EtatCampagne.CLOSE)
    return publique or roles(auteur, campagne.contrat).instruit


def peut_modifier_indicateur(auteur: Auteur, contrat: Contrat, indicateur: IndicateurAction) -> Reponse:
    """A contract writes its own indicators; those common to all are read."""
    if indicateur.contrat_id is None:
        return non("Cet indicateur est commun à tous les contrats : ajoutez le vôtre pour le dire autrement.")
    return peut_preparer_campagne(auteur, contrat)


def peut_modifier_dispositif(auteur: Auteur, contrat: Contrat, dispositif: Dispositif) -> Reponse:
    """A contract writes its own schemes; those of the whole country are read."""
    if dispositif.contrat_id is None:
        return non("Ce dispositif est national : il est le même pour tous les contrats.")
    return peut_preparer_campagne(auteur, contrat)
