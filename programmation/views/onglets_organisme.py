"""The tabs of an organisation's pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from acteurs.models import Organisme
from contrats.permissions import peut_gerer_les_porteurs
from contrats.portee import Portee

from ..permissions.organisme import peut_tenir_la_fiche

_ONGLETS = (
    ("programmation:organisme", "Fiche"),
    ("programmation:pieces_organisme", "Pièces"),
    ("programmation:budgets_organisme", "Budget"),
)


def cadre_de_l_organisme(portee: Portee, organisme: Organisme, actif: str) -> dict[str, Any]:
    """What the frame of each page of an organisation shows: whose it is, and the tabs that this reader may open."""
    cles = {"contrat": portee.contrat.slug, "pk": organisme.pk}
    onglets = list(_ONGLETS)
    if peut_gerer_les_porteurs(portee.auteur, portee.contrat, organisme):
        onglets.append(("programmation:personnes_organisme", "Personnes"))
    return {
        "organisme": organisme,
        "est_le_sien": organisme.pk in portee.roles.organismes_porteurs,
        "pour_le_compte_de": (
            organisme
            if organisme.pk not in portee.roles.organismes_porteurs
            and peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme)
            else None
        ),
        "onglets": [
            {
                "libelle": libelle,
                "url": reverse(route, kwargs=cles),
                "actif": route.partition(":")[2] == actif,
                "nombre": None,
            }
            for route, libelle in onglets
        ],
    }
