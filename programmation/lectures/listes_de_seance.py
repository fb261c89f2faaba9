"""The list of a session: which files may stand on it, in which order, what is said of each and what is left to say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from commun.auteur import Auteur
from contrats.models import Habilitation, Reunion

from ..etats import DEMANDE_OUVERTE, DOSSIER_A_LA_TABLE_DU_COPIL, EtatDemande, EtatExamen
from ..models import DemandeFinancement, Deport, Dossier, ExamenDossier, Localisation
from ..models.demande import A_LA_TABLE_DU_COPIL
from ..models.dossier import deports_de
from ..models.seance import demandes_de
from .lieux import nom_du_lieu
from .montants_de_seance import demandes_de_la_seance, par_financeur, retenus

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ordre:
    """A way to put the whole list in order."""

    libelle: str
    champs: tuple[str, ...]

    def trier(self, reunion: Reunion) -> list[ExamenDossier]:
        """The list of `reunion` in this order; nothing is written."""
        premier = Localisation.objects.filter(dossier=OuterRef("dossier")).order_by("-part", "pk")
        a_arbitrer = ExamenDossier.objects.preparant(reunion).filter(
            dossier=OuterRef("dossier"), etat=EtatExamen.A_ARBITRER
        )
        examens = reunion.examens.annotate(
            lieu=Subquery(premier.values(nom=Coalesce("commune__nom", "version__nom"))[:1]),
            arbitrage=Exists(a_arbitrer),
        )
        return list(examens.order_by(*self.champs, "dossier__numero"))


ORDRES = {
    "orientation": Ordre("Par orientation", ("dossier__orientation__ordre",)),
    "lieu": Ordre("Par commune", ("lieu",)),
    "numero": Ordre("Par numéro", ()),
    "arbitrages": Ordre("Points à arbitrer d’abord", ("-arbitrage", "dossier__orientation__ordre")),
}


def examinables(reunion: Reunion, *, pour: Auteur) -> Any:
    """The files that the meeting may examine: a funder's row of theirs is still to be programmed, or was put off.

    One from which the reader is withdrawn is there too: somebody else will enter what is said of it.
    """
    contrat = reunion.comite.contrat
    vus = Q(pk__in=Dossier.objects.visibles_par(pour, contrat).values("pk")) | Q(pk__in=deports_de(pour, contrat))
    ouvertes = DemandeFinancement.objects.filter(
        demandes_de(reunion.comite), dossier=OuterRef("pk"), etat__in=(*DEMANDE_OUVERTE, EtatDemande.AJOURNEE)
    )
    return Dossier.objects.filter(vus, Exists(ouvertes), contrat=contrat, etat__in=DOSSIER_A_LA_TABLE_DU_COPIL)


def proposes(reunion: Reunion, *, pour: Auteur) -> Any:
    """Those of them on which a funder shares a proposal that no meeting has validated."""
    proposees = DemandeFinancement.objects.filter(
        A_LA_TABLE_DU_COPIL, demandes_de(reunion.comite), dossier=OuterRef("pk")
    )
    return examinables(reunion, pour=pour).filter(Exists(proposees))


def prepares(reunion: Reunion, *, pour: Auteur, etat: str = "") -> Any:
    """Those of them that a meeting which only prepares has examined (and left in `etat`, when given)."""
    anciens = ExamenDossier.objects.preparant(reunion)
    if etat:
        anciens = anciens.filter(etat=etat)
    return examinables(reunion, pour=pour).filter(pk__in=anciens.order_by().values("dossier"))


def ajournes(reunion: Reunion, *, pour: Auteur) -> Any:
    """Those of them that were put off, and come back for their decision."""
    ajournees = DemandeFinancement.objects.filter(
        demandes_de(reunion.comite), dossier=OuterRef("pk"), etat=EtatDemande.AJOURNEE
    )
    return examinables(reunion, pour=pour).filter(Exists(ajournees))


@dataclass(frozen=True, slots=True)
class Source:
    """Where files may be taken from for the list, and how many are not on it yet."""

    cle: str
    libelle: str
    dossiers: Any

    @property
    def nombre(self) -> int:
        return int(self.dossiers.count())


def sources(reunion: Reunion, *, pour: Auteur) -> list[Source]:
    """What may be put on the list in one gesture; empty sources are left out."""
    possibles = [
        Source("preparation", "Reprendre la liste de la préparation", prepares(reunion, pour=pour)),
        Source(
            "arbitrages",
            "Reprendre les points à arbitrer",
            prepares(reunion, pour=pour, etat=EtatExamen.A_ARBITRER),
        ),
        Source("proposes", "Inscrire les dossiers proposés", proposes(reunion, pour=pour)),
        Source("ajournes", "Reprendre les dossiers ajournés", ajournes(reunion, pour=pour)),
    ]
    restes = [Source(s.cle, s.libelle, s.dossiers.exclude(examens__reunion=reunion)) for s in possibles]
    return [source for source in restes if source.nombre]


def preparations(reunion: Reunion, dossiers: Iterable[int]) -> dict[int, ExamenDossier]:
    """For each file (by key), what the latest meeting that only prepares said of it."""
    lus = ExamenDossier.objects.preparant(reunion).filter(dossier__in=list(dossiers)).select_related("reunion__comite")
    return {examen.dossier_id: examen for examen in lus}


def deports_du_jour(reunion: Reunion, dossiers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Who took, or takes, no part in the examination of each of these files (by key), with the organisation.

    Withdrawn when the meeting examined the file: at the moment when that was typed, else at some time of its day. Lifted
    that very evening, a withdrawal held; declared the day after, it did not. Of a file that waits on the list: those that
    stand now.
    """
    cles = list(dossiers)
    examens = {e.dossier_id: e for e in ExamenDossier.objects.filter(reunion=reunion, dossier__in=cles)}
    declares = (
        Deport.objects.filter(dossier__in=cles)
        .exclude(leve_le__date__lt=reunion.le)
        .select_related("utilisateur")
        .order_by("utilisateur__last_name", "pk")
    )
    deports = [d for d in declares if _tenait(d, reunion, examens.get(d.dossier_id))]
    organismes: dict[int, str] = {}
    for habilitation in (
        Habilitation.objects.actives()
        .filter(contrat=reunion.comite.contrat_id, utilisateur__in=[d.utilisateur_id for d in deports])
        .select_related("organisme")
        .order_by("pk")
    ):
        organismes.setdefault(habilitation.utilisateur_id, habilitation.organisme.nom_court)
    noms: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for deport in deports:
        organisme = organismes.get(deport.utilisateur_id)
        noms[deport.dossier_id] += (f"{deport.utilisateur} ({organisme})" if organisme else str(deport.utilisateur),)
    return noms


