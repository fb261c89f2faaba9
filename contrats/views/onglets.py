"""The tabs that the pages about commitments share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from ..etats import Role
from ..permissions import ROLES_DECLARANTS, peut_creer_engagement
from ..portee import INSTRUCTEURS, Portee

LECTEURS_DE_REVUE = (*INSTRUCTEURS, *sorted(ROLES_DECLARANTS))


def onglets_engagements(portee: Portee, actif: str) -> list[dict[str, Any]]:
    """The tabs that this person may open, in the year of the page; the present one outside a year."""
    slug, contrat, tenus = portee.contrat.slug, portee.contrat, portee.roles
    annee = portee.annee or max(contrat.debut, min(timezone.localdate().year, contrat.fin))
    declare = tenus.administre or tenus.tient(Role.CHEF_DE_PROJET, *ROLES_DECLARANTS)
    lit = tenus.administre or tenus.tient(*LECTEURS_DE_REVUE)
    onglets = [("engagements", "Tous les engagements", reverse("contrats:engagements", args=[slug]), True)]
    for nom, libelle, permis in (
        ("mes_engagements", f"Mes engagements {annee}", declare),
        ("revue", f"Revue {annee}", lit),
        ("matrice", "Matrice", lit),
        ("signataires", "Signataires et remarques", lit),
    ):
        onglets.append((nom, libelle, reverse(f"contrats:{nom}", args=[slug, annee]), permis))
    permis = bool(peut_creer_engagement(portee.auteur, contrat))
    onglets.append(("importer", "Importer", reverse("contrats:importer_engagements", args=[slug]), permis))
    return [
        {"libelle": libelle, "url": url, "actif": nom == actif, "nombre": None}
        for nom, libelle, url, ouvert in onglets
        if ouvert
    ]
