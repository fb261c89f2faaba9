"""What people read of the contract: commitments, decisions, urban renewal, ordinary means, other funders' calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from geographie.lectures import FichePerimetre, SerieIndicateur, fiches_perimetres, series_indicateurs

from ..etats import REUNION_A_VENIR, REUNION_TENUE, EtatEngagement
from ..models import (
    AppelExterne,
    AvancementOperation,
    Contrat,
    DecisionReunion,
    Engagement,
    OperationUrbaine,
    PointAvancement,
    Ressource,
    Reunion,
    Signataire,
    TypeComite,
)
from ..regles import en_retard

ZERO = Decimal(0)
SANS_SIGNATAIRE = "Signataire non identifié"


@dataclass(frozen=True, slots=True)
class EngagementSuivi:
    """A commitment with its last statement; without one its state is « sans information » (E-01)."""

    reference: str
    libelle: str
    signataire: str
    organisme: str  # empty: the contract does not name the owner
    orientation: str
    nature: str
    echeance: date | None
    etat: str
    etat_nom: str
    annee_declaration: int | None
    commentaire: str
    en_retard: bool
    fictif: bool


@dataclass(frozen=True, slots=True)
class EngagementsSignataire:
    """How many commitments one signatory has in each of the seven states, in the order of `EtatEngagement`."""

    signataire: str
    etats: tuple[int, ...]
    total: int
    en_retard: int
    euros_droit_commun: Decimal | None
    euros_specifiques: Decimal | None


@dataclass(frozen=True, slots=True)
class Engagements:
    """All commitments of a contract on one date."""

    le: date
    annee: int  # year whose statements are told; the last one known up to it
    etats: tuple[str, ...]
    par_signataire: tuple[EngagementsSignataire, ...]
    total: EngagementsSignataire
    precedent: tuple[int, ...]  # states as the statements stood a year before
    retards: tuple[EngagementSuivi, ...]
    sans_organisme: int
    sans_echeance: int
    sans_cible: int
    non_actualises: int  # last statement older than the year before `annee`
    fictif: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Something to decide, or decided, with what became of it."""

    reunion: str
    le: date
    texte: str
    nature: str
    nature_nom: str
    responsable: str
    echeance: date | None
    execution: str
    execution_nom: str
    suite: str
    en_retard: bool
    fictif: bool


@dataclass(frozen=True, slots=True)
class DecisionsCopil:
    """What the coming COPIL has to decide, and what became of the decisions of the last ones."""

    prochain_le: date | None
    prochain_nom: str
    prochain_lieu: str
    a_decider: tuple[Decision, ...]
    dernier_le: date | None
    suivies: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class OperationSuivie:
    """An urban renewal operation and its last known progress. None is unknown."""

    programme: str
    nom: str
    communes: tuple[str, ...]
    cout: Decimal | None
    demolis: int | None
    construits: int | None
    rehabilites: int | None
    le: date | None
    phase: str
    avancement: int | None
    commentaire: str
    fictif: bool


@dataclass(frozen=True, slots=True)
class DroitCommunOrientation:
    """Ordinary means that the contract names for one orientation; those still to organise are told apart."""

    orientation: str
    ressources: int
    organismes: int
    a_organiser: int
    engagements: int


@dataclass(frozen=True, slots=True)
class Appel:
    """A call of another funder."""

    organisme: str
    nom: str
    periode: str
    ouvre_le: date | None
    ferme_le: date | None


@dataclass(frozen=True, slots=True)
class PresentationContrat:
    """What the cover says of the contract."""

    nom: str
    intitule: str
    pilote: str
    debut: int
    fin: int
    signataires: tuple[str, ...]
    orientations: tuple[str, ...]


def presentation(contrat: Contrat) -> PresentationContrat:
    """The contract, its signatories in their order and its thematic orientations."""
    return PresentationContrat(
        nom=contrat.nom,
        intitule=contrat.intitule,
        pilote=contrat.pilote.nom,
        debut=contrat.debut,
        fin=contrat.fin,
        signataires=tuple(
            s.organisme.nom
            for s in Signataire.objects.filter(contrat=contrat).select_related("organisme").order_by("ordre", "pk")
        ),
        orientations=tuple(
            contrat.orientations.filter(nature="thematique").order_by("ordre").values_list("nom", flat=True)
        ),
    )