def _tenait(deport: Deport, reunion: Reunion, examen: ExamenDossier | None) -> bool:
    if examen is not None and examen.etat == EtatExamen.A_EXAMINER:
        return deport.leve_le is None
    if localdate(deport.declare_le) > reunion.le:
        return False
    if examen is None:
        return deport.leve_le is None or localdate(deport.leve_le) > reunion.le
    if examen.modifie_le is None or localdate(examen.modifie_le) != reunion.le:
        return True
    return deport.declare_le <= examen.modifie_le and (deport.leve_le is None or deport.leve_le > examen.modifie_le)


@dataclass(frozen=True, slots=True)
class LigneDeSeance:
    """One file on the list. Euros; None where the reader is withdrawn, or nothing was said."""

    pk: int
    rang: int
    dossier_id: int
    numero: str
    annee: int
    intitule: str
    porteur: str
    orientation: str
    lieux: str
    etat: str
    etat_libelle: str
    dossier_libelle: str
    demande: Decimal | None
    propose: Decimal | None
    retenu: Decimal | None
    par_financeur: tuple[tuple[str, Decimal], ...]
    preparation: str  # state that the preparation left, in words
    question: str
    motif: str
    note: str
    retraits: tuple[str, ...]
    deporte: bool
    applique_le: datetime | None
    fictif: bool


