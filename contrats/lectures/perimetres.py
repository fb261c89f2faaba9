"""The perimeters that a contract covers, as the structure's editor shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from geographie.models import Perimetre, TypePerimetre, VersionPerimetre

from ..models import Contrat, PerimetreDuContrat


@dataclass(frozen=True, slots=True)
class PerimetreCouvert:
    """A perimeter of the contract, as its latest version tells it, and who draws it."""

    pk: int
    nom: str
    code: str
    type: str
    communes: tuple[str, ...]
    depuis: date | None
    jusqu_au: date | None
    delimite_par: str


def du_contrat(contrat: Contrat) -> QuerySet[Perimetre]:
    """The perimeters that the contract covers."""
    return Perimetre.objects.filter(contrats__contrat=contrat)


def couverts(contrat: Contrat) -> list[PerimetreCouvert]:
    """Every perimeter of the contract, whatever the year, kind by kind: three queries."""
    ailleurs = PerimetreDuContrat.objects.filter(perimetre=OuterRef("pk")).exclude(contrat=contrat)
    versions = VersionPerimetre.objects.defer("contour").prefetch_related("communes").order_by("valide_du")
    lus = (
        du_contrat(contrat)
        .annotate(partage=Exists(ailleurs))
        .prefetch_related(Prefetch("versions", versions))
        .order_by("recherche", "pk")
    )
    return [_couvert(p, partage=p.partage) for p in sorted(lus, key=lambda p: TypePerimetre.values.index(p.type))]


def _couvert(perimetre: Perimetre, *, partage: bool) -> PerimetreCouvert:
    version = next(reversed(perimetre.versions.all()), None)
    return PerimetreCouvert(
        perimetre.pk,
        perimetre.nom,
        perimetre.code,
        TypePerimetre(perimetre.type).label,
        tuple(commune.nom for commune in version.communes.all()) if version else (),
        version.valide_du if version else None,
        version.valide_au if version else None,
        "décret" if perimetre.type == TypePerimetre.QPV else "plusieurs contrats" if partage else "le contrat",
    )