def perimetres_du_contrat(contrat: Contrat, annee: int) -> tuple[FichePerimetre, ...]:
    """The contract's perimeters as they stand in `annee`."""
    return fiches_perimetres(list(contrat.perimetres.values_list("perimetre", flat=True)), annee)


def indicateurs_du_contrat(contrat: Contrat) -> tuple[SerieIndicateur, ...]:
    """Indicators of the contract's perimeters, of its EPCI and of the territories of comparison."""
    sirens = [contrat.pilote.siren] if contrat.pilote.siren else []
    return series_indicateurs(list(contrat.perimetres.values_list("perimetre", flat=True)), sirens)


def engagements(contrat: Contrat, annee: int, *, le: date) -> Engagements:
    """Commitments on `le`, by signatory and state, with the last statement made up to that day's year."""
    lignes = list(
        Engagement.objects.filter(contrat=contrat)
        .select_related("organisme", "orientation", "signataire__organisme")
        .prefetch_related("cibles")
        .order_by("reference")
    )
    points: dict[int, list[PointAvancement]] = defaultdict(list)
    for point in PointAvancement.objects.filter(
        engagement__contrat=contrat, annee__lte=le.year, declare_le__date__lte=le
    ).order_by("engagement", "-annee"):
        points[point.engagement_id].append(point)
    suivis = [_suivi(e, points[e.pk], le) for e in lignes]
    etats = tuple(EtatEngagement)
    par_signataire = [
        _compter(nom, [s for s in suivis if s.signataire == nom], _mobilises(lignes, points, nom, annee))
        for nom in _signataires(suivis)
    ]
    avant = Counter(
        next((p.etat for p in points[e.pk] if p.annee < annee), EtatEngagement.SANS_INFORMATION.value) for e in lignes
    )
    dernieres = [points[e.pk][0].annee for e in lignes if points[e.pk]]
    return Engagements(
        le=le,
        annee=annee,
        etats=tuple(str(etat.label) for etat in etats),
        par_signataire=tuple(
            sorted(par_signataire, key=lambda s: (s.signataire == SANS_SIGNATAIRE, -s.total, s.signataire))
        ),
        total=_compter("Ensemble", suivis, _mobilises(lignes, points, None, annee)),
        precedent=tuple(avant[etat.value] for etat in etats),
        retards=tuple(sorted((s for s in suivis if s.en_retard), key=lambda s: (s.echeance or le, s.reference))),
        sans_organisme=sum(1 for s in suivis if not s.organisme),
        sans_echeance=sum(1 for s in suivis if s.echeance is None),
        sans_cible=sum(1 for e in lignes if not any(c.valeur is not None for c in e.cibles.all())),
        non_actualises=sum(1 for an in dernieres if an < annee - 1),
        fictif=any(s.fictif for s in suivis),
    )


def _suivi(engagement: Engagement, points: list[PointAvancement], le: date) -> EngagementSuivi:
    point = points[0] if points else None
    etat = EtatEngagement(point.etat) if point else EtatEngagement.SANS_INFORMATION
    echeances = [c.echeance for c in engagement.cibles.all() if c.echeance]
    echeance = engagement.echeance or (max(echeances) if echeances else None)
    signataire = engagement.signataire.organisme if engagement.signataire else engagement.organisme
    return EngagementSuivi(
        reference=engagement.reference,
        libelle=engagement.libelle,
        signataire=signataire.nom_court if signataire else SANS_SIGNATAIRE,
        organisme=engagement.organisme.nom_court if engagement.organisme else "",
        orientation=engagement.orientation.nom_court if engagement.orientation else "",
        nature=engagement.get_nature_display() if engagement.nature else "",
        echeance=echeance,
        etat=etat.value,
        etat_nom=str(etat.label),
        annee_declaration=point.annee if point else None,
        commentaire=point.commentaire if point else "",
        en_retard=en_retard(echeance, etat.value, le=le),
        fictif=engagement.fictif or (point is not None and point.fictif),
    )


