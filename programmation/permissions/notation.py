"""Who scores a file along the campaign's grid, and who reads the scores."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non

from ..etats import DOSSIER_EN_COURS
from ..models import Dossier, Notation
from .acces import delibere, tient
from .instruction import DONNENT_UN_AVIS


def peut_noter(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Those who give an opinion, before the decision; twice at most, by two people, the first one ended."""
    if not delibere(auteur, dossier) or not tient(auteur, dossier, *DONNENT_UN_AVIS):
        return non("Votre rôle ne note pas ce dossier.")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("La grille se remplit avant la décision du COPIL.")
    autres = list(Notation.objects.filter(dossier=dossier).select_related("evaluateur").order_by("lecture"))
    miennes = [n for n in autres if auteur.utilisateur is not None and n.evaluateur_id == auteur.utilisateur.pk]
    if miennes:
        if miennes[0].validee_le is None:
            return OUI
        return non("Votre lecture est validée : rouvrez-la pour la changer.")
    if len(autres) > 1:
        return non("Ce dossier a déjà ses deux lectures.")
    if autres and autres[0].validee_le is None:
        return non(
            f"{autres[0].evaluateur} tient la première lecture : la seconde s’ouvre une fois qu’elle est validée."
        )
    return OUI


def peut_rouvrir_sa_lecture(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Whoever ended a reading takes it up again, before the decision; it is nobody else's."""
    if not delibere(auteur, dossier) or not tient(auteur, dossier, *DONNENT_UN_AVIS):
        return non("Votre rôle ne note pas ce dossier.")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Une lecture se rouvre avant la décision du COPIL.")
    if not Notation.objects.filter(dossier=dossier, evaluateur=auteur.utilisateur, validee_le__isnull=False).exists():
        return non("Vous n’avez pas de lecture validée sur ce dossier.")
    return OUI
