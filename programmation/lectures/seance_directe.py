"""One file under the eyes of a meeting: what is typed, what is projected, where the session stands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from commun.auteur import Auteur
from commun.permissions import Reponse
from contrats.creneaux import FicheDeSeance
from contrats.models import NatureMoyens, Reunion

from ..etats import DEMANDE_CONSOMME, EtatDemande, EtatExamen
from ..models import DemandeFinancement, Deport, Enveloppe, ExamenDossier
from ..models.dossier import deports_de
from ..models.seance import saisissable
from ..permissions import peut_saisir_l_examen
from ..regles.seances import rang_de
from .fiches_de_seance import fiches
from .listes_de_seance import deports_du_jour, preparations
from .montants_de_seance import PARTAGE, CleEnveloppe, cle_du_repere, demandes_de_la_seance, retenus

ZERO = Decimal(0)
MEME_MOMENT = 180  # seconds: somebody who showed a file within that time is still in the session


@dataclass(frozen=True, slots=True)
class LigneExamen:
    """One funder's row in the session, in euros. `fige` is what was programmed already; `garde` what is typed here;
    `attendu`, that the file is still to be examined."""

    demande: int
    enveloppe: CleEnveloppe
    financeur: str
    credits: str
    demandee: Decimal
    propose: Decimal | None
    prepare: Decimal | None
    garde: Decimal | None
    fige: Decimal | None
    etat_libelle: str
    saisissable: bool
    attendu: bool

    @property
    def montre(self) -> Decimal | None:
        """What the room reads: what was typed, else, on a file still to examine, what would be kept as it stands."""
        return self.depart if self.garde is None and self.attendu and self.saisissable else self.garde

    @property
    def intacte(self) -> Decimal:
        """What the row would take although nobody typed it, in euros."""
        return ZERO if self.garde is not None else self.montre or ZERO

    @property
    def a_confirmer(self) -> bool:
        """Its funder has shared no proposal: what the meeting keeps is for it to confirm."""
        return self.saisissable and self.propose is None

    @property
    def depart(self) -> Decimal | None:
        """What the field shows first: what was typed, else what the preparation kept, else the proposal."""
        return next((m for m in (self.garde, self.prepare, self.propose) if m is not None), None)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a file stands on the list, and its neighbours (by key)."""

    rang: int
    sur: int
    examines: int
    precedent: int | None
    suivant: int | None
    a_examiner: int | None  # the next one that nobody has examined

    @property
    def en_mots(self) -> str:
        return rang_de(self.rang, self.sur)


@dataclass(frozen=True, slots=True)
class ExamenLu:
    """One file of the session. `fiche` and `lignes` are empty for a reader who is withdrawn from it."""

    examen: ExamenDossier
    position: Position
    fiche: FicheDeSeance | None
    lignes: tuple[LigneExamen, ...]
    retraits: tuple[str, ...]
    preparation: ExamenDossier | None
    saisir: Reponse
    deporte: bool

    @property
    def garde(self) -> Decimal:
        return sum((ligne.garde or ZERO for ligne in self.lignes), ZERO)

    @property
    def montre(self) -> Decimal:
        return sum((ligne.montre or ZERO for ligne in self.lignes), ZERO)

    @property
    def intacts(self) -> dict[CleEnveloppe, Decimal]:
        """By envelope, what its rows would take although nobody typed it."""
        sommes: dict[CleEnveloppe, Decimal] = {}
        for ligne in self.lignes:
            sommes[ligne.enveloppe] = sommes.get(ligne.enveloppe, ZERO) + ligne.intacte
        return sommes

    @property
    def demande(self) -> Decimal:
        return sum((ligne.demandee for ligne in self.lignes), ZERO)

    @property
    def propose(self) -> Decimal:
        return sum((ligne.propose or ZERO for ligne in self.lignes), ZERO)

    @property
    def prepare(self) -> Decimal:
        return sum((ligne.prepare or ZERO for ligne in self.lignes), ZERO)

    @property
    def enveloppes(self) -> frozenset[CleEnveloppe]:
        """What this file takes from."""
        return frozenset(ligne.enveloppe for ligne in self.lignes)

    @property
    def retenu(self) -> bool:
        return bool(self.examen.etat == EtatExamen.RETENU)


def examen_lu(examen: ExamenDossier, *, pour: Auteur) -> ExamenLu:
    """The file of `examen`, whose meeting, committee and contract are read; a constant number of queries.

    Only what funders share is shown: the screen may be projected, whoever types.
    """
    reunion = examen.reunion
    deporte = examen.dossier_id in deports_de(pour, reunion.comite.contrat)
    avant = None if deporte else preparations(reunion, [examen.dossier_id]).get(examen.dossier_id)
    (fiche,) = (None,) if deporte else fiches(reunion, [examen.dossier_id])
    return ExamenLu(
        examen=examen,
        position=_position(examen),
        fiche=fiche,
        lignes=() if deporte else _lignes(examen, avant),
        retraits=_retraits(examen),
        preparation=avant,
        saisir=peut_saisir_l_examen(pour, examen),
        deporte=deporte,
    )