def _signataires(suivis: list[EngagementSuivi]) -> list[str]:
    return list(dict.fromkeys(s.signataire for s in suivis))


def _compter(
    nom: str, suivis: list[EngagementSuivi], mobilises: tuple[Decimal | None, Decimal | None]
) -> EngagementsSignataire:
    comptes = Counter(s.etat for s in suivis)
    return EngagementsSignataire(
        signataire=nom,
        etats=tuple(comptes[etat.value] for etat in EtatEngagement),
        total=len(suivis),
        en_retard=sum(1 for s in suivis if s.en_retard),
        euros_droit_commun=mobilises[0],
        euros_specifiques=mobilises[1],
    )


def _mobilises(
    lignes: list[Engagement], points: dict[int, list[PointAvancement]], nom: str | None, annee: int
) -> tuple[Decimal | None, Decimal | None]:
    """Euros stated for `annee` itself; None when nobody stated any."""
    declares = []
    for engagement in lignes:
        signataire = engagement.signataire.organisme if engagement.signataire else engagement.organisme
        if nom is None or (signataire.nom_court if signataire else SANS_SIGNATAIRE) == nom:
            declares += [p for p in points[engagement.pk] if p.annee == annee]
    communs = [p.euros_droit_commun for p in declares if p.euros_droit_commun is not None]
    specifiques = [p.euros_specifiques for p in declares if p.euros_specifiques is not None]
    return (sum(communs, ZERO) if communs else None, sum(specifiques, ZERO) if specifiques else None)


def decisions_du_copil(contrat: Contrat, *, le: date) -> DecisionsCopil:
    """For the coming COPIL: its agenda and what earlier ones left open. Behind: decisions of the last one held, and
    older ones whose execution is not over."""
    copil = Reunion.objects.filter(comite__contrat=contrat, comite__type=TypeComite.COPIL).select_related("comite")
    prochain = copil.filter(etat__in=REUNION_A_VENIR, le__gte=le).order_by("le").first()
    dernier = copil.filter(etat__in=REUNION_TENUE, le__lte=le).order_by("-le").first()
    toutes = list(
        DecisionReunion.objects.filter(reunion__in=copil)
        .select_related("reunion__comite", "responsable")
        .order_by("-reunion__le", "ordre", "pk")
    )
    nature, execution = DecisionReunion.Nature, DecisionReunion.Execution
    # A point put off from one COPIL to the next is one point: the latest stands for it.
    ouvertes = _sans_redite(
        d
        for d in toutes
        if d.nature != nature.DECIDEE and (d.reunion_id == (prochain.pk if prochain else None) or d.reunion.le < le)
    )
    suivies = [
        d
        for d in toutes
        if d.nature == nature.DECIDEE
        and dernier is not None
        and (
            d.reunion_id == dernier.pk
            or (d.reunion.le < dernier.le and d.execution not in (execution.FAITE, execution.ABANDONNEE))
        )
    ]
    return DecisionsCopil(
        prochain_le=prochain.le if prochain else None,
        prochain_nom=(prochain.objet or prochain.comite.nom) if prochain else "",
        prochain_lieu=prochain.lieu if prochain else "",
        a_decider=tuple(_decision(d, le) for d in sorted(ouvertes, key=lambda d: (-d.reunion.le.toordinal(), d.ordre))),
        dernier_le=dernier.le if dernier else None,
        suivies=tuple(_decision(d, le) for d in suivies),
    )


def _sans_redite(decisions: Iterable[DecisionReunion]) -> list[DecisionReunion]:
    uniques: dict[str, DecisionReunion] = {}
    for decision in decisions:
        uniques.setdefault(decision.texte, decision)
    return list(uniques.values())


