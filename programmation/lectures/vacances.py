"""The holidays of a year: what takes place when and where, for how many, with what money; which quarters have nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from commun.auteur import Auteur
from contrats.models import Contrat, PerimetreDuContrat
from geographie.models import TypePerimetre, VersionPerimetre

from ..etats import DEMANDE_CONSOMME, DEMANDE_PROPOSE, EtatDemande, EtatDossier
from ..models import (
    CalendrierDispositif,
    DemandeFinancement,
    Dispositif,
    Dossier,
    FamilleDispositif,
    ModeLocalisation,
    Vacances,
)
from ..regles.vacances import parts
from .calendriers import calendriers

ZERO = Decimal(0)
NOMS_AU_PLUS = 5
_ETE = (Vacances.JUILLET.label, Vacances.AOUT.label)
_ECARTES = (EtatDossier.BROUILLON, EtatDossier.RETIRE, EtatDossier.IRRECEVABLE)
_SANS_LIEU = "Lieu à préciser"


@dataclass(slots=True)
class _Somme:
    actions: set[int] = field(default_factory=set)
    jours: int = 0
    places: Decimal = ZERO
    demande: Decimal = ZERO
    propose: Decimal = ZERO
    programme: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LigneVacances:
    """What takes place somewhere during one holiday. Days of all the actions added up; euros by share of days and places."""

    lieu: str
    actions: int
    jours: int
    places: int
    demande: Decimal
    propose: Decimal
    programme: Decimal


@dataclass(frozen=True, slots=True)
class PeriodeLue:
    """One holiday, commune by commune."""

    code: str
    nom: str
    lignes: tuple[LigneVacances, ...]
    total: LigneVacances


@dataclass(frozen=True, slots=True)
class Couverture:
    """The actions of one quarter during one holiday: its own, and those of all the quarters."""

    siennes: int
    communes: int

    @property
    def rien(self) -> bool:
        return not self.siennes and not self.communes


@dataclass(frozen=True, slots=True)
class QuartierCouvert:
    """One QPV, holiday by holiday."""

    nom: str
    cases: tuple[Couverture, ...]


@dataclass(frozen=True, slots=True)
class DispositifDeVacances:
    """A scheme for the holidays: its own days this year, its files, what they ask in euros."""

    dispositif: Dispositif
    calendrier: CalendrierDispositif | None
    dossiers: int
    demande: Decimal


@dataclass(frozen=True, slots=True)
class Trou:
    """The quarters that have nothing during one holiday, among `sur` of them."""

    periode: str
    quartiers: tuple[str, ...]
    sur: int

    @property
    def nulle_part(self) -> bool:
        return len(self.quartiers) == self.sur

    @property
    def se_nomme(self) -> bool:
        """True when naming them says more than counting them."""
        return len(self.quartiers) <= NOMS_AU_PLUS


@dataclass(frozen=True, slots=True)
class VacancesDeLAnnee:
    """The page of the year, for one reader."""

    dispositifs: tuple[DispositifDeVacances, ...]
    periodes: tuple[PeriodeLue, ...]  # those during which something takes place
    colonnes: tuple[str, ...]  # of the coverage: the holidays that the schemes are about
    quartiers: tuple[QuartierCouvert, ...]
    trous: tuple[Trou, ...]
    dossiers: int
    sans_periode: tuple[str, ...]  # numbers of the files that do not say when

    @property
    def demande(self) -> Decimal:
        return sum((d.demande for d in self.dispositifs), ZERO)

    @property
    def sans_ete(self) -> int:
        """How many quarters have nothing in July nor in August."""
        rangs = [rang for rang, nom in enumerate(self.colonnes) if nom in _ETE]
        return sum(1 for quartier in self.quartiers if all(quartier.cases[rang].rien for rang in rangs)) if rangs else 0


def vacances(contrat: Contrat, annee: int, *, pour: Auteur, dispositif: int | None = None) -> VacancesDeLAnnee:
    """What those who instruct read of a year's holidays, of one scheme only when given; a constant number of queries."""
    proposes = _dispositifs(contrat, annee)
    dossiers = _dossiers(contrat, annee, pour)
    montants = _montants(contrat, dossiers, pour)
    gardes = [d for d in dossiers if dispositif in (None, d.dispositif_id)]
    retenus = [d for d in proposes if dispositif in (None, d.pk)]
    periodes = {d.pk: {Vacances(p.periode): p for p in d.periodes.all()} for d in gardes}
    colonnes = _colonnes(retenus, periodes.values())
    quartiers = _couverture(contrat, annee, gardes, periodes, colonnes)
    propres = calendriers(contrat, annee)
    return VacancesDeLAnnee(
        dispositifs=tuple(
            DispositifDeVacances(
                propose,
                propres.get(propose.pk),
                sum(1 for d in dossiers if d.dispositif_id == propose.pk),
                sum((montants[d.pk].demande for d in dossiers if d.dispositif_id == propose.pk), ZERO),
            )
            for propose in proposes
        ),
        periodes=_par_periode(gardes, periodes, montants),
        colonnes=tuple(periode.label for periode in colonnes),
        quartiers=quartiers,
        trous=_trous(quartiers, colonnes),
        dossiers=len(gardes),
        sans_periode=tuple(d.numero for d in gardes if not periodes[d.pk]),
    )


