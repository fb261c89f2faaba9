"""The territories of a contract: its perimeters, their versions and inhabitants, and what is measured on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from commun.recherche import normaliser
from commun.typographie import nombre
from geographie.models import (
    Commune,
    FiliationPerimetre,
    Indicateur,
    Mesure,
    PopulationPerimetre,
    StatutMesure,
    TypePerimetre,
    VersionPerimetre,
)

from ..models import Contrat

SANS_THEME = "Autres"


@dataclass(frozen=True, slots=True)
class Population:
    """Inhabitants of a version, or of the share of it that lies on one commune; None is unknown."""

    lieu: str
    habitants: int | None
    millesime: int | None
    est_une_part: bool


@dataclass(frozen=True, slots=True)
class VersionLue:
    """A perimeter as a text defined it for a time, and the versions of the former list that it comes from (Q-02)."""

    nom: str
    code: str
    generation: int
    texte: str
    valide_du: date
    valide_au: date | None
    en_vigueur: bool
    communes: tuple[str, ...]
    populations: tuple[Population, ...]
    origines: tuple[tuple[str, bool], ...]  # name and year of the former version, deduced or not
    source: str


@dataclass(frozen=True, slots=True)
class PerimetresDUnType:
    """The perimeters of one kind."""

    libelle: str
    versions: tuple[VersionLue, ...]
    anciennes: tuple[VersionLue, ...]


@dataclass(frozen=True, slots=True)
class Cellule:
    """A measure, or why there is none: never a 0 in its place (Q-06)."""

    texte: str
    est_une_valeur: bool
    explication: str = ""


@dataclass(frozen=True, slots=True)
class ColonneIndicateur:
    """An indicator at one vintage."""

    nom: str
    unite: str
    millesime: str
    source: str


@dataclass(frozen=True, slots=True)
class LigneTerritoire:
    """A territory and its measures, one per column; None where nothing is known."""

    nom: str
    generation: int | None
    cellules: tuple[Cellule | None, ...]


@dataclass(frozen=True, slots=True)
class MesuresDUnTheme:
    """The measures of one theme: territories in rows, indicators in columns."""

    theme: str
    colonnes: tuple[ColonneIndicateur, ...]
    lignes: tuple[LigneTerritoire, ...]


def perimetres(contrat: Contrat, *, le: date) -> tuple[PerimetresDUnType, ...]:
    """The contract's perimeters by kind: their versions in force on `le`, and the others apart."""
    versions = (
        VersionPerimetre.objects.filter(perimetre__contrats__contrat=contrat)
        .select_related("perimetre")
        .defer("contour")
        .prefetch_related(
            "communes",
            Prefetch(
                "populations",
                PopulationPerimetre.objects.select_related("commune", "epci").order_by("-millesime", "pk"),
            ),
            Prefetch("origines", FiliationPerimetre.objects.select_related("ancienne").order_by("ancienne__nom")),
        )
        .order_by("perimetre__recherche", "-valide_du")
    )
    par_type: dict[str, list[VersionLue]] = {type_: [] for type_ in TypePerimetre.values}
    for version in versions:
        par_type[version.perimetre.type].append(_version(version, le))
    return tuple(
        PerimetresDUnType(
            TypePerimetre(type_).label,
            tuple(v for v in lues if v.en_vigueur),
            tuple(v for v in lues if not v.en_vigueur),
        )
        for type_, lues in par_type.items()
        if lues
    )


def themes(contrat: Contrat) -> list[str]:
    """The themes on which something is measured for this contract."""
    indicateurs = Indicateur.objects.filter(pk__in=_mesures(contrat).values("indicateur"))
    noms = set(indicateurs.values_list("theme", flat=True))
    return sorted((nom or SANS_THEME for nom in noms), key=lambda nom: (nom == SANS_THEME, normaliser(nom)))


