"""Rules of the contract on plain values: how long an invitation lasts, what a role sees, who may grant which limits."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from .etats import EtatEngagement, EtatReponse, Role, StatutMoyen, TypeCible

DUREE_INVITATION = timedelta(days=14)
# A signatory called on has six calendar months to answer (issue « Contrats »).
MOIS_POUR_REPONDRE = 6
# A reminder goes out that long before the committee that will read the statements.
RELANCE_AVANT = timedelta(days=15)

# Said to the person who invites and to the person invited, before either commits.
CE_QUE_VOIT: dict[Role, str] = {
    Role.CHEF_DE_PROJET: "Voit tout le contrat, anime l’instruction, prépare le COPIL et invite les autres personnes.",
    Role.INSTRUCTEUR: "Voit les dossiers qui sollicitent son organisme, donne son avis et propose ses montants.",
    Role.DECIDEUR: "Voit les dossiers qui sollicitent son organisme et enregistre l’acte qui rend ses montants fermes.",
    Role.DELEGUE_PREFET: "Voit les dossiers déposés sur ses lieux et donne un avis ; ne décide d’aucun montant.",
    Role.SIGNATAIRE: "Voit les engagements du contrat et déclare chaque année l’avancement de ceux de son organisme.",
    Role.PORTEUR: "Voit les seuls dossiers de son organisme, les dépose et répond aux demandes de complément.",
    Role.BAILLEUR: "Voit et saisit le programme TFPB de son organisme, et son bilan.",
    Role.JURIDIQUE: "Voit les dossiers déposés pour préparer et suivre les conventions.",
    Role.FINANCES: "Voit les dossiers déposés et les montants décidés pour suivre les paiements.",
    Role.MEMBRE_COPIL: "Lit le contrat et télécharge les rapports publiés ; ne voit rien de ce qui est en préparation.",
    Role.CONSEIL_CITOYEN: "Lit le contrat et ce qui est publié, et donne l’avis des habitants.",
}


def expiration(envoyee_le: datetime) -> datetime:
    """The moment from which an invitation sent then opens nothing more."""
    return envoyee_le + DUREE_INVITATION


def lieux_inclus(
    communes: Set[int], perimetres: Set[int], *, communes_tenues: Set[int], perimetres_tenus: Set[int]
) -> bool:
    """True when places asked stay within places held; no place at all means everywhere.

    A perimeter is not deduced from its commune: what is held is what was written.
    """
    if not communes_tenues and not perimetres_tenus:
        return True
    return bool(communes or perimetres) and communes <= communes_tenues and perimetres <= perimetres_tenus


def orientations_incluses(orientations: Set[int], *, tenues: Set[int]) -> bool:
    """True when orientations asked stay within orientations held; none means all of them."""
    return not tenues or (bool(orientations) and orientations <= tenues)


def en_retard(echeance: date | None, etat: str, *, le: date) -> bool:
    """True when a commitment's deadline is behind and it is neither kept nor given up: computed, never declared."""
    clos = (EtatEngagement.TENU, EtatEngagement.ABANDONNE)
    return echeance is not None and echeance < le and etat not in clos


def dans_n_mois(jour: date, mois: int) -> date:
    """The same day `mois` calendar months later; the last day of the month when it has no such day."""
    annees, rang = divmod(jour.month - 1 + mois, 12)
    annee, numero = jour.year + annees, rang + 1
    return date(annee, numero, min(jour.day, calendar.monthrange(annee, numero)[1]))


def limite_de_reponse(sollicite_le: date) -> date:
    """The last day on which the answer of a signatory called on then is in time."""
    return dans_n_mois(sollicite_le, MOIS_POUR_REPONDRE)


def situation_de_reponse(sollicite_le: date | None, *, declare: bool, le: date) -> EtatReponse:
    """Called on, answered or overdue, for one commitment and one year; a statement is an answer, asked for or not."""
    if declare:
        return EtatReponse.REPONDU
    if sollicite_le is None:
        return EtatReponse.A_SOLLICITER
    return EtatReponse.EN_RETARD if le > limite_de_reponse(sollicite_le) else EtatReponse.SOLLICITE


