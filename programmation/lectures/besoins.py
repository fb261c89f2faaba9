"""Needs that look for a porteur, published calls and their answers, as each reader may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from acteurs.models import Organisme, TypeOrganisme
from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.lectures.moyens import partenaires_possibles
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import BESOIN_AVEC_OPPORTUNITE, BESOIN_AVEC_PORTEUR, BESOIN_EN_COURS, EtatBesoin, EtatCandidature
from ..models import Besoin, Candidature, Dossier, PisteDeFinancement
from ..regles.requalification import Analyse, Faits, Qui, analyser

ZERO = Decimal(0)
TONS_BESOIN = {
    EtatBesoin.SIGNALE: "attention",
    EtatBesoin.OPPORTUNITE: "info",
    EtatBesoin.PORTEUR_TROUVE: "info",
    EtatBesoin.FINANCE: "info",
    EtatBesoin.DOSSIER: "succes",
    EtatBesoin.ABANDONNE: "neutre",
}
TONS_CANDIDATURE = {
    EtatCandidature.DEPOSEE: "info",
    EtatCandidature.RETENUE: "succes",
    EtatCandidature.NON_RETENUE: "neutre",
    EtatCandidature.RETIREE: "neutre",
}
# What each state waits for, in words.
_PROCHAIN = {
    EtatBesoin.SIGNALE: "Définir l’opportunité avec les signataires",
    EtatBesoin.OPPORTUNITE: "Trouver qui la porte",
    EtatBesoin.PORTEUR_TROUVE: "Réunir les financements",
    EtatBesoin.FINANCE: "Commencer le dossier du porteur",
}
_CHEMIN = (
    EtatBesoin.SIGNALE,
    EtatBesoin.OPPORTUNITE,
    EtatBesoin.PORTEUR_TROUVE,
    EtatBesoin.FINANCE,
    EtatBesoin.DOSSIER,
)


@dataclass(frozen=True, slots=True)
class Etape:
    """One step of the way, for all its readers."""

    libelle: str
    faite: bool
    en_cours: bool


@dataclass(frozen=True, slots=True)
class BesoinLu:
    """One need."""

    besoin: Besoin
    etat_libelle: str
    ton: str
    lieux: str
    prochain: str  # empty when nothing awaits
    candidatures: int  # answers to read; 0 for who may not
    appel_ouvert: bool
    opportunite_definie: bool  # else what is written of it is only being prepared


@dataclass(frozen=True, slots=True)
class GroupeDeBesoins:
    """The needs of one state."""

    libelle: str
    besoins: tuple[BesoinLu, ...]


@dataclass(frozen=True, slots=True)
class PisteLue:
    """Who might pay, in euros."""

    pk: int
    organisme: str
    nature: str
    montant: Decimal | None
    note: str
    acquise: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Pistes:
    """The leads of one need, those that are sure first."""

    lignes: tuple[PisteLue, ...]

    @property
    def acquis(self) -> Decimal:
        return sum((p.montant or ZERO for p in self.lignes if p.acquise), ZERO)

    @property
    def esperes(self) -> Decimal:
        return sum((p.montant or ZERO for p in self.lignes if not p.acquise), ZERO)


@dataclass(frozen=True, slots=True)
class CandidatureLue:
    """One answer to a call."""

    candidature: Candidature
    organisme: str
    etat_libelle: str
    ton: str


@dataclass(frozen=True, slots=True)
class Origine:
    """The need that a file comes from; `page` is the route of its page for this reader, empty when it has none."""

    pk: int
    titre: str
    signale_par: str
    page: str


@dataclass(frozen=True, slots=True)
class Comptes:
    """How many needs are where."""

    signales: int
    en_recherche: int
    dossiers: int
    candidatures: int


def besoins_par_etat(
    contrat: Contrat, *, pour: Auteur, le: date, filtres: dict[str, Any] | None = None
) -> list[GroupeDeBesoins]:
    """The needs that `pour` reads, state by state in the order of the way; a constant number of queries."""
    lus = lire(Besoin.objects.visibles_par(pour, contrat), contrat, pour=pour, le=le, filtres=filtres)
    ordre = (*_CHEMIN, EtatBesoin.ABANDONNE)
    groupes = [(etat, tuple(lu for lu in lus if lu.besoin.etat == etat)) for etat in ordre]
    return [GroupeDeBesoins(EtatBesoin(etat).label, siens) for etat, siens in groupes if siens]


def lire(
    besoins: Any, contrat: Contrat, *, pour: Auteur, le: date, filtres: dict[str, Any] | None = None
) -> list[BesoinLu]:
    """These needs, with their places and, for those who instruct, how many answers are to read."""
    for nom, valeur in (filtres or {}).items():
        if valeur:
            besoins = besoins.filter(**{nom: valeur})
    if roles(pour, contrat).instruit:
        besoins = besoins.annotate(
            a_lire=Count(
                "candidatures",
                filter=Q(candidatures__in=Candidature.objects.visibles_par(pour, contrat).a_repondre()),
                distinct=True,
            )
        )
    trouves = besoins.select_related(
        "signale_pour", "orientation", "dispositif", "porteur", "reunion__comite", "dossier"
    )
    return [
        BesoinLu(
            besoin=besoin,
            etat_libelle=EtatBesoin(besoin.etat).label,
            ton="attention" if besoin.dossier_abandonne else TONS_BESOIN[EtatBesoin(besoin.etat)],
            lieux=", ".join(str(lieu) for lieu in (*besoin.perimetres.all(), *besoin.communes.all())),
            prochain=_prochain(besoin),
            candidatures=getattr(besoin, "a_lire", 0),
            appel_ouvert=ouvert_jusqu_au(besoin, le) is not None,
            opportunite_definie=besoin.etat in BESOIN_AVEC_OPPORTUNITE,
        )
        for besoin in trouves.prefetch_related("communes", "perimetres").order_by("-signale_le", "pk")
    ]


def _prochain(besoin: Besoin) -> str:
    if besoin.dossier_abandonne:
        return "Rouvrir ce besoin, que son dossier laisse sans réponse"
    return _PROCHAIN.get(EtatBesoin(besoin.etat), "")


def ouvert_jusqu_au(besoin: Besoin, le: date) -> date | None:
    """The last day of its call, while it takes answers; None when none is open on that day."""
    fin = besoin.publie_jusqu_au
    return fin if besoin.etat == EtatBesoin.OPPORTUNITE and fin is not None and le <= fin else None


def etapes(besoin: Besoin) -> list[Etape]:
    """The way from the finding to the file; none once the need is dropped."""
    if besoin.etat == EtatBesoin.ABANDONNE:
        return []
    rang = _CHEMIN.index(EtatBesoin(besoin.etat))
    return [Etape(etat.label, faite=i < rang, en_cours=i == rang) for i, etat in enumerate(_CHEMIN)]


def pistes_de(besoin: Besoin) -> Pistes:
    """Read by those who instruct: the caller has asked `roles(…).instruit`."""
    lues = PisteDeFinancement.objects.filter(besoin=besoin).select_related("organisme")
    return Pistes(
        tuple(
            PisteLue(p.pk, p.organisme.nom_court, p.get_nature_display(), p.montant, p.note, p.acquise, p.revision)
            for p in lues.order_by("-acquise", "pk")
        )
    )


def candidatures_de(besoin: Besoin, *, pour: Auteur) -> list[CandidatureLue]:
    """The answers that the reader may see: all for those who instruct, a porteur its own."""
    vues = Candidature.objects.visibles_par(pour, besoin.contrat).filter(besoin=besoin)
    return _candidatures(vues.select_related("organisme", "besoin").order_by("deposee_le", "pk"))


def mes_candidatures(contrat: Contrat, *, pour: Auteur) -> list[CandidatureLue]:
    """All that the reader's own organisations answered, the latest first."""
    siennes = Candidature.objects.filter(
        besoin__contrat=contrat, organisme__in=roles(pour, contrat).organismes_porteurs
    )
    return _candidatures(siennes.select_related("organisme", "besoin").order_by("-deposee_le"))