def mesures(contrat: Contrat, theme: str) -> MesuresDUnTheme:
    """What is measured of `theme` on the contract's territories; a column holds one indicator at one vintage (E-07)."""
    lignes = list(
        _mesures(contrat)
        .filter(indicateur__theme="" if theme == SANS_THEME else theme)
        .select_related("indicateur", "version_perimetre", "commune", "epci")
        .defer("version_perimetre__contour")
        .order_by("indicateur__nom", "-millesime", "pk")
    )
    colonnes: dict[tuple[int, str], ColonneIndicateur] = {}
    valeurs: dict[tuple[int, str, int | None], dict[tuple[int, str], Cellule]] = {}
    for mesure in lignes:
        cle = (mesure.indicateur_id, mesure.millesime)
        indicateur = mesure.indicateur
        colonnes.setdefault(
            cle,
            ColonneIndicateur(indicateur.nom, indicateur.unite, mesure.millesime, mesure.source or indicateur.source),
        )
        valeurs.setdefault(_territoire(mesure), {})[cle] = _cellule(mesure)
    return MesuresDUnTheme(
        theme,
        tuple(colonnes.values()),
        tuple(
            LigneTerritoire(nom, generation, tuple(cellules.get(cle) for cle in colonnes))
            for (_, nom, generation), cellules in sorted(valeurs.items(), key=lambda v: (v[0][0], normaliser(v[0][1])))
        ),
    )


def _mesures(contrat: Contrat) -> QuerySet[Mesure]:
    """The measures of the contract's perimeters, of those they come from, of its communes and EPCI, and those compared.

    Free territories of comparison count only for indicators that are measured on the contract's own territories.
    """
    versions = VersionPerimetre.objects.filter(perimetre__contrats__contrat=contrat)
    anciennes = FiliationPerimetre.objects.filter(nouvelle__in=versions).values("ancienne")
    propres = (
        Q(version_perimetre__in=versions)
        | Q(version_perimetre__in=anciennes)
        | Q(commune__in=Commune.objects.filter(contrats=contrat))
        | Q(epci__siren=contrat.pilote.siren)
    )
    compares = Mesure.objects.filter(propres).values("indicateur")
    return Mesure.objects.filter(propres | (~Q(territoire_libre="") & Q(indicateur__in=compares)))


def _version(version: VersionPerimetre, le: date) -> VersionLue:
    return VersionLue(
        nom=version.nom,
        code=version.code,
        generation=version.generation,
        texte=version.texte,
        valide_du=version.valide_du,
        valide_au=version.valide_au,
        en_vigueur=version.valide_du <= le and (version.valide_au is None or version.valide_au >= le),
        communes=tuple(commune.nom for commune in version.communes.all()),
        populations=tuple(
            Population(
                p.commune.nom if p.commune else (p.epci.nom if p.epci else ""), p.habitants, p.millesime, p.est_une_part
            )
            for p in version.populations.all()
        ),
        origines=tuple((f"{f.ancienne.nom} ({f.ancienne.generation})", f.deduite) for f in version.origines.all()),
        source=version.source,
    )


def _territoire(mesure: Mesure) -> tuple[int, str, int | None]:
    """A rank (perimeters, communes, EPCI, others), a name, and the generation of a perimeter."""
    if mesure.version_perimetre is not None:
        return 0, mesure.version_perimetre.nom, mesure.version_perimetre.generation
    if mesure.commune is not None:
        return 1, mesure.commune.nom, None
    if mesure.epci is not None:
        return 2, mesure.epci.nom, None
    return 3, mesure.territoire_libre, None


_COURT = {StatutMesure.SECRET: "secret", StatutMesure.ND: "nd", StatutMesure.VIDE: "vide"}


def _cellule(mesure: Mesure) -> Cellule:
    if mesure.statut == StatutMesure.VALEUR:
        return Cellule(nombre(mesure.valeur, None), True)
    statut = StatutMesure(mesure.statut)
    return Cellule(_COURT[statut], False, statut.label)
