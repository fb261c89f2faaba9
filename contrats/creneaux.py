"""What the contract asks of the apps above it, and the shape of their answers (docs/ARCHITECTURE.md, Slots)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.db import models

from commun.auteur import Auteur
from commun.creneaux import Creneau

from .models import Contrat, Engagement, Reunion


class GenreEcheance(models.TextChoices):
    """Kinds of dates in the shared calendar."""

    REUNION = "reunion", "Réunions"
    CAMPAGNE = "campagne", "Campagne de programmation"
    BILAN = "bilan", "Bilans à rendre"
    TFPB = "tfpb", "TFPB"
    APPEL = "appel", "Appels d’autres financeurs"


@dataclass(frozen=True, slots=True)
class Echeance:
    """One date of the shared calendar. `cle` is stable: it names the event in people's own diaries."""

    cle: str
    genre: GenreEcheance
    titre: str
    le: date
    au: date | None = None  # last day, included; None for a single day
    debut: time | None = None
    fin: time | None = None
    lieu: str = ""
    commune_id: int | None = None
    detail: str = ""
    url: str = ""
    annulee: bool = False
    version: int = 0
    fictif: bool = False


@dataclass(frozen=True, slots=True)
class DossierPropose:
    """A file that a committee is asked to programme. Euros; `financeurs` names each with its amount.

    `deports` names the people withdrawn from it for a conflict of interest: they take no part in its decision.
    """

    numero: str
    intitule: str
    porteur: str
    orientation: str
    demande: Decimal
    propose: Decimal
    financeurs: tuple[tuple[str, Decimal], ...]
    fictif: bool
    deports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LigneDeFiche:
    """One request on the sheet of a file. Euros; `propose` and `retenu` are None while nobody said anything."""

    financeur: str
    credits: str
    demande: Decimal
    propose: Decimal | None
    retenu: Decimal | None


@dataclass(frozen=True, slots=True)
class AvisDeFiche:
    """An opinion on the sheet of a file, its text cut to a few lines."""

    de: str
    sens: str
    texte: str


@dataclass(frozen=True, slots=True)
class FicheDeSeance:
    """The one page of a file in the packet: texts are cut so that it holds on a page. Euros; `note` is out of 20."""

    numero: str
    intitule: str
    porteur: str
    orientation: str
    caractere: str
    lieux: str
    public: str
    resume: str
    besoin: str
    droit_commun: str  # why it does not suffice
    cout: Decimal
    lignes: tuple[LigneDeFiche, ...]
    avis: tuple[AvisDeFiche, ...]
    autres_avis: int
    note: Decimal | None
    an_passe: str
    preparation: str
    question: str
    deports: tuple[str, ...]
    origine: str = ""  # the need that it answers
    maitre_d_ouvrage: str = ""  # what a collectivité brings to its investment, in words

    @property
    def demande(self) -> Decimal:
        return sum((ligne.demande for ligne in self.lignes), Decimal(0))

    @property
    def propose(self) -> Decimal:
        return sum((ligne.propose or Decimal(0) for ligne in self.lignes), Decimal(0))

    @property
    def retenu(self) -> Decimal | None:
        """None when nothing was kept yet."""
        retenus = [ligne.retenu for ligne in self.lignes if ligne.retenu is not None]
        return sum(retenus, Decimal(0)) if retenus else None


@dataclass(frozen=True, slots=True)
class ProgrammationProposee:
    """The files that a meeting is asked to examine: their table, and a page for each."""

    annee: int
    dossiers: tuple[DossierPropose, ...]
    total_demande: Decimal
    total_propose: Decimal
    fiches: tuple[FicheDeSeance, ...] = ()
    prepare: bool = False  # the meeting proposes arbitrations, another one validates
    ecartes: tuple[str, ...] = ()  # files from which the reader is withdrawn: named, in no total

    @property
    def avec_deports(self) -> tuple[DossierPropose, ...]:
        """The files from which somebody is withdrawn."""
        return tuple(dossier for dossier in self.dossiers if dossier.deports)


@dataclass(frozen=True, slots=True)
class LienDeReunion:
    """A page or a document of another app about a meeting, as its reader may open it."""

    libelle: str
    url: str
    icone: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DossierServant:
    """A funded file that serves a commitment, as its reader may see it."""

    annee: int
    numero: str
    intitule: str
    porteur: str
    etat: str
    url: str


etapes_de_campagne: Creneau[[Contrat, date, date, Auteur], list[Echeance]] = Creneau(
    "contrats.etapes_de_campagne", "Which stages of the campaigns, and dates of bilans, fall between these two days?"
)
dates_tfpb: Creneau[[Contrat, date, date, Auteur], list[Echeance]] = Creneau(
    "contrats.dates_tfpb", "Which dates of the TFPB fall between these two days?"
)
programmation_proposee: Creneau[[Reunion, frozenset[int]], ProgrammationProposee | None] = Creneau(
    "contrats.programmation_proposee",
    "Which files is this meeting asked to programme, those of these keys told without their euros? None: it is asked none.",
)
ecartes_de_la_seance: Creneau[[Reunion, Auteur], frozenset[int]] = Creneau(
    "contrats.ecartes_de_la_seance", "From which files of this meeting (by key) is this reader withdrawn?"
)
actions_sans_point_d_etape: Creneau[[Reunion], list[str]] = Creneau(
    "contrats.actions_sans_point_d_etape",
    "Which reinforced actions have no progress entry for this strategic COPIL (E-02)?",
)
dossiers_servant: Creneau[[Engagement, Auteur], list[DossierServant]] = Creneau(
    "contrats.dossiers_servant", "Which files serve this commitment, among those that the reader sees?"
)
financeurs_sollicites: Creneau[[Contrat], list[int]] = Creneau(
    "contrats.financeurs_sollicites", "Which organisations do the files of this contract ask for money, by number?"
)
liens_de_reunion: Creneau[[Reunion, Auteur], list[LienDeReunion]] = Creneau(
    "contrats.liens_de_reunion", "Which pages and documents of other apps go with this meeting, for this reader?"
)