def _dispositifs(contrat: Contrat, annee: int) -> list[Dispositif]:
    """The schemes for the holidays of that year."""
    return list(
        Dispositif.objects.filter(
            Q(contrat=contrat) | Q(contrat__isnull=True),
            Q(valide_du__isnull=True) | Q(valide_du__year__lte=annee),
            Q(valide_au__isnull=True) | Q(valide_au__year__gte=annee),
            famille=FamilleDispositif.VACANCES,
        ).order_by("code")
    )


def _dossiers(contrat: Contrat, annee: int, pour: Auteur) -> list[Dossier]:
    return list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=FamilleDispositif.VACANCES)
        .exclude(etat__in=_ECARTES)
        .prefetch_related("periodes", "localisations__commune", "localisations__version__communes")
        .order_by("numero")
    )


def _montants(contrat: Contrat, dossiers: list[Dossier], pour: Auteur) -> dict[int, _Somme]:
    """Euros of each file, as this reader may know them."""
    sommes: dict[int, _Somme] = defaultdict(_Somme)
    vues: Any = DemandeFinancement.objects.filter(dossier__in=[d.pk for d in dossiers])
    for demande in vues.avec_montants_vus(pour, contrat).exclude(etat=EtatDemande.ANNULEE):
        somme = sommes[demande.dossier_id]
        somme.demande += demande.montant_demande
        if demande.etat in DEMANDE_PROPOSE:
            somme.propose += demande.propose_vu or ZERO
        if demande.etat in DEMANDE_CONSOMME:
            somme.programme += demande.programme_vu or ZERO
    return sommes


def _colonnes(dispositifs: list[Dispositif], periodes: Iterable[Iterable[Vacances]]) -> list[Vacances]:
    """The holidays to watch: those of the schemes, and those during which something takes place."""
    voulues = {Vacances(v) for d in dispositifs for v in (d.vacances or Vacances.values)}
    voulues |= {periode for siennes in periodes for periode in siennes}
    return [periode for periode in Vacances if periode in voulues]


def _lieux(dossier: Dossier) -> dict[str, Decimal]:
    """The communes of an action, as shares of 1; what stands for all of them is said so."""
    poids: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for lieu in dossier.localisations.all():
        if lieu.mode != ModeLocalisation.PERIMETRE:
            noms = [str(ModeLocalisation(lieu.mode).label)]
        elif lieu.commune is not None:
            noms = [lieu.commune.nom]
        else:
            assert lieu.version is not None  # said by the constraint of the table
            noms = [commune.nom for commune in lieu.version.communes.all()] or [lieu.version.nom]
        for nom in noms:
            poids[nom] += lieu.part / len(noms)
    return parts(poids or {_SANS_LIEU: Decimal(100)})