@dataclass(frozen=True, slots=True)
class GuideCible:
    """How one kind of target is written: what it means, an example, the fields that it uses in their order."""

    explication: str
    exemple: str
    champs: tuple[str, ...]
    valeur_attendue: bool = True


_CHIFFREE = ("numerateur", "unite", "valeur", "reference", "reference_le", "echeance")
_RAPPORTEE = ("numerateur", "denominateur", "unite", "valeur", "reference", "reference_le", "echeance")

GUIDES_DE_CIBLE: dict[TypeCible, GuideCible] = {
    TypeCible.NOMBRE: GuideCible(
        "Un nombre à atteindre à l’échéance.", "20 résidences intergénérationnelles d’ici fin 2030", _CHIFFREE
    ),
    TypeCible.INCREMENT: GuideCible(
        "Un nombre de plus que la valeur de départ.", "+ 10 places de crèche par rapport à 2024", _CHIFFREE
    ),
    TypeCible.CROISSANCE: GuideCible(
        "Une évolution en pourcentage de la valeur de départ.",
        "+ 5 % de licenciés dans les clubs",
        (*_CHIFFREE, "sens"),
    ),
    TypeCible.PART: GuideCible(
        "La part d’un public : ce qui est compté, rapporté à l’ensemble.",
        "20 % des contrats aidés pour des habitants des QPV",
        _RAPPORTEE,
    ),
    TypeCible.COUVERTURE: GuideCible(
        "La part des quartiers couverts.", "100 % des QPV dotés d’un médiateur santé", _RAPPORTEE
    ),
    TypeCible.PLAFOND: GuideCible("Une valeur à ne pas dépasser.", "24 élèves par classe au plus", _CHIFFREE),
    TypeCible.PLANCHER: GuideCible("Un minimum à garantir.", "Au moins 1 permanence par quartier", _CHIFFREE),
    TypeCible.FLUX_ANNUEL: GuideCible(
        "Un nombre à réaliser chaque année.", "3 QPV par an", ("numerateur", "unite", "valeur", "echeance")
    ),
    TypeCible.FLUX_PLURIANNUEL: GuideCible(
        "Un nombre à réaliser sur plusieurs années, de la date de départ à l’échéance.",
        "3 750 jeunes accompagnés de 2023 à 2025",
        ("numerateur", "unite", "valeur", "reference_le", "echeance"),
    ),
    TypeCible.COMPARAISON: GuideCible(
        "Une évolution comparée à celle de la population générale.",
        "Faire baisser le chômage plus vite dans les QPV que dans l’agglomération",
        ("numerateur", "denominateur", "sens", "echeance"),
        valeur_attendue=False,
    ),
    TypeCible.JALON: GuideCible(
        "Une étape, franchie ou non.", "Maison de santé ouverte", ("numerateur", "echeance"), valeur_attendue=False
    ),
    TypeCible.DIRECTION: GuideCible(
        "Un sens d’évolution, sans valeur visée.",
        "Réduire le nombre de passoires thermiques",
        ("numerateur", "sens", "reference", "reference_le", "echeance"),
        valeur_attendue=False,
    ),
    TypeCible.INDICATEUR: GuideCible(
        "Un indicateur que l’on suit, sans cible.",
        "Nombre d’habitants reçus en permanence",
        ("numerateur", "denominateur", "unite", "reference", "reference_le"),
        valeur_attendue=False,
    ),
    TypeCible.INTERVALLE: GuideCible(
        "Une valeur entre deux bornes.",
        "De 10 à 20 chantiers jeunes",
        ("numerateur", "unite", "valeur", "valeur_haute", "echeance"),
    ),
    TypeCible.DELAI: GuideCible(
        "Une durée à ne pas dépasser.",
        "Rendez-vous en moins de 15 jours",
        ("numerateur", "unite", "valeur", "echeance"),
    ),
}


