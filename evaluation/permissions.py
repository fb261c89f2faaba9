"""Who makes, publishes and withdraws a report."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.models import Contrat
from contrats.permissions import ROLES_DECLARANTS, ROLES_INSTRUCTEURS, roles

from .etats import PREMIER_CATALOGUE, EtatRapport, TypeRapport
from .models import Rapport

# Partners share the table of means between themselves; others read its published editions.
LECTEURS_DES_MOYENS = tuple(sorted(ROLES_INSTRUCTEURS | ROLES_DECLARANTS))


def peut_produire(auteur: Auteur, contrat: Contrat) -> Reponse:
    """A chef de projet of the whole contract: a report tells the figures of all its places."""
    tenus = roles(auteur, contrat)
    if not tenus.pilote:
        return non("Seul un chef de projet du contrat produit ses rapports.")
    if not tenus.pilote_tout:
        return non("Votre habilitation se limite à certains lieux ; un rapport porte sur tout le contrat.")
    return OUI


def peut_publier(auteur: Auteur, rapport: Rapport) -> Reponse:
    """Whoever may produce it, once it is ready."""
    acces = peut_produire(auteur, rapport.contrat)
    if not acces:
        return acces
    if not rapport.transition_possible("publier"):
        return non(_deja(rapport))
    if rapport.type == TypeRapport.CATALOGUE and rapport.schema <= PREMIER_CATALOGUE:
        return non(
            "Cette édition imprime des coordonnées qui n’ont pas été rendues publiques : produisez-en une autre."
        )
    return OUI


def peut_retirer(auteur: Auteur, rapport: Rapport) -> Reponse:
    """Whoever may produce it, while it can still be read."""
    acces = peut_produire(auteur, rapport.contrat)
    if not acces:
        return acces
    if not rapport.transition_possible("retirer"):
        return non(_deja(rapport))
    return OUI


def _deja(rapport: Rapport) -> str:
    return f"Ce rapport est « {EtatRapport(rapport.etat).label.lower()} »."
