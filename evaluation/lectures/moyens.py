"""The table of all means: what each partner declares and, beside it, what the programming and the commitments tell.

The two are never added: totals hold declared euros only, and where both are known their difference is told
(regles 2.12).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.lectures.moyens import (
    MoyensDuPartenaire,
    OrientationLue,
    euros_des_engagements,
    moyens_annonces,
)
from contrats.lectures.suivi import PresentationContrat, presentation
from contrats.models import Contrat, NatureAnnoncee, NatureMoyens, Section
from contrats.regles import Completude, ReponseDeCase
from programmation.lectures.moyens import (
    MoyensProgrammes,
    financeurs_de_l_annee,
    financeurs_lus,
    moyens_programmes,
)

ZERO = Decimal(0)
# Raised when a field of the dataclasses below is removed or changes meaning; one added with a default leaves it.
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Programmation:
    """What the programming knows of some means, each request once: voted, else programmed, else proposed. Euros."""

    vote: Decimal
    programme: Decimal
    propose: Decimal

    @property
    def connu(self) -> Decimal:
        return self.vote + self.programme + self.propose

    @classmethod
    def de(cls, lignes: list[MoyensProgrammes]) -> Programmation | None:
        """The sum of these lines; None where there is none."""
        if not lignes:
            return None
        return cls(
            sum((x.vote for x in lignes), ZERO),
            sum((x.programme for x in lignes), ZERO),
            sum((x.propose for x in lignes), ZERO),
        )


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """One partner, nature and section: what it declares beside what is known otherwise; None is unknown.

    Commitments tell no section: their euros stand on the line of running costs of their nature.
    """

    organisme: int
    partenaire: str
    nature: str
    section: str
    annonce: Decimal | None
    programmation: Programmation | None
    engagements: Decimal | None
    # A service that declares nothing of its own is covered by the line of the organisation that it belongs to.
    couvert_par: str = ""
    couvre: tuple[str, ...] = ()  # the services that this line covers
    des_services: Decimal = ZERO  # what the programming knows of them

    @property
    def connu(self) -> Decimal | None:
        """What the declaration is compared with: the programming, services included; else the commitments."""
        if self.programmation is None and not self.couvre:
            return self.engagements
        return (self.programmation.connu if self.programmation else ZERO) + self.des_services

    @property
    def ecart(self) -> Decimal | None:
        """Declared less known, where both are."""
        if self.annonce is None or self.connu is None:
            return None
        return self.annonce - self.connu

    @property
    def constat(self) -> str:
        """Which figure stands, in words."""
        if self.couvert_par:
            return f"compté avec {self.couvert_par}"
        if self.annonce is None:
            return "engagements seuls" if self.programmation is None else "non annoncé"
        if self.programmation is None and not self.couvre:
            return "annonce et engagements"
        if self.ecart == 0:
            return "concordant"
        return "annonce plus large" if self.ecart is not None and self.ecart > 0 else "annonce inférieure"

    @property
    def a_revoir(self) -> bool:
        """True when less is declared than what the programming already holds."""
        if self.couvert_par or self.connu is None or (self.programmation is None and not self.couvre):
            return False
        return self.annonce is None or self.annonce < self.connu


@dataclass(frozen=True, slots=True)
class DoubleCompte:
    """Declared euros that two boxes may hold both: to be verified, nothing is taken off."""

    nature: str
    section: str
    partenaire: str
    montant: Decimal  # of the wider box
    dont: Decimal  # of those that it may hold already
    service: str = ""  # the service that declares them; empty when the partner splits its own line


@dataclass(frozen=True, slots=True)
class TotalDOrientation:
    """Declared euros of one orientation by nature, in the order of `NatureAnnoncee`; boxes nobody answered."""

    nom: str
    montants: tuple[Decimal, ...]
    non_communiques: int

    @property
    def total(self) -> Decimal:
        return sum(self.montants, ZERO)


@dataclass(frozen=True, slots=True)
class TotalDeSection:
    """Declared euros of one nature and section, all partners together."""

    nature: str
    section: str
    montant: Decimal
    non_communiques: int


@dataclass(frozen=True, slots=True)
class TableauDesMoyens:
    """All the means of one year, for one reader."""

    contrat: PresentationContrat
    annee: int
    extrait_le: datetime
    fictif: bool
    programmation_lue: str  # « toutes », « siennes » or « aucune »: whose programming this reader sees whole
    orientations: tuple[OrientationLue, ...]
    partenaires: tuple[MoyensDuPartenaire, ...]
    par_orientation: tuple[TotalDOrientation, ...]
    par_section: tuple[TotalDeSection, ...]
    rapprochements: tuple[Rapprochement, ...]

    @property
    def completude(self) -> Completude:
        return sum((p.completude for p in self.partenaires), Completude(0, 0))

    @property
    def complets(self) -> int:
        """Partners that have told everything."""
        return sum(p.completude.complete for p in self.partenaires)

    @property
    def a_relancer(self) -> tuple[MoyensDuPartenaire, ...]:
        """Those with something left to tell, the most silent first."""
        restants = [p for p in self.partenaires if not p.completude.complete]
        return tuple(sorted(restants, key=lambda p: (p.completude.taux, p.nom)))

    @property
    def total(self) -> Decimal:
        """Declared euros, all partners; only known figures."""
        return sum((p.total for p in self.partenaires if p.total is not None), ZERO)

    @property
    def non_communiques(self) -> int:
        return self.completude.manquantes

    @property
    def doubles_comptes(self) -> tuple[DoubleCompte, ...]:
        """A line « non répartie » that may be the total of its boxes; a service and its parent that both declare."""
        noms = {p.pk: p.nom for p in self.partenaires}
        totaux = {(p.pk, x.nature, x.section): x.total for p in self.partenaires for x in p.lignes}
        trouves = []
        for p in self.partenaires:
            for x in p.lignes:
                if x.peut_compter_double and x.ensemble is not None and x.ensemble.montant is not None:
                    trouves.append(DoubleCompte(x.nature, x.section, p.nom, x.ensemble.montant, x.reparti))
                if p.parent is None or not x.total:
                    continue
                if du_parent := totaux.get((p.parent, x.nature, x.section)):
                    trouves.append(DoubleCompte(x.nature, x.section, noms[p.parent], du_parent, x.total, p.nom))
        return tuple(trouves)

    @property
    def declares_seulement(self) -> Decimal:
        """Declared euros that nothing confirms: NPNRU and Europe, of which no figure by partner and year is kept here."""
        return sum((x.montant for x in self.par_section if x.nature not in NatureMoyens.values), ZERO)

    @property
    def connu_par_la_programmation(self) -> Decimal:
        return sum((r.programmation.connu for r in self.rapprochements if r.programmation), ZERO)

    @property
    def a_revoir(self) -> int:
        """Lines where less is declared than what the programming holds."""
        return sum(r.a_revoir for r in self.rapprochements)


@dataclass(frozen=True, slots=True)
class PartenaireEnBref:
    """One partner: boxes known and expected, declared euros (None: no amount)."""

    nom: str
    completude: Completude
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class MoyensEnBref:
    """The table of means on one page of the annual synthesis."""

    annee: int
    fictif: bool
    completude: Completude
    partenaires: tuple[PartenaireEnBref, ...]
    par_orientation: tuple[TotalDOrientation, ...]
    total: Decimal
    connu_par_la_programmation: Decimal

    @property
    def complets(self) -> int:
        return sum(p.completude.complete for p in self.partenaires)


def moyens_en_bref(contrat: Contrat, annee: int, *, pour: Auteur, le: datetime, publiee: bool = False) -> MoyensEnBref:
    """What the synthesis says of the means of `annee`; the table and its edition say the rest."""
    t = tableau_des_moyens(contrat, annee, pour=pour, le=le, publiee=publiee)
    return MoyensEnBref(
        annee=annee,
        fictif=t.fictif,
        completude=t.completude,
        partenaires=tuple(PartenaireEnBref(p.nom, p.completude, p.total) for p in t.partenaires),
        par_orientation=t.par_orientation,
        total=t.total,
        connu_par_la_programmation=t.connu_par_la_programmation,
    )


def tableau_des_moyens(
    contrat: Contrat, annee: int, *, pour: Auteur, le: datetime, publiee: bool = False
) -> TableauDesMoyens:
    """The table of `annee` as `pour` may read it on `le`; with `publiee`, as every member of the COPIL will.

    A constant number of queries, whatever the number of partners.
    """
    annonces = moyens_annonces(contrat, annee, aussi=financeurs_de_l_annee(contrat, annee))
    programmes = moyens_programmes(contrat, annee, pour=pour, publiee=publiee)
    lus = None if publiee else financeurs_lus(contrat, pour=pour)
    return TableauDesMoyens(
        contrat=presentation(contrat),
        annee=annee,
        extrait_le=le,
        fictif=any(p.fictif for p in annonces.partenaires),
        programmation_lue="toutes" if lus is None else "siennes" if lus else "aucune",
        orientations=annonces.orientations,
        partenaires=annonces.partenaires,
        par_orientation=_par_orientation(annonces.orientations, annonces.partenaires),
        par_section=_par_section(annonces.partenaires),
        rapprochements=_rapprocher(annonces.partenaires, programmes, euros_des_engagements(contrat, annee), lus),
    )


def _par_orientation(
    orientations: tuple[OrientationLue, ...], partenaires: tuple[MoyensDuPartenaire, ...]
) -> tuple[TotalDOrientation, ...]:
    """One line per orientation, then what is given for all of them together."""
    natures = list(NatureAnnoncee)
    lignes = []
    for rang, orientation in enumerate(orientations):
        montants, manques = dict.fromkeys(natures, ZERO), 0
        for ligne in (x for p in partenaires for x in p.lignes):
            case = ligne.cases[rang]
            montants[NatureAnnoncee(ligne.nature)] += case.montant or ZERO
            manques += case.reponse == ReponseDeCase.NON_COMMUNIQUE
        lignes.append(TotalDOrientation(orientation.nom, tuple(montants[n] for n in natures), manques))
    montants = dict.fromkeys(natures, ZERO)
    for ligne in (x for p in partenaires for x in p.lignes):
        if ligne.ensemble is not None:
            montants[NatureAnnoncee(ligne.nature)] += ligne.ensemble.montant or ZERO
    return (*lignes, TotalDOrientation("Non réparti", tuple(montants[n] for n in natures), 0))


def _par_section(partenaires: tuple[MoyensDuPartenaire, ...]) -> tuple[TotalDeSection, ...]:
    totaux = []
    for nature in NatureAnnoncee:
        for section in Section:
            lignes = [x for p in partenaires for x in p.lignes if (x.nature, x.section) == (nature, section)]
            montant = sum((x.total for x in lignes if x.total is not None), ZERO)
            totaux.append(TotalDeSection(nature, section, montant, sum(x.non_communiques for x in lignes)))
    return tuple(totaux)


def _rapprocher(
    partenaires: tuple[MoyensDuPartenaire, ...],
    programmes: tuple[MoyensProgrammes, ...],
    engagements: dict[tuple[int, str], Decimal],
    lus: frozenset[int] | None,
) -> tuple[Rapprochement, ...]:
    """The lines of which something is known otherwise; a funder that is no partner of the table has its own too.

    What a service was asked is set against its parent's line where it declares none: for whoever reads the parent's
    whole programming (`lus`, None for everybody's).
    """
    groupes: dict[tuple[int, str, str], list[MoyensProgrammes]] = defaultdict(list)
    for ligne in programmes:
        groupes[ligne.financeur, ligne.nature, ligne.section].append(ligne)
    connus = {p.pk: p for p in partenaires}
    hors = {pk for pk, _, _ in groupes} | {pk for pk, _ in engagements}
    noms = {p.pk: p.nom for p in partenaires}
    parents = {p.pk: p.parent for p in partenaires}
    for organisme in Organisme.objects.filter(pk__in=hors - connus.keys()):
        noms[organisme.pk], parents[organisme.pk] = organisme.nom_court, organisme.parent_id
    annonces = {(p.pk, x.nature, x.section): x.total for p in partenaires for x in p.lignes}
    couverts: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for pk, nature, section in groupes:
        parent = parents[pk]
        if parent is not None and annonces.get((pk, nature, section)) is None:
            couverts[parent, nature, section].append(pk)
    ordre = [*connus, *sorted(hors - connus.keys(), key=lambda pk: noms[pk])]
    lignes = []
    for pk in ordre:
        for nature in NatureMoyens:
            for section in Section:
                cle = (pk, nature.value, section.value)
                annonce = annonces.get(cle)
                programmation = Programmation.de(groupes.get(cle, []))
                dit = engagements.get((pk, nature.value)) if section == Section.FONCTIONNEMENT else None
                services = couverts[cle] if annonce is not None and (lus is None or pk in lus) else []
                if programmation is None and dit is None and not services:
                    continue
                parent = parents[pk]
                du_parent = annonces.get((parent, *cle[1:])) if parent is not None and programmation else None
                connus_des_services = (x for s in services for x in groupes[s, nature.value, section.value])
                lignes.append(
                    Rapprochement(
                        pk,
                        noms[pk],
                        nature,
                        section,
                        annonce,
                        programmation,
                        dit,
                        couvert_par=noms[parent]
                        if parent is not None and annonce is None and du_parent is not None
                        else "",
                        couvre=tuple(sorted(noms[s] for s in services)),
                        des_services=sum((x.connu for x in connus_des_services), ZERO),
                    )
                )
    return tuple(lignes)
