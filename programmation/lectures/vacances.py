"""The holidays of a year: what takes place when and where, for how many, with what money; which quarters have nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from commun.auteur import Auteur
from contrats.models import Contrat, PerimetreDuContrat
from geographie.models import TypePerimetre, VersionPerimetre

from ..models import (
    CalendrierDispositif,
    Dispositif,
    Dossier,
    FamilleDispositif,
    Localisation,
    ModeLocalisation,
    PeriodeVacances,
    Vacances,
)
from ..permissions.acces import instruit_tout
from ..regles.fil_de_l_eau import Rang
from ..regles.vacances import arrondir, parts
from .calendriers import calendriers
from .dispositifs import de_la_famille
from .proximite import PAS_DEPOSES
from .rangs import (
    VIVANTS,
    ZERO,
    ecartes,
    lignes_vues,
    rang_de,
    somme_demandee,
    somme_programmee,
    somme_proposee,
)

NOMS_AU_PLUS = 5
CENTIME = Decimal("0.01")
_ETE = (Vacances.JUILLET, Vacances.AOUT)
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
    """The actions of one quarter during one holiday, those of all the quarters included: programmed, or asked and not
    decided yet.

    What was refused, put off or set aside does not take place: it covers nothing.
    """

    programmees: int
    demandees: int

    @property
    def rien(self) -> bool:
        return not self.programmees and not self.demandees


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
    de_cote: int  # files put off, refused by all or set aside, which count nowhere here
    entiere: bool  # the reader sees all the files: what it reads as nothing is nothing
    sans_periode: tuple[str, ...]  # numbers of the files that do not say when
    fictif: bool

    @property
    def demande(self) -> Decimal:
        return sum((d.demande for d in self.dispositifs), ZERO)

    @property
    def sans_ete(self) -> int:
        """How many quarters have nothing in July nor in August."""
        ete = [periode.label for periode in _ETE]
        rangs = [rang for rang, nom in enumerate(self.colonnes) if nom in ete]
        return sum(1 for quartier in self.quartiers if all(quartier.cases[rang].rien for rang in rangs)) if rangs else 0


def vacances(contrat: Contrat, annee: int, *, pour: Auteur, dispositif: int | None = None) -> VacancesDeLAnnee:
    """What those who instruct read of a year's holidays, of one scheme only when given; a constant number of queries."""
    proposes = de_la_famille(contrat, annee, FamilleDispositif.VACANCES)
    deposes = _dossiers(contrat, annee, pour)
    montants, rangs = _montants_et_rangs(contrat, deposes, pour)
    vivants = [d for d in deposes if rangs[d.pk] in VIVANTS]
    gardes = [d for d in vivants if dispositif in (None, d.dispositif_id)]
    retenus = [d for d in proposes if dispositif in (None, d.pk)]
    periodes = {d.pk: {Vacances(p.periode): p for p in d.periodes.all()} for d in gardes}
    colonnes = _colonnes(retenus, periodes.values())
    quartiers = _couverture(contrat, annee, gardes, rangs, periodes, colonnes)
    propres = calendriers(contrat, annee)
    return VacancesDeLAnnee(
        dispositifs=tuple(
            DispositifDeVacances(
                propose,
                propres.get(propose.pk),
                sum(1 for d in vivants if d.dispositif_id == propose.pk),
                sum((montants[d.pk].demande for d in vivants if d.dispositif_id == propose.pk), ZERO),
            )
            for propose in proposes
        ),
        periodes=_par_periode(gardes, periodes, montants),
        colonnes=tuple(periode.label for periode in colonnes),
        quartiers=quartiers,
        trous=_trous(quartiers, colonnes),
        dossiers=len(gardes),
        de_cote=sum(1 for d in deposes if rangs[d.pk] not in VIVANTS and dispositif in (None, d.dispositif_id)),
        entiere=instruit_tout(pour, contrat),
        sans_periode=tuple(d.numero for d in gardes if not periodes[d.pk]),
        fictif=any(d.fictif for d in gardes),
    )


def compter_sans_ete(contrat: Contrat, annee: int, dossiers: Iterable[int]) -> int:
    """How many quarters have nothing in July nor in August among these files (by key): what the page counts, in three
    queries. Nobody but who sees all the files may be told."""
    en_ete = PeriodeVacances.objects.filter(dossier__in=list(dossiers), periode__in=_ETE).values("dossier")
    lieux = set(Localisation.objects.filter(dossier__in=en_ete).values_list("mode", "version"))
    if any(mode == ModeLocalisation.ENSEMBLE_QPV for mode, _ in lieux):
        return 0
    couverts = {version for _, version in lieux}
    return sum(1 for cle in _quartiers(contrat, annee).values_list("pk", flat=True) if cle not in couverts)


def _dossiers(contrat: Contrat, annee: int, pour: Auteur) -> list[Dossier]:
    return list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=FamilleDispositif.VACANCES)
        .exclude(etat__in=PAS_DEPOSES)
        .prefetch_related("periodes", "localisations__commune", "localisations__version__communes")
        .order_by("numero")
    )