def _decision(decision: DecisionReunion, le: date) -> Decision:
    finie = decision.execution in (DecisionReunion.Execution.FAITE, DecisionReunion.Execution.ABANDONNEE)
    return Decision(
        reunion=decision.reunion.comite.nom,
        le=decision.reunion.le,
        texte=decision.texte,
        nature=decision.nature,
        nature_nom=decision.get_nature_display(),
        responsable=decision.responsable.nom_court if decision.responsable else "",
        echeance=decision.echeance,
        execution=decision.execution,
        execution_nom=decision.get_execution_display() if decision.execution else "",
        suite=decision.suite_donnee,
        en_retard=decision.echeance is not None and decision.echeance < le and not finie,
        fictif=decision.fictif,
    )


def prochain_copil(contrat: Contrat, *, le: date) -> Reunion | None:
    """The next COPIL on the calendar."""
    return (
        Reunion.objects.filter(
            comite__contrat=contrat, comite__type=TypeComite.COPIL, etat__in=REUNION_A_VENIR, le__gte=le
        )
        .order_by("le")
        .first()
    )


def operations_urbaines(contrat: Contrat, *, le: date) -> tuple[OperationSuivie, ...]:
    """Urban renewal operations with their last progress known on `le`."""
    operations = list(OperationUrbaine.objects.filter(contrat=contrat).prefetch_related("communes"))
    derniers: dict[int, AvancementOperation] = {}
    for avancement in AvancementOperation.objects.filter(operation__in=operations, le__lte=le).order_by("le"):
        derniers[avancement.operation_id] = avancement
    suivies = []
    for o in sorted(operations, key=lambda o: (o.programme != "npnru", o.programme, o.nom)):
        point = derniers.get(o.pk)
        suivies.append(
            OperationSuivie(
                programme=o.get_programme_display(),
                nom=o.nom,
                communes=tuple(sorted(c.nom for c in o.communes.all())),
                cout=o.cout,
                demolis=o.logements_demolis,
                construits=o.logements_construits,
                rehabilites=o.logements_rehabilites,
                le=point.le if point else None,
                phase=point.phase if point else "",
                avancement=point.avancement if point else None,
                commentaire=point.commentaire if point else "",
                fictif=point.fictif if point else False,
            )
        )
    return tuple(suivies)


def droit_commun_par_orientation(contrat: Contrat) -> tuple[DroitCommunOrientation, ...]:
    """The ordinary means named by the contract, orientation by orientation."""
    a_organiser = Q(nom__icontains="à organiser") | Q(nom__icontains="à compléter") | Q(nom__icontains="voir l’annexe")
    comptes: dict[int | None, Any] = {
        ligne["orientation"]: ligne
        for ligne in Ressource.objects.filter(contrat=contrat)
        .values("orientation")
        .annotate(
            n=Count("pk", filter=~a_organiser),
            manques=Count("pk", filter=a_organiser),
            organismes=Count("organisme", distinct=True, filter=~a_organiser),
        )
        .order_by()
    }
    pris: dict[int | None, int] = dict(
        Engagement.objects.filter(contrat=contrat, nature="droit_commun")
        .values_list("orientation")
        .annotate(n=Count("pk"))
        .order_by()
    )
    noms = [
        *contrat.orientations.filter(nature="thematique").order_by("ordre").values_list("pk", "nom_court"),
        (None, "Toutes orientations"),
    ]
    vide = {"n": 0, "manques": 0, "organismes": 0}
    return tuple(
        DroitCommunOrientation(
            nom,
            comptes.get(cle, vide)["n"],
            comptes.get(cle, vide)["organismes"],
            comptes.get(cle, vide)["manques"],
            pris.get(cle, 0),
        )
        for cle, nom in noms
        if cle is not None or cle in comptes or cle in pris
    )


def appels_externes(contrat: Contrat) -> tuple[Appel, ...]:
    """Other funders' calls known to the contract, by funder."""
    return tuple(
        Appel(a.organisme.nom_court if a.organisme else "Non précisé", a.nom, a.periode, a.ouvre_le, a.ferme_le)
        for a in AppelExterne.objects.filter(contrat=contrat)
        .select_related("organisme")
        .order_by("organisme__recherche", "nom")
    )
