"""The record of a meeting: who came, who took no part, what was said of each file, totals by funder and orientation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from contrats.lectures.paquet import heures
from contrats.models import NatureMoyens, Presence, Reunion

from ..etats import EtatExamen
from ..models import ExamenDossier
from .listes_de_seance import deports_du_jour
from .montants_de_seance import demandes_de_la_seance, par_financeur, retenus

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LigneReleve:
    """What was said of one file. Euros; `total` is None when nothing is kept."""

    numero: str
    intitule: str
    porteur: str
    orientation: str
    etat: str
    decision: str
    montants: tuple[tuple[str, Decimal], ...]
    total: Decimal | None
    texte: str  # the reason, or the question to arbitrate
    retraits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TotalReleve:
    """What is kept for one funder and nature of means, or one orientation: how many files, how much."""

    nom: str
    precision: str
    dossiers: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class Releve:
    """All that the record prints, as it stands at `extrait_le`."""

    contrat: str
    pilote: str
    comite: str
    decide: bool
    le: date
    heures: str
    lieu: str
    objet: str
    extrait_le: datetime
    presents: tuple[str, ...]
    excuses: tuple[str, ...]
    absents: tuple[str, ...]
    pouvoirs: tuple[tuple[str, str], ...]
    lignes: tuple[LigneReleve, ...]
    par_financeur: tuple[TotalReleve, ...]
    par_orientation: tuple[TotalReleve, ...]
    fictif: bool

    def dans(self, *etats: str) -> tuple[LigneReleve, ...]:
        return tuple(ligne for ligne in self.lignes if ligne.etat in etats)

    @property
    def retenus(self) -> tuple[LigneReleve, ...]:
        return self.dans(EtatExamen.RETENU)

    @property
    def ajournes(self) -> tuple[LigneReleve, ...]:
        return self.dans(EtatExamen.AJOURNE)

    @property
    def ecartes(self) -> tuple[LigneReleve, ...]:
        return self.dans(EtatExamen.ECARTE)

    @property
    def a_arbitrer(self) -> tuple[LigneReleve, ...]:
        return self.dans(EtatExamen.A_ARBITRER)

    @property
    def non_examines(self) -> tuple[LigneReleve, ...]:
        return self.dans(EtatExamen.A_EXAMINER)

    @property
    def avec_retraits(self) -> tuple[LigneReleve, ...]:
        return tuple(ligne for ligne in self.lignes if ligne.retraits)

    @property
    def total(self) -> Decimal:
        return sum((ligne.total or ZERO for ligne in self.lignes), ZERO)


def releve(reunion: Reunion, *, le: datetime) -> Releve:
    """The record of `reunion`, whose committee and contract are read; a constant number of queries.

    As it is published: what the meeting said aloud, the same for every reader.
    """
    comite, contrat = reunion.comite, reunion.comite.contrat
    examens = list(reunion.examens.select_related("dossier__porteur", "dossier__orientation").order_by("ordre", "pk"))
    cles = [examen.dossier_id for examen in examens]
    gardes = retenus(reunion, [examen.pk for examen in examens if examen.etat == EtatExamen.RETENU])
    demandes = {d.pk: d for d in demandes_de_la_seance(reunion, cles)}
    deports = deports_du_jour(reunion, cles)
    financeurs: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    noms: dict[int, str] = {}
    orientations: dict[str, list[Decimal]] = defaultdict(list)
    lignes = []
    for examen in examens:
        retenues = [(d, m) for cle, m in gardes[examen.pk].items() if m and (d := demandes.get(cle))]
        for demande, montant in retenues:
            noms[demande.financeur_id] = demande.financeur.nom_court
            financeurs[demande.financeur_id, NatureMoyens(demande.nature).label].append(montant)
        ligne = _ligne(examen, par_financeur((d.financeur, m) for d, m in retenues), deports.get(examen.dossier_id, ()))
        if ligne.total is not None:
            orientations[ligne.orientation].append(ligne.total)
        lignes.append(ligne)
    presences = list(reunion.presences.select_related("organisme", "pouvoir_a").order_by("organisme__nom"))
    return Releve(
        contrat=contrat.intitule,
        pilote=contrat.pilote.nom,
        comite=comite.nom,
        decide=comite.decide_des_dossiers,
        le=reunion.le,
        heures=heures(reunion),
        lieu=reunion.lieu,
        objet=reunion.objet,
        extrait_le=le,
        presents=_noms(presences, Presence.Statut.PRESENT),
        excuses=_noms(presences, Presence.Statut.EXCUSE),
        absents=_noms(presences, Presence.Statut.ABSENT),
        pouvoirs=tuple((p.organisme.nom_court, p.pouvoir_a.nom_court) for p in presences if p.pouvoir_a is not None),
        lignes=tuple(lignes),
        par_financeur=tuple(
            TotalReleve(noms[cle], credits, len(montants), sum(montants, ZERO))
            for (cle, credits), montants in sorted(
                financeurs.items(), key=lambda f: (-sum(f[1], ZERO), noms[f[0][0]], f[0])
            )
        ),
        par_orientation=tuple(
            TotalReleve(nom, "", len(montants), sum(montants, ZERO)) for nom, montants in orientations.items()
        ),
        fictif=reunion.fictif or any(examen.fictif for examen in examens),
    )


def _ligne(examen: ExamenDossier, montants: tuple[tuple[str, Decimal], ...], deports: tuple[str, ...]) -> LigneReleve:
    dossier = examen.dossier
    notes = [ligne.strip() for ligne in examen.retraits.splitlines() if ligne.strip()]
    return LigneReleve(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        etat=examen.etat,
        decision=examen.get_etat_display(),
        montants=montants,
        total=sum((montant for _, montant in montants), ZERO) if montants else None,
        texte=examen.question if examen.etat == EtatExamen.A_ARBITRER else examen.motif,
        retraits=tuple(dict.fromkeys([*notes, *deports])),
    )


def _noms(presences: list[Presence], statut: str) -> tuple[str, ...]:
    return tuple(presence.organisme.nom_court for presence in presences if presence.statut == statut)
