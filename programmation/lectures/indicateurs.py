"""The library of indicators, as it is kept: each with how many requests of a year chose it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from contrats.models import Contrat

from ..models import IndicateurAction


@dataclass(frozen=True, slots=True)
class IndicateurLu:
    indicateur: IndicateurAction
    orientation: str  # empty: all of them
    commun: bool  # the same for every contract
    choisi: int  # requests of the year that hold it


def bibliotheque(contrat: Contrat, annee: int) -> list[IndicateurLu]:
    """The contract's own and the common ones, those offered first. One query."""
    de_l_annee = Q(prevus__dossier__campagne__annee=annee, prevus__dossier__contrat=contrat)
    lus = (
        IndicateurAction.objects.filter(Q(contrat=contrat) | Q(contrat__isnull=True))
        .select_related("orientation")
        .annotate(choisi=Count("prevus__dossier", filter=de_l_annee, distinct=True))
        .order_by("-actif", "orientation__ordre", "libelle")
    )
    return [
        IndicateurLu(
            indicateur=indicateur,
            orientation=indicateur.orientation.nom_court if indicateur.orientation else "",
            commun=indicateur.contrat_id is None,
            choisi=indicateur.choisi,
        )
        for indicateur in lus
    ]