def _montants_et_rangs(
    contrat: Contrat, dossiers: list[Dossier], pour: Auteur
) -> tuple[dict[int, _Somme], dict[int, Rang]]:
    """Euros of each file, and where it stands, as this reader may know them."""
    cles = [dossier.pk for dossier in dossiers]
    lignes = lignes_vues(cles, contrat, pour=pour)
    mis_de_cote = ecartes(cles, contrat, pour=pour)
    sommes = {
        cle: _Somme(
            demande=somme_demandee(lignes[cle]),
            propose=somme_proposee(lignes[cle]) or ZERO,
            programme=somme_programmee(lignes[cle]) or ZERO,
        )
        for cle in cles
    }
    rangs = {
        d.pk: rang_de(d.etat, FamilleDispositif.VACANCES, lignes[d.pk], ecarte=d.pk in mis_de_cote) for d in dossiers
    }
    return sommes, rangs


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
    dossiers: list[Dossier], periodes: dict[int, dict[Vacances, PeriodeVacances]], montants: dict[int, _Somme]
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
    ordre = [v for v in Vacances if cases[v]]
    # What is shared is rounded so that the communes add up to their holiday, and the holidays to what the files ask.
    entiers = {
        nom: arrondir({v: getattr(totaux[v], nom) for v in ordre}, pas) for nom, pas in _PAS_DES_COLONNES.items()
    }
    return tuple(_periode(v, cases[v], totaux[v], {nom: entiers[nom][v] for nom in _PAS_DES_COLONNES}) for v in ordre)


_PAS_DES_COLONNES = {"places": Decimal(1), "demande": CENTIME, "propose": CENTIME, "programme": CENTIME}


def _periode(v: Vacances, communes: dict[str, _Somme], total: _Somme, entiers: dict[str, Decimal]) -> PeriodeLue:
    noms = sorted(communes, key=_communes_d_abord)
    arrondies = {
        nom: arrondir({c: getattr(communes[c], nom) for c in noms}, pas, total=entiers[nom])
        for nom, pas in _PAS_DES_COLONNES.items()
    }
    return PeriodeLue(
        code=v.value,
        nom=v.label,
        lignes=tuple(_ligne(c, communes[c], {nom: arrondies[nom][c] for nom in _PAS_DES_COLONNES}) for c in noms),
        total=_ligne("Ensemble", total, entiers),
    )


def _ajouter(somme: _Somme, dossier: Dossier, jours: int, places: Decimal, argent: _Somme, part: Decimal) -> None:
    somme.actions.add(dossier.pk)
    somme.jours += jours
    somme.places += places
    somme.demande += argent.demande * part
    somme.propose += argent.propose * part
    somme.programme += argent.programme * part


def _ligne(nom: str, somme: _Somme, arrondis: dict[str, Decimal]) -> LigneVacances:
    return LigneVacances(
        lieu=nom,
        actions=len(somme.actions),
        jours=somme.jours,
        places=int(arrondis["places"]),
        demande=arrondis["demande"],
        propose=arrondis["propose"],
        programme=arrondis["programme"],
    )


def _communes_d_abord(nom: str) -> tuple[bool, str]:
    """Communes by name, then what stands for all of them."""
    return nom in (*ModeLocalisation.labels, _SANS_LIEU), nom


def _quartiers(contrat: Contrat, annee: int) -> QuerySet[VersionPerimetre]:
    """The QPV of the contract in their version of the year (Q-02)."""
    siens = PerimetreDuContrat.objects.filter(contrat=contrat, perimetre__type=TypePerimetre.QPV).values("perimetre")
    return VersionPerimetre.objects.de_l_annee(annee).filter(perimetre__in=siens).order_by("nom")


def _couverture(
    contrat: Contrat,
    annee: int,
    dossiers: list[Dossier],
    rangs: dict[int, Rang],
    periodes: dict[int, dict[Vacances, PeriodeVacances]],
    colonnes: list[Vacances],
) -> tuple[QuartierCouvert, ...]:
    """Each QPV, holiday by holiday; an action asked for is told apart from one that is programmed."""
    propres: dict[tuple[int, Vacances, bool], int] = defaultdict(int)
    ensemble: dict[tuple[Vacances, bool], int] = defaultdict(int)
    for dossier in dossiers:
        lieux = list(dossier.localisations.all())
        de_tous = any(lieu.mode == ModeLocalisation.ENSEMBLE_QPV for lieu in lieux)
        ici = set() if de_tous else {lieu.version_id for lieu in lieux if lieu.version_id is not None}
        programme = rangs[dossier.pk] == Rang.DECIDE
        for v in periodes[dossier.pk]:
            ensemble[v, programme] += de_tous
            for version in ici:
                propres[version, v, programme] += 1

    def case(version: int, v: Vacances) -> Couverture:
        return Couverture(*(ensemble[v, programme] + propres[version, v, programme] for programme in (True, False)))

    return tuple(
        QuartierCouvert(version.nom, tuple(case(version.pk, v) for v in colonnes))
        for version in _quartiers(contrat, annee)
    )


def _trous(quartiers: tuple[QuartierCouvert, ...], colonnes: list[Vacances]) -> tuple[Trou, ...]:
    trous = []
    for rang, periode in enumerate(colonnes):
        vides = tuple(quartier.nom for quartier in quartiers if quartier.cases[rang].rien)
        if vides:
            trous.append(Trou(periode.label, vides, len(quartiers)))
    return tuple(trous)
