"""Who may act on accounts."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non

from .models import Utilisateur


def peut_administrer(auteur: Auteur) -> Reponse:
    """The installation's administrators, and the product itself (a command, a job)."""
    personne = auteur.utilisateur
    if auteur.est_le_produit or (personne is not None and personne.is_active and personne.is_superuser):
        return OUI
    return non("Seul un administrateur de l’installation peut agir sur un compte.")


def peut_desactiver(auteur: Auteur, compte: Utilisateur) -> Reponse:
    """An administrator, for anybody but itself: the last one must not shut the door behind it."""
    if not (reponse := peut_administrer(auteur)):
        return reponse
    if auteur.utilisateur is not None and auteur.utilisateur.pk == compte.pk:
        return non("Vous ne pouvez pas désactiver votre propre compte.")
    return OUI
