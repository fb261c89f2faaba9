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
# Raised when a field of the dataclasses below is added, removed or changes meaning.
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

    @property
    def ecart(self) -> Decimal | None:
        """Declared less programmed, where both are known."""
        if self.annonce is None or self.programmation is None:
            return None
        return self.annonce - self.programmation.connu

    @property
    def constat(self) -> str:
        """Which figure stands, in words."""
        if self.programmation is None:
            return "annonce seule" if self.annonce is not None else "engagements seuls"
        if self.annonce is None:
            return "non annoncé"
        if self.ecart == 0:
            return "concordant"
        return "annonce plus large" if self.ecart is not None and self.ecart > 0 else "annonce inférieure"

    @property
    def a_revoir(self) -> bool:
        """True when less is declared than what the programming already holds."""
        return self.programmation is not None and (self.annonce is None or self.annonce < self.programmation.connu)


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
        rapprochements=_rapprocher(annonces.partenaires, programmes, euros_des_engagements(contrat, annee)),
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
) -> tuple[Rapprochement, ...]:
    """The lines of which something is known otherwise; a funder that is no partner of the table has its own too."""
    groupes: dict[tuple[int, str, str], list[MoyensProgrammes]] = defaultdict(list)
    for ligne in programmes:
        groupes[ligne.financeur, ligne.nature, ligne.section].append(ligne)
    connus = {p.pk: p for p in partenaires}
    hors = {pk for pk, _, _ in groupes} | {pk for pk, _ in engagements}
    noms = {p.pk: p.nom for p in partenaires}
    noms |= {o.pk: o.nom_court for o in Organisme.objects.filter(pk__in=hors - connus.keys())}
    ordre = [*connus, *sorted(hors - connus.keys(), key=lambda pk: noms[pk])]
    lignes = []
    for pk in ordre:
        annonces = {(x.nature, x.section): x.total for x in connus[pk].lignes} if pk in connus else {}
        for nature in NatureMoyens:
            for section in Section:
                programmation = Programmation.de(groupes.get((pk, nature, section), []))
                dit = engagements.get((pk, nature.value)) if section == Section.FONCTIONNEMENT else None
                if programmation is not None or dit is not None:
                    annonce = annonces.get((nature, section))
                    lignes.append(Rapprochement(pk, noms[pk], nature, section, annonce, programmation, dit))
    return tuple(lignes)