def _lignes(examen: ExamenDossier, avant: ExamenDossier | None) -> tuple[LigneExamen, ...]:
    reunion = examen.reunion
    gardes = retenus(reunion, [e.pk for e in (examen, avant) if e is not None])
    prepares = gardes[avant.pk] if avant is not None else {}
    return tuple(
        LigneExamen(
            demande=d.pk,
            enveloppe=(d.financeur_id, examen.dossier.campagne.annee, d.dispositif_id, d.nature),
            financeur=d.financeur.nom_court,
            credits=NatureMoyens(d.nature).label,
            demandee=d.montant_demande,
            propose=d.partage,  # type: ignore[attr-defined]
            prepare=prepares.get(d.pk),
            garde=gardes[examen.pk].get(d.pk),
            fige=d.montant_programme if d.etat in DEMANDE_CONSOMME else None,
            # A private draft reads as a funder who has not proposed yet.
            etat_libelle=_etat_partage(d),
            saisissable=saisissable(d),
            attendu=examen.etat == EtatExamen.A_EXAMINER,
        )
        for d in demandes_de_la_seance(reunion, [examen.dossier_id])
    )


def _etat_partage(demande: Any) -> str:
    if demande.etat == EtatDemande.PROPOSEE and demande.partage is None:
        return str(EtatDemande.DEMANDEE.label)
    return str(demande.get_etat_display())


def _retraits(examen: ExamenDossier) -> tuple[str, ...]:
    """Who takes no part: what was noted in the session, and whoever withdrew since the list was made."""
    notes = [ligne.strip() for ligne in examen.retraits.splitlines() if ligne.strip()]
    declares = deports_du_jour(examen.reunion, [examen.dossier_id]).get(examen.dossier_id, ())
    return tuple(dict.fromkeys([*notes, *declares]))


def _position(examen: ExamenDossier) -> Position:
    rangees = list(
        ExamenDossier.objects.filter(reunion=examen.reunion_id).order_by("ordre", "pk").values_list("pk", "etat")
    )
    cles = [cle for cle, _ in rangees]
    ici = cles.index(examen.pk)
    # From here to the end of the list, then from its start.
    attendent = [cle for cle, etat in rangees[ici + 1 :] + rangees[:ici] if etat == EtatExamen.A_EXAMINER]
    return Position(
        rang=ici + 1,
        sur=len(cles),
        examines=sum(1 for _, etat in rangees if etat != EtatExamen.A_EXAMINER),
        precedent=cles[ici - 1] if ici else None,
        suivant=cles[ici + 1] if ici + 1 < len(cles) else None,
        a_examiner=next(iter(attendent), None),
    )


@dataclass(frozen=True, slots=True)
class Repere:
    """Which file the session is looking at, and who brought it there."""

    examen: int
    par: str
    le: datetime

    def par_un_autre(self, lecteur: Auteur, le: datetime) -> str:
        """The name of somebody else who leads the session right now; empty when nobody does."""
        recent = (le - self.le).total_seconds() < MEME_MOMENT
        return self.par if recent and self.par != lecteur.nom else ""


def repere(reunion: Reunion) -> Repere | None:
    """The landmark of the session; None when nobody showed a file today."""
    connu = cache.get(cle_du_repere(reunion.pk))
    if connu is None:
        return None
    return Repere(**connu)


def examen_montre(reunion: Reunion) -> int | None:
    """The file (by key of its examination) on the projected screen: the one shown, else the first to examine."""
    montre = repere(reunion)
    liste = ExamenDossier.objects.filter(reunion=reunion).order_by("ordre", "pk")
    if montre is not None and liste.filter(pk=montre.examen).exists():
        return montre.examen
    a_examiner = liste.filter(etat=EtatExamen.A_EXAMINER).values_list("pk", flat=True).first()
    return a_examiner or liste.values_list("pk", flat=True).first()


def marque(reunion: Reunion, montre: int) -> str:
    """Changes with what the projected screen shows of `montre` (an examination), whoever changed it; six small queries.

    Besides what is typed: what funders share or decide meanwhile, what envelopes receive, who withdraws, what the
    preparation says.
    """
    dossier = ExamenDossier.objects.filter(pk=montre).values_list("dossier", flat=True).first()
    liste = ExamenDossier.objects.filter(reunion=reunion).aggregate(Count("pk"), Sum("version"), Max("applique_le"))
    dits = ExamenDossier.objects.filter(dossier=dossier).order_by("pk").values_list("pk", "etat", "version", "ordre")
    demandes = DemandeFinancement.objects.filter(dossier=dossier).order_by("pk").annotate(partage=PARTAGE)
    enveloppes = Enveloppe.objects.filter(contrat=reunion.comite.contrat_id, annee__gte=reunion.le.year - 1)
    deports = Deport.objects.en_vigueur().filter(dossier=dossier).order_by("pk").values_list("pk", flat=True)
    vu = (
        montre,
        sorted(liste.items()),
        list(dits),
        list(demandes.values_list("pk", "etat", "partage", "montant_demande", "montant_programme")),
        list(
            enveloppes.order_by("pk").values_list(
                "pk", "montant", "depassement_autorise", "montant_programme", "montant_vote"
            )
        ),
        list(deports),
    )
    return hashlib.sha256(repr(vu).encode()).hexdigest()[:16]
