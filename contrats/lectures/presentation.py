"""What the contract says of itself: dates, signatories, places, orientations, bodies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from geographie.models import TypePerimetre, VersionPerimetre

from ..models import Comite, Contrat, NatureOrientation, Objectif, Orientation, Signataire, TypeComite


@dataclass(frozen=True, slots=True)
class Ambition:
    """An ambition of an orientation, with its objectives; its name is empty where the contract gives none."""

    nom: str
    objectifs: tuple[Objectif, ...]


@dataclass(frozen=True, slots=True)
class OrientationPresentee:
    """An orientation, its ambitions and the number of commitments that serve it."""

    orientation: Orientation
    ambitions: tuple[Ambition, ...]
    engagements: int

    @property
    def objectifs(self) -> int:
        return sum(len(ambition.objectifs) for ambition in self.ambitions)


@dataclass(frozen=True, slots=True)
class Presentation:
    """The contract on one page."""

    contrat: Contrat
    signataires: tuple[Signataire, ...]
    communes: tuple[str, ...]
    perimetres: tuple[tuple[str, tuple[VersionPerimetre, ...]], ...]
    orientations: tuple[OrientationPresentee, ...]
    axes: tuple[OrientationPresentee, ...]
    comites: tuple[Comite, ...]
    engagements: int

    @property
    def qpv(self) -> int:
        """How many QPV the contract covers."""
        return next((len(v) for libelle, v in self.perimetres if libelle == TypePerimetre.QPV.label), 0)


def presentation(contrat: Contrat, *, le: date | None = None) -> Presentation:
    """The contract as it stands on `le` (today by default), with its perimeters in the version then in force."""
    le = le or timezone.localdate()
    rangs = {type_: rang for rang, type_ in enumerate(TypeComite.values)}
    orientations = [
        OrientationPresentee(o, _ambitions(o), o.nb_engagements)  # type: ignore[attr-defined]
        # The order is written out: Django drops a model's own where it groups.
        for o in contrat.orientations.annotate(
            nb_engagements=Count("engagements", filter=Q(engagements__retire_le__isnull=True))
        )
        .order_by("ordre", "pk")
        .prefetch_related("objectifs")
    ]
    return Presentation(
        contrat=contrat,
        signataires=tuple(contrat.signataires.select_related("organisme")),
        communes=tuple(contrat.communes.values_list("nom", flat=True)),
        perimetres=_perimetres(contrat, le),
        orientations=tuple(o for o in orientations if o.orientation.nature == NatureOrientation.THEMATIQUE),
        axes=tuple(o for o in orientations if o.orientation.nature == NatureOrientation.TRANSVERSALE),
        comites=tuple(sorted(contrat.comites.all(), key=lambda c: (rangs[c.type], c.nom))),
        engagements=contrat.engagements.count(),
    )


def _ambitions(orientation: Orientation) -> tuple[Ambition, ...]:
    groupes: dict[str, list[Objectif]] = {}
    for objectif in orientation.objectifs.all():
        groupes.setdefault(objectif.ambition, []).append(objectif)
    return tuple(Ambition(nom, tuple(objectifs)) for nom, objectifs in groupes.items())


def _perimetres(contrat: Contrat, le: date) -> tuple[tuple[str, tuple[VersionPerimetre, ...]], ...]:
    """The perimeters of the contract by kind, QPV first, each in its version in force."""
    versions = (
        VersionPerimetre.objects.en_vigueur(le)
        .filter(perimetre__contrats__contrat=contrat)
        .select_related("perimetre")
        .defer("contour")
        .prefetch_related("communes")
        .order_by("perimetre__recherche")
    )
    par_type: dict[str, list[VersionPerimetre]] = {type_: [] for type_ in TypePerimetre.values}
    for version in versions:
        par_type[version.perimetre.type].append(version)
    return tuple((TypePerimetre(type_).label, tuple(v)) for type_, v in par_type.items() if v)
