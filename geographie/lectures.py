"""What people read of the territories: perimeters with their inhabitants, indicators with their source and vintage."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from .models import Epci, FiliationPerimetre, Mesure, PopulationPerimetre, StatutMesure, VersionPerimetre


@dataclass(frozen=True, slots=True)
class FichePerimetre:
    """A perimeter as it stands in one year; `habitants` is None when the sources do not give it."""

    code: str
    nom: str
    type: str
    type_nom: str
    communes: tuple[str, ...]
    habitants: int | None
    millesime: int | None
    est_une_part: bool
    contour: str  # GeoJSON geometry as text, empty when unknown


@dataclass(frozen=True, slots=True)
class Valeur:
    """One measure: a value, or the reason why there is none. Never a 0 in its place (Q-06)."""

    territoire: str
    genre: str  # perimetre, epci, autre
    millesime: str
    valeur: Decimal | None
    statut: str
    statut_nom: str


@dataclass(frozen=True, slots=True)
class SerieIndicateur:
    """An indicator over several territories at its latest vintage common to them (E-07)."""

    code: str
    nom: str
    theme: str
    unite: str
    additif: bool
    sens: str
    producteur: str
    source: str
    millesime: str
    valeurs: tuple[Valeur, ...]


def fiches_perimetres(perimetres: Collection[int], annee: int) -> tuple[FichePerimetre, ...]:
    """The versions in force in `annee` of these perimeters, the most inhabited first in each type."""
    versions = list(
        VersionPerimetre.objects.de_l_annee(annee)
        .filter(perimetre__in=perimetres)
        .select_related("perimetre")
        .prefetch_related("communes")
    )
    populations: dict[int, list[PopulationPerimetre]] = defaultdict(list)
    for population in PopulationPerimetre.objects.filter(version__in=[v.pk for v in versions]).order_by("-millesime"):
        populations[population.version_id].append(population)
    fiches = [_fiche(version, populations[version.pk]) for version in versions]
    return tuple(
        sorted(fiches, key=lambda f: (_RANG_TYPE.get(f.type, 9), f.habitants is None, -(f.habitants or 0), f.nom))
    )


_RANG_TYPE = {"qpv": 0, "poche_pauvrete": 1, "attention_complementaire": 2, "geographie_complementaire": 3}


def _fiche(version: VersionPerimetre, populations: list[PopulationPerimetre]) -> FichePerimetre:
    """The inhabitants of the latest vintage; a perimeter on several communes adds the shares that are all known."""
    dernieres = [p for p in populations if p.millesime == populations[0].millesime]
    connues = [p.habitants for p in dernieres if p.habitants is not None]
    return FichePerimetre(
        code=version.code or version.perimetre.code,
        nom=version.nom,
        type=version.perimetre.type,
        type_nom=version.perimetre.get_type_display(),
        communes=tuple(sorted(commune.nom for commune in version.communes.all())),
        habitants=sum(connues) if connues and len(connues) == len(dernieres) else None,
        millesime=dernieres[0].millesime if dernieres else None,
        est_une_part=any(p.est_une_part for p in dernieres),
        contour=json.dumps(version.contour, sort_keys=True) if version.contour else "",
    )


def series_indicateurs(perimetres: Collection[int], epci_sirens: Iterable[str]) -> tuple[SerieIndicateur, ...]:
    """Every indicator known on these perimeters and EPCI, beside the free territories that it is compared with.

    A perimeter of the 2024 list also shows what was measured on the perimeters it comes from. All values of a series
    have the same indicator and the same vintage, the latest (E-07); additive or not, nothing is added up here.
    """
    versions = set(VersionPerimetre.objects.filter(perimetre__in=perimetres).values_list("pk", flat=True))
    versions |= set(FiliationPerimetre.objects.filter(nouvelle__in=versions).values_list("ancienne", flat=True))
    epci = Epci.objects.filter(siren__in=list(epci_sirens)).values("pk")
    propres = Q(version_perimetre__in=versions) | Q(epci__in=epci)
    compares = Mesure.objects.filter(propres).values("indicateur")
    mesures = (
        Mesure.objects.filter(propres | (~Q(territoire_libre="") & Q(indicateur__in=compares)))
        .select_related("indicateur", "version_perimetre", "epci")
        .order_by("indicateur__theme", "indicateur__nom", "-millesime", "pk")
    )
    par_indicateur: dict[int, list[Mesure]] = defaultdict(list)
    for mesure in mesures:
        par_indicateur[mesure.indicateur_id].append(mesure)
    return tuple(_serie(groupe) for groupe in par_indicateur.values())


def _serie(mesures: list[Mesure]) -> SerieIndicateur:
    indicateur, millesime = mesures[0].indicateur, mesures[0].millesime
    return SerieIndicateur(
        code=indicateur.code,
        nom=indicateur.nom,
        theme=indicateur.theme or "Autres",
        unite=indicateur.unite,
        additif=indicateur.additif,
        sens=indicateur.sens,
        producteur=indicateur.producteur,
        source=mesures[0].source or indicateur.source,
        millesime=millesime,
        valeurs=tuple(
            Valeur(*_territoire(m), m.millesime, m.valeur, m.statut, _STATUTS[m.statut])
            for m in mesures
            if m.millesime == millesime
        ),
    )


_STATUTS: dict[str, Any] = {statut.value: str(statut.label) for statut in StatutMesure}


def _territoire(mesure: Mesure) -> tuple[str, str]:
    """The name of the territory and its kind."""
    if mesure.version_perimetre is not None:
        return mesure.version_perimetre.nom, "perimetre"
    if mesure.epci is not None:
        return mesure.epci.nom, "epci"
    return mesure.territoire_libre, "autre"