def _candidatures(candidatures: Iterable[Candidature]) -> list[CandidatureLue]:
    return [
        CandidatureLue(c, c.organisme.nom, EtatCandidature(c.etat).label, TONS_CANDIDATURE[EtatCandidature(c.etat)])
        for c in candidatures
    ]


def appels_ouverts(contrat: Contrat, *, pour: Auteur, le: date) -> list[BesoinLu]:
    """The published calls that take answers on that day."""
    return lire(Besoin.objects.visibles_par(pour, contrat).ouverts_a_candidature(le), contrat, pour=pour, le=le)


def compter_les_besoins(contrat: Contrat, *, pour: Auteur) -> Comptes:
    """How many needs the reader sees in each stage, and answers that await it."""
    nombres = Counter(Besoin.objects.visibles_par(pour, contrat).order_by().values_list("etat", flat=True))
    en_cours = sum(nombres[etat] for etat in BESOIN_EN_COURS)
    a_lire = 0
    if roles(pour, contrat).instruit:
        a_lire = Candidature.objects.visibles_par(pour, contrat).a_repondre().count()
    return Comptes(
        signales=nombres[EtatBesoin.SIGNALE],
        en_recherche=en_cours - nombres[EtatBesoin.SIGNALE],
        dossiers=nombres[EtatBesoin.DOSSIER],
        candidatures=a_lire,
    )


