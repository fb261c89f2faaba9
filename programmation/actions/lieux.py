"""The places that a draft takes from what it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from geographie.models import Commune, Perimetre, VersionPerimetre

from ..models import Dossier, Localisation, ModeLocalisation
from ..regles.intentions import parts_egales


def poser_les_lieux(dossier: Dossier, *, perimetres: QuerySet[Perimetre], communes: Iterable[Commune]) -> None:
    """The quarters in their version of the year (Q-02), else the communes; in equal shares, for the porteur to correct."""
    versions = VersionPerimetre.objects.de_l_annee(dossier.campagne.annee).filter(perimetre__in=perimetres)
    lieux: list[dict[str, Any]] = [{"version": version} for version in versions]
    lieux = lieux or [{"commune": commune} for commune in communes]
    Localisation.objects.bulk_create(
        Localisation(dossier=dossier, mode=ModeLocalisation.PERIMETRE, part=part, **lieu)
        for lieu, part in zip(lieux, parts_egales(len(lieux)), strict=True)
    )
