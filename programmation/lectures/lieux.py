"""Where an action takes place, as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from geographie.models import Commune

from ..models import Dossier


@dataclass(frozen=True, slots=True)
class Lieu:
    nom: str
    part: Decimal  # %


def lieux_du_dossier(dossier: Dossier) -> tuple[Lieu, ...]:
    """The places of an action and the share of each, the largest first."""
    return tuple(
        Lieu(nom_du_lieu(localisation), localisation.part)
        for localisation in dossier.localisations.select_related("version", "commune")
    )


def codes_des_communes(dossier: Dossier) -> set[str]:
    """INSEE codes of the communes where the action takes place, those of its perimeters given without one included."""
    directes = Commune.objects.filter(localisations__dossier=dossier)
    des_perimetres = Commune.objects.filter(
        versions_perimetres__localisations__dossier=dossier, versions_perimetres__localisations__commune__isnull=True
    )
    return set(directes.values_list("code", flat=True)) | set(des_perimetres.values_list("code", flat=True))


def nom_du_lieu(localisation: Any) -> str:
    """A place in words: the neighbourhood and its commune."""
    if localisation.version and localisation.commune:
        return f"{localisation.version.nom} ({localisation.commune.nom})"
    lieu = localisation.version or localisation.commune
    return lieu.nom if lieu else localisation.get_mode_display()