@dataclass(frozen=True, slots=True)
class CibleEcrite:
    """What completeness asks of a target."""

    type: str
    numerateur: str
    valeur: Decimal | None
    echeance: date | None


def manques_d_un_engagement(
    *, responsable: bool, orientation: bool, echeance: date | None, cibles: Sequence[CibleEcrite]
) -> tuple[str, ...]:
    """What a commitment does not say yet, in words; it is accepted all the same, and shown as incomplete (E-01)."""
    manques = []
    if not responsable:
        manques.append("responsable inconnu")
    if not orientation:
        manques.append("orientation manquante")
    if echeance is None and not any(c.echeance for c in cibles):
        manques.append("échéance manquante")
    if not cibles:
        manques.append("aucune cible")
    if any(not c.numerateur for c in cibles):
        manques.append("objet de la cible non précisé")
    if any(c.valeur is None and GUIDES_DE_CIBLE[TypeCible(c.type)].valeur_attendue for c in cibles):
        manques.append("cible non chiffrée")
    return tuple(manques)


# A committee still short of meetings is behind when fewer days than that are left for each of them.
PREAVIS_PAR_REUNION = 60


@dataclass(frozen=True, slots=True)
class Frequence:
    """How a committee keeps its yearly minimum: meetings due, held, and still on the calendar."""

    annee: int
    attendues: int
    tenues: int
    prevues: int

    @property
    def manque(self) -> int:
        """Meetings still to hold before the end of the year."""
        return max(self.attendues - self.tenues, 0)

    @property
    def a_planifier(self) -> int:
        """Those of them that no date on the calendar provides for."""
        return max(self.manque - self.prevues, 0)

    def en_retard(self, le: date) -> bool:
        """True when too few days are left for the meetings without a date: two months each."""
        reste = (date(self.annee, 12, 31) - le).days
        return self.a_planifier > 0 and reste < self.a_planifier * PREAVIS_PAR_REUNION


# --- The means of all partners (regles 2.12) --------------------------------------------------------------------------
class ReponseDeCase(StrEnum):
    """What one box of the table of means says: partner, year, nature, section and orientation."""

    COMMUNIQUE = "communique"  # an amount, or means in kind told in words
    NON_REPARTI = "non_reparti"  # given for all the orientations together
    SANS_OBJET = "sans_objet"
    NON_COMMUNIQUE = "non_communique"

    @property
    def connue(self) -> bool:
        """True when the partner has answered with its means."""
        return self in (ReponseDeCase.COMMUNIQUE, ReponseDeCase.NON_REPARTI)


def reponse_de_la_case(propre: str | None, ensemble: str | None) -> ReponseDeCase:
    """What a partner says for one orientation: its own line when it wrote one, else its line for them all together.

    `propre` and `ensemble` are values of `StatutMoyen`, None where nothing is written (regles 2.12).
    """
    if propre is not None:
        return ReponseDeCase(propre)
    if ensemble == StatutMoyen.COMMUNIQUE:
        return ReponseDeCase.NON_REPARTI
    return ReponseDeCase(ensemble) if ensemble is not None else ReponseDeCase.NON_COMMUNIQUE


@dataclass(frozen=True, slots=True)
class Completude:
    """How many boxes are known among those expected: a box « sans objet » is not (regles 2.12)."""

    connues: int
    attendues: int

    @classmethod
    def de(cls, reponses: Iterable[ReponseDeCase]) -> Completude:
        """That of these boxes."""
        dues = [r for r in reponses if r is not ReponseDeCase.SANS_OBJET]
        return cls(sum(r.connue for r in dues), len(dues))

    def __add__(self, autre: Completude) -> Completude:
        return Completude(self.connues + autre.connues, self.attendues + autre.attendues)

    @property
    def manquantes(self) -> int:
        return self.attendues - self.connues

    @property
    def complete(self) -> bool:
        return self.manquantes == 0

    @property
    def taux(self) -> int:
        """In %, rounded down so that 100 means whole; 100 when nothing is expected."""
        return self.connues * 100 // self.attendues if self.attendues else 100