@dataclass(frozen=True, slots=True)
class ListeDeSeance:
    """The whole list as one reader sees it."""

    lignes: tuple[LigneDeSeance, ...]

    @property
    def comptes(self) -> dict[str, int]:
        """How many files stand in each state; every state is there."""
        compte = Counter(ligne.etat for ligne in self.lignes)
        return {etat: compte[etat] for etat in EtatExamen.values}

    @property
    def examines(self) -> int:
        return sum(1 for ligne in self.lignes if ligne.etat != EtatExamen.A_EXAMINER)

    @property
    def a_appliquer(self) -> int:
        faits = (EtatExamen.A_EXAMINER, EtatExamen.A_ARBITRER)
        return sum(1 for ligne in self.lignes if ligne.etat not in faits and ligne.applique_le is None)

    @property
    def appliques(self) -> int:
        return sum(1 for ligne in self.lignes if ligne.applique_le is not None)

    @property
    def a_arbitrer(self) -> tuple[LigneDeSeance, ...]:
        """The points on which the meeting has to settle: asked here, or asked by the preparation and not examined yet."""
        return tuple(ligne for ligne in self.lignes if ligne.question)

    @property
    def en_bloc(self) -> int:
        """Files that the preparation kept and that the meeting has not examined yet."""
        garde = EtatExamen.RETENU.label
        return sum(1 for li in self.lignes if li.etat == EtatExamen.A_EXAMINER and li.preparation == garde)

    @property
    def tout_examine(self) -> bool:
        """Nothing of the list is left to examine."""
        return bool(self.lignes) and self.examines == len(self.lignes)

    @property
    def suivant(self) -> LigneDeSeance | None:
        """The first file to examine; else the first one."""
        attendent = [ligne for ligne in self.lignes if ligne.etat == EtatExamen.A_EXAMINER]
        return next(iter(attendent), None) or next(iter(self.lignes), None)


def liste(reunion: Reunion, *, pour: Auteur) -> ListeDeSeance:
    """The list of `reunion` in its order; a constant number of queries."""
    examens = list(_examens(reunion))
    cles = [examen.dossier_id for examen in examens]
    demandes: dict[int, list[Any]] = defaultdict(list)
    for demande in demandes_de_la_seance(reunion, cles):
        demandes[demande.dossier_id].append(demande)
    lieux: dict[int, list[str]] = defaultdict(list)
    localisations = Localisation.objects.filter(dossier__in=cles).select_related("version", "commune")
    for localisation in localisations.order_by("-part", "pk"):
        lieux[localisation.dossier_id].append(nom_du_lieu(localisation))
    gardes = retenus(reunion, [examen.pk for examen in examens])
    avant = preparations(reunion, cles)
    deportes = deports_de(pour, reunion.comite.contrat)
    return ListeDeSeance(
        tuple(
            _ligne(
                rang,
                examen,
                demandes[examen.dossier_id],
                lieux[examen.dossier_id],
                gardes[examen.pk],
                avant.get(examen.dossier_id),
                deporte=examen.dossier_id in deportes,
            )
            for rang, examen in enumerate(examens, start=1)
        )
    )


def _examens(reunion: Reunion) -> QuerySet[ExamenDossier]:
    return reunion.examens.select_related("dossier__porteur", "dossier__orientation", "dossier__campagne").order_by(
        "ordre", "pk"
    )


def _ligne(
    rang: int,
    examen: ExamenDossier,
    demandes: list[Any],
    lieux: list[str],
    gardes: dict[int, Decimal],
    avant: ExamenDossier | None,
    *,
    deporte: bool,
) -> LigneDeSeance:
    dossier = examen.dossier
    decide = examen.etat == EtatExamen.RETENU
    gardees = [d for d in demandes if gardes.get(d.pk)] if decide and not deporte else []
    retenu = par_financeur((d.financeur, gardes[d.pk]) for d in gardees)
    pose = examen.etat == EtatExamen.A_ARBITRER
    demandee = avant is not None and avant.etat == EtatExamen.A_ARBITRER and examen.etat == EtatExamen.A_EXAMINER
    return LigneDeSeance(
        pk=examen.pk,
        rang=rang,
        dossier_id=dossier.pk,
        numero=dossier.numero,
        annee=dossier.campagne.annee,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        lieux=", ".join(lieux),
        etat=examen.etat,
        etat_libelle=examen.get_etat_display(),
        dossier_libelle=dossier.get_etat_display(),
        demande=None if deporte else sum((d.montant_demande for d in demandes), ZERO),
        propose=None if deporte else sum((d.partage or ZERO for d in demandes), ZERO),
        retenu=sum((montant for _, montant in retenu), ZERO) if decide and not deporte else None,
        par_financeur=retenu,
        preparation=avant.get_etat_display() if avant is not None else "",
        question="" if deporte else examen.question if pose else avant.question if demandee and avant else "",
        motif="" if deporte else examen.motif,
        note="" if deporte else examen.note,
        retraits=tuple(ligne.strip() for ligne in examen.retraits.splitlines() if ligne.strip()),
        deporte=deporte,
        applique_le=examen.applique_le,
        fictif=examen.fictif,
    )