def _par_periode(
    dossiers: list[Dossier], periodes: dict[int, dict[Vacances, Any]], montants: dict[int, _Somme]
) -> tuple[PeriodeLue, ...]:
    cases: dict[Vacances, dict[str, _Somme]] = {v: defaultdict(_Somme) for v in Vacances}
    totaux: dict[Vacances, _Somme] = defaultdict(_Somme)
    for dossier in dossiers:
        siennes = periodes[dossier.pk]
        if not siennes:
            continue
        argent, lieux = montants[dossier.pk], _lieux(dossier)
        par_periode = parts({v: periode.jours for v, periode in siennes.items()})
        for v, periode in siennes.items():
            places = Decimal(
                periode.filles_enfants + periode.garcons_enfants + periode.filles_ados + periode.garcons_ados
            )
            for nom, part in lieux.items():
                _ajouter(cases[v][nom], dossier, periode.jours, places * part, argent, par_periode[v] * part)
            _ajouter(totaux[v], dossier, periode.jours, places, argent, par_periode[v])
    return tuple(
        PeriodeLue(
            code=v.value,
            nom=v.label,
            lignes=tuple(_ligne(nom, somme) for nom, somme in sorted(cases[v].items(), key=_communes_d_abord)),
            total=_ligne("Ensemble", totaux[v]),
        )
        for v in Vacances
        if cases[v]
    )


def _ajouter(somme: _Somme, dossier: Dossier, jours: int, places: Decimal, argent: _Somme, part: Decimal) -> None:
    somme.actions.add(dossier.pk)
    somme.jours += jours
    somme.places += places
    somme.demande += argent.demande * part
    somme.propose += argent.propose * part
    somme.programme += argent.programme * part


def _ligne(nom: str, somme: _Somme) -> LigneVacances:
    return LigneVacances(
        lieu=nom,
        actions=len(somme.actions),
        jours=somme.jours,
        places=int(somme.places.quantize(Decimal(1), ROUND_HALF_UP)),
        demande=_euros(somme.demande),
        propose=_euros(somme.propose),
        programme=_euros(somme.programme),
    )


def _euros(montant: Decimal) -> Decimal:
    return montant.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _communes_d_abord(ligne: tuple[str, _Somme]) -> tuple[bool, str]:
    """Communes by name, then what stands for all of them."""
    nom = ligne[0]
    return nom in (*ModeLocalisation.labels, _SANS_LIEU), nom


def _couverture(
    contrat: Contrat,
    annee: int,
    dossiers: list[Dossier],
    periodes: dict[int, dict[Vacances, Any]],
    colonnes: list[Vacances],
) -> tuple[QuartierCouvert, ...]:
    """Each QPV of the contract in the version of the year (Q-02)."""
    siens = PerimetreDuContrat.objects.filter(contrat=contrat, perimetre__type=TypePerimetre.QPV).values("perimetre")
    versions = VersionPerimetre.objects.de_l_annee(annee).filter(perimetre__in=siens).order_by("nom")
    propres: dict[tuple[int, Vacances], int] = defaultdict(int)
    ensemble: dict[Vacances, int] = defaultdict(int)
    for dossier in dossiers:
        lieux = list(dossier.localisations.all())
        de_tous = any(lieu.mode == ModeLocalisation.ENSEMBLE_QPV for lieu in lieux)
        ici = {lieu.version_id for lieu in lieux if lieu.version_id is not None}
        for v in periodes[dossier.pk]:
            ensemble[v] += de_tous
            for version in ici:
                propres[version, v] += 1
    return tuple(
        QuartierCouvert(version.nom, tuple(Couverture(propres[version.pk, v], ensemble[v]) for v in colonnes))
        for version in versions
    )


def _trous(quartiers: tuple[QuartierCouvert, ...], colonnes: list[Vacances]) -> tuple[Trou, ...]:
    trous = []
    for rang, periode in enumerate(colonnes):
        vides = tuple(quartier.nom for quartier in quartiers if quartier.cases[rang].rien)
        if vides:
            trous.append(Trou(periode.label, vides, len(quartiers)))
    return tuple(trous)