def origine_du_dossier(dossier: Dossier, *, pour: Auteur) -> Origine | None:
    """The need that a file answers, when there is one that the reader sees."""
    vus = Besoin.objects.visibles_par(pour, dossier.contrat)
    besoin = vus.filter(dossier=dossier).select_related("signale_pour").first()
    if besoin is None:
        return None
    tenus = roles(pour, dossier.contrat)
    partenaire = tenus.administre or bool(tenus.organismes_partenaires)
    return Origine(
        pk=besoin.pk,
        titre=besoin.titre,
        signale_par=besoin.signale_pour.nom_court,
        page="besoin" if partenaire else "appel" if besoin.publie_le else "",
    )


def derniere_main(objet: Besoin | Candidature, *actes: str, piste: int | None = None) -> str:
    """Who did one of these acts last, by name: on a need (on one of its leads, by its number), or on an answer."""
    lignes = LigneJournal.objects.de(objet).filter(acte__in=actes)
    ligne = (lignes if piste is None else lignes.filter(apres__piste=piste)).last()
    return ligne.auteur_nom if ligne is not None and ligne.auteur_nom else "Quelqu’un d’autre"


def risque_de_requalification(besoin: Besoin) -> Analyse | None:
    """What to watch once a need of the partners leads to a named porteur (regles 2.4); None before.

    Whoever answers a published call defines its answer; otherwise the partners defined it with the porteur.
    """
    if besoin.etat not in BESOIN_AVEC_PORTEUR:
        return None
    definition = Qui.PORTEUR if besoin.est_un_ami else Qui.ENSEMBLE
    return analyser(Faits(Qui.COLLECTIVITE, definition, besoin_propre=False, prix=False))


def partenaires(contrat: Contrat) -> Any:
    """Who may have seen a need: the signatories, and the communes of the contract."""
    communes = contrat.communes.values("code")
    return (
        Organisme.objects.filter(
            Q(signatures__contrat=contrat)
            | Q(type=TypeOrganisme.COMMUNE, code_commune__in=communes)
            | Q(pk=contrat.pilote_id)
        )
        .distinct()
        .order_by("recherche")
    )


def financeurs_possibles(contrat: Contrat) -> QuerySet[Organisme]:
    """Who may pay for the answer to a need: the partners, whoever is known in the contract, its funders and their doors."""
    return Organisme.objects.filter(
        Q(pk__in=partenaires_possibles(contrat).values("pk"))
        | Q(pk__in=partenaires(contrat).order_by().values("pk"))
        | Q(pk__in=contrat.enveloppes.values("financeur"))
        | Q(pk__in=contrat.canaux.values("financeur"))
    )
