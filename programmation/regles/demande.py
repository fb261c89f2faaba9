"""A request as plain values: what is checked, printed, kept at each deposit and compared between two dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .budget import LigneDeBudget, TotauxBudget, totaux
from .champs import SectionDemande, se_demande, sections_de
from .investissement import FondsDeConcours, Participation, fonds_de_concours, participation
from .plans_budget import SUBVENTION_DEMANDEE

SCHEMA = 1  # of the snapshots; a change of these classes takes the next number


@dataclass(frozen=True, slots=True)
class Rubrique:
    """A block of the organisation's card, as pairs of label and value."""

    titre: str
    lignes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PorteurDemande:
    """The organisation that asks, as its card stands that day (CERFA 12156, 1 to 5)."""

    nom: str
    siret: str
    association: bool
    droit_public: bool
    benevoles: int | None
    rubriques: tuple[Rubrique, ...]
    manques: tuple[str, ...]  # what its card does not say yet
    budget_annee: int | None
    budget: tuple[LigneDeBudget, ...]


@dataclass(frozen=True, slots=True)
class LieuDemande:
    """A share of the action in one place."""

    nom: str
    mode: str
    part: Decimal  # %


@dataclass(frozen=True, slots=True)
class IndicateurDemande:
    libelle: str
    unite: str
    cible: Decimal | None


@dataclass(frozen=True, slots=True)
class MontantDemande:
    """What is asked from one funder in one scheme and one nature, in euros."""

    financeur: str
    dispositif: str
    nature: str
    libelle: str  # as its line of the budget says it
    montant: Decimal
    plafond: Decimal | None
    canal: str  # where it is deposited
    fonds_de_concours: bool = False  # from the EPCI to its commune (S-22)


@dataclass(frozen=True, slots=True)
class PieceDemande:
    type: str
    libelle: str
    nom: str
    sha256: str
    organisme: bool  # a paper of the organisation, reused


@dataclass(frozen=True, slots=True)
class AttestationDemande:
    genre: str
    libelle: str
    version: str
    montant: Decimal | None
    acceptee_le: datetime
    par: str


@dataclass(frozen=True, slots=True)
class InvestissementDemande:
    """What the investment form alone asks, in words; euros a year for what it will cost to run."""

    collectivite: bool  # its maître d'ouvrage is a collectivité or a group of them
    nature: str = ""
    equipement: str = ""
    stade: str = ""
    foncier: str = ""
    foncier_precision: str = ""
    autorisation: str = ""
    autorisation_precision: str = ""
    marches: str = ""
    charges_annuelles: int | None = None
    charges_portees_par: str = ""
    derogation: str = ""
    derogation_motif: str = ""


@dataclass(frozen=True, slots=True)
class PeriodeDemande:
    """Days of activity in one holiday, and places: girls and boys under 12, then from 12 to 17."""

    nom: str
    jours: int
    places: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.places)


@dataclass(frozen=True, slots=True)
class VacancesDemande:
    """What a scheme asks about the holidays."""

    periodes: tuple[PeriodeDemande, ...] = ()
    sorties: int | None = None
    sejours: int | None = None
    departs: int | None = None
    theme: str = ""  # the year's, as the scheme says it
    fil_rouge: str = ""
    evenement: str = ""
    evenement_le: date | None = None
    evenement_lieu: str = ""
    participation: str = ""
    ecoresponsable: str = ""


@dataclass(frozen=True, slots=True)
class Demande:
    """The whole request, in the order of the form."""

    contrat: str
    campagne: str
    annee: int
    numero: str
    formulaire: str
    porteur: PorteurDemande
    caractere: str
    reconduction: bool
    precedent: str
    objet: str
    fonctionnement: bool
    dispositif: str
    intitule: str
    resume: str
    buts: str
    besoin: str
    droit_commun_insuffisant: str
    orientation: str
    axes_transversaux: tuple[str, ...]
    objectifs: tuple[str, ...]
    theme_p147: str
    lieux: tuple[LieuDemande, ...]
    lieu: str
    beneficiaires: int | None
    beneficiaires_qpv: int | None
    femmes: int | None
    hommes: int | None
    sexe_inconnu: int | None
    ages: tuple[tuple[str, int], ...]
    debut: date | None
    fin: date | None
    calendrier: str
    moyens: str
    partenaires: str
    indicateurs: tuple[IndicateurDemande, ...]
    evaluation: str
    budget: tuple[LigneDeBudget, ...]
    note_budget: str
    demandes: tuple[MontantDemande, ...]
    pieces: tuple[PieceDemande, ...]
    attestations: tuple[AttestationDemande, ...]
    # Asked by the one-page form alone; absent from the snapshots taken before it.
    benevole: bool | None = None
    pic: str = ""
    # Asked by the investment form, and by the schemes for the holidays.
    investissement: InvestissementDemande | None = None
    questions: tuple[str, ...] = ()
    vacances: VacancesDemande | None = None

    def pose(self, code: str) -> bool:
        """True when its form asks that question."""
        return se_demande(code, self.formulaire, self.questions)

    @property
    def sections(self) -> tuple[SectionDemande, ...]:
        """The pages of its form."""
        return sections_de(self.formulaire, self.questions)

    @property
    def participation(self) -> Participation | None:
        """What its maître d'ouvrage brings and must bring (S-21); None for what is not a collectivité's investment."""
        if self.investissement is None or not self.investissement.collectivite:
            return None
        return participation(self.budget, derogation=bool(self.investissement.derogation))

    @property
    def fonds_de_concours(self) -> FondsDeConcours | None:
        """What is asked from its EPCI and the most that it may give (S-22); None when nothing is asked there."""
        if self.investissement is None or not self.investissement.collectivite:
            return None
        demande = sum(int(ligne.montant) for ligne in self.demandes if ligne.fonds_de_concours)
        return fonds_de_concours(self.budget, demande=demande)

    @property
    def totaux(self) -> TotauxBudget:
        return totaux(self.budget)

    @property
    def part_totale(self) -> Decimal:
        """What the shares of the places make, in %."""
        return sum((lieu.part for lieu in self.lieux), Decimal(0))

    @property
    def montant_demande(self) -> Decimal:
        """Euros asked from all the funders of the call."""
        return sum((demande.montant for demande in self.demandes), Decimal(0))

    @property
    def subventions_inscrites(self) -> dict[str, int]:
        """What the budget's own lines say of the call's funders, in euros by line (S-04)."""
        return {ligne.libelle: ligne.montant for ligne in self.budget if ligne.compte == SUBVENTION_DEMANDEE}

    @property
    def part_demandee(self) -> Decimal | None:
        """What is asked over the income of the action, in % (CERFA, under the budget)."""
        produits = self.totaux.produits
        return self.montant_demande * 100 / produits if produits else None


def parts_egales(nombre: int) -> list[Decimal]:
    """100 % in `nombre` equal shares; the last takes the hundredths that remain."""
    part = (Decimal(100) / nombre).quantize(Decimal("0.01"))
    return [part] * (nombre - 1) + [100 - part * (nombre - 1)]
