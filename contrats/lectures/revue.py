"""The year's review of commitments: counts, rows, the matrix where holes show, who was called on and who answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from acteurs.models import Organisme, Utilisateur
from commun.colonnes import Colonne, TypeColonne

from ..etats import EtatEngagement, EtatReponse, EtatVisa, Role
from ..models import (
    CibleEngagement,
    Contrat,
    Engagement,
    Habilitation,
    NatureOrientation,
    PointAvancement,
    RemarqueRevue,
    RevueEngagements,
    Sollicitation,
)
from ..permissions import ROLES_DECLARANTS
from ..regles import (
    MOIS_POUR_REPONDRE,
    en_retard,
    limite_de_reponse,
    situation_de_reponse,
)
from .engagements import TONS, TONS_VISA, cible_en_mots, manques_de

CLOS = (EtatEngagement.TENU, EtatEngagement.ABANDONNE)
ROLES_QUI_REPONDENT = (*ROLES_DECLARANTS, Role.CHEF_DE_PROJET)
SANS_ORIENTATION = "sans"
SANS_RESPONSABLE = "sans"
TONS_REPONSE = {
    EtatReponse.A_SOLLICITER: "neutre",
    EtatReponse.SOLLICITE: "info",
    EtatReponse.EN_RETARD: "danger",
    EtatReponse.REPONDU: "succes",
}


class _FinDeReponse(Func):
    """The last day of an answer in time; PostgreSQL adds calendar months as `regles.dans_n_mois` does."""

    template = f"(%(expressions)s + make_interval(months => {MOIS_POUR_REPONDRE}))::date"
    output_field = DateField()


def de_l_annee(contrat: Contrat, annee: int, *, le: date) -> QuerySet[Any]:
    """The commitments with what is known of `annee`: state, visa, answer, deadline, lateness on `le`.

    Adds `etat_declare`, `visa`, `point_id`, `sollicite_le`, `repond` (the organisation that answers), `fin` (deadline),
    `est_en_retard` and `reponse`.
    """
    points = PointAvancement.objects.filter(engagement=OuterRef("pk"), annee=annee)
    appels = Sollicitation.objects.filter(engagement=OuterRef("pk"), annee=annee)
    cibles = CibleEngagement.objects.filter(engagement=OuterRef("pk")).order_by()
    derniere = cibles.values("engagement").annotate(derniere=Max("echeance")).values("derniere")
    return (
        Engagement.objects.filter(contrat=contrat)
        .annotate(
            point_id=Subquery(points.values("pk")[:1]),
            etat_declare=Coalesce(Subquery(points.values("etat")[:1]), Value(EtatEngagement.SANS_INFORMATION.value)),
            visa=Subquery(points.values("visa")[:1]),
            sollicite_le=Subquery(appels.values("faite_le")[:1]),
            repond=Coalesce(F("organisme"), F("signataire__organisme")),
            fin=Coalesce(F("echeance"), Subquery(derniere)),
        )
        .annotate(limite=_FinDeReponse(F("sollicite_le")))
        .annotate(
            est_en_retard=Case(When(Q(fin__lt=le) & ~Q(etat_declare__in=CLOS), then=Value(True)), default=Value(False)),
            reponse=Case(
                When(point_id__isnull=False, then=Value(EtatReponse.REPONDU.value)),
                When(sollicite_le__isnull=True, then=Value(EtatReponse.A_SOLLICITER.value)),
                When(limite__lt=le, then=Value(EtatReponse.EN_RETARD.value)),
                default=Value(EtatReponse.SOLLICITE.value),
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Filtres:
    """What the reader asks to see; empty parts filter nothing. `organisme` and `orientation` may be « sans »."""

    texte: str = ""
    organisme: str = ""
    orientation: str = ""
    perimetre: str = ""
    etat: str = ""
    reponse: str = ""
    visa: str = ""
    en_retard: bool = False


def filtrer(engagements: QuerySet[Any], filtres: Filtres) -> QuerySet[Any]:
    """Those that answer the filters. A commitment that names no place concerns every QPV of the contract."""
    if filtres.texte:
        engagements = engagements.cherches(filtres.texte)  # type: ignore[attr-defined]
    if filtres.organisme == SANS_RESPONSABLE:
        engagements = engagements.filter(repond__isnull=True)
    elif filtres.organisme:
        engagements = engagements.filter(repond=int(filtres.organisme))
    if filtres.orientation == SANS_ORIENTATION:
        engagements = engagements.filter(orientation__isnull=True)
    elif filtres.orientation:
        engagements = engagements.filter(orientation=int(filtres.orientation))
    if filtres.perimetre:
        liens = Engagement.perimetres.through.objects.filter(engagement=OuterRef("pk"))
        la = Exists(liens.filter(perimetre=int(filtres.perimetre)))
        engagements = engagements.filter(la | ~Exists(liens))
    if filtres.etat:
        engagements = engagements.filter(etat_declare=filtres.etat)
    if filtres.reponse:
        engagements = engagements.filter(reponse=filtres.reponse)
    if filtres.visa:
        engagements = engagements.filter(visa=filtres.visa)
    if filtres.en_retard:
        engagements = engagements.filter(est_en_retard=True)
    return engagements


@dataclass(frozen=True, slots=True)
class Comptes:
    """How many commitments stand where: E-01's seven states, late ones, answers, visas."""

    total: int
    etats: tuple[tuple[EtatEngagement, int], ...]
    en_retard: int
    reponses: dict[EtatReponse, int]
    a_viser: int
    a_completer: int

    @property
    def declares(self) -> int:
        """Those that have an answer this year."""
        return self.reponses[EtatReponse.REPONDU]


def compter(engagements: QuerySet[Any]) -> Comptes:
    """The counts of a selection, in one query: what each commitment is, is computed once, then grouped."""
    groupes = (
        engagements.order_by()
        .values_list("etat_declare", "reponse", "visa", "est_en_retard")
        .annotate(nombre=Count("pk"))
    )
    etats: Counter[str] = Counter()
    reponses: Counter[str] = Counter()
    visas: Counter[str | None] = Counter()
    retards = 0
    for etat, reponse, visa, en_retard_ici, nombre in groupes:
        etats[etat] += nombre
        reponses[reponse] += nombre
        visas[visa] += nombre
        retards += nombre if en_retard_ici else 0
    return Comptes(
        total=etats.total(),
        etats=tuple((e, etats[e.value]) for e in EtatEngagement),
        en_retard=retards,
        reponses={r: reponses[r.value] for r in EtatReponse},
        a_viser=visas[EtatVisa.NON_VU.value],
        a_completer=visas[EtatVisa.A_COMPLETER.value],
    )


@dataclass(frozen=True, slots=True)
class LigneRevue:
    """One commitment in one year, as the review shows and exports it."""

    pk: int
    reference: str
    libelle: str
    responsable: str
    responsable_id: int | None
    au_titre_de: str
    orientation: str
    perimetres: tuple[str, ...]
    nature: str
    echeance: date | None
    cibles: tuple[str, ...]
    manques: tuple[str, ...]
    etat: EtatEngagement
    commentaire: str
    valeur_atteinte: Decimal | None
    euros_droit_commun: Decimal | None
    euros_specifiques: Decimal | None
    declare_le: datetime | None
    visa: EtatVisa | None
    remarque: str
    preuves: int
    en_retard: bool
    reponse: EtatReponse
    sollicite_le: date | None
    repondre_avant_le: date | None
    point_id: int | None
    revision: int
    fictif: bool

    @property
    def ton(self) -> str:
        return TONS[self.etat]

    @property
    def ton_reponse(self) -> str:
        return TONS_REPONSE[self.reponse]

    @property
    def ton_visa(self) -> str:
        return TONS_VISA[self.visa] if self.visa is not None else "neutre"


def lignes(engagements: Iterable[Any], annee: int, *, le: date) -> list[LigneRevue]:
    """The rows of one page of a selection, in five queries whatever their number."""
    engagements = list(engagements)
    cles = [e.pk for e in engagements]
    complets = {
        e.pk: e
        for e in Engagement.objects.filter(pk__in=cles)
        .select_related("organisme", "signataire__organisme", "orientation")
        .prefetch_related("cibles", Prefetch("perimetres"))
    }
    points = {
        p.engagement_id: p
        for p in PointAvancement.objects.filter(engagement__in=cles, annee=annee).annotate(nb=Count("preuves"))
    }
    appels = dict(Sollicitation.objects.filter(engagement__in=cles, annee=annee).values_list("engagement", "faite_le"))
    return [_ligne(complets[cle], points.get(cle), appels.get(cle), le=le) for cle in cles if cle in complets]


def _ligne(engagement: Engagement, point: Any, sollicite_le: date | None, *, le: date) -> LigneRevue:
    cibles = list(engagement.cibles.all())
    echeances = [c.echeance for c in cibles if c.echeance is not None]
    echeance = engagement.echeance or (max(echeances) if echeances else None)
    responsable = engagement.responsable
    titre = engagement.signataire.organisme if engagement.signataire else None
    etat = EtatEngagement(point.etat) if point else EtatEngagement.SANS_INFORMATION
    return LigneRevue(
        pk=engagement.pk,
        reference=engagement.reference,
        libelle=engagement.libelle,
        responsable=responsable.nom_court if responsable else "",
        responsable_id=responsable.pk if responsable else None,
        au_titre_de=titre.nom_court if titre and titre != responsable else "",
        orientation=engagement.orientation.nom_court if engagement.orientation else "",
        perimetres=tuple(p.nom for p in engagement.perimetres.all()),
        nature=engagement.get_nature_display() if engagement.nature else "",
        echeance=echeance,
        cibles=tuple(cible_en_mots(c) for c in cibles),
        manques=manques_de(engagement, cibles),
        etat=etat,
        commentaire=point.commentaire if point else "",
        valeur_atteinte=point.valeur_atteinte if point else None,
        euros_droit_commun=point.euros_droit_commun if point else None,
        euros_specifiques=point.euros_specifiques if point else None,
        declare_le=point.declare_le if point else None,
        visa=EtatVisa(point.visa) if point else None,
        remarque=point.remarque if point else "",
        preuves=point.nb if point else 0,
        en_retard=en_retard(echeance, etat, le=le),
        reponse=situation_de_reponse(sollicite_le, declare=point is not None, le=le),
        sollicite_le=sollicite_le,
        repondre_avant_le=limite_de_reponse(sollicite_le) if sollicite_le else None,
        point_id=point.pk if point else None,
        revision=point.revision if point else 0,
        fictif=engagement.fictif or bool(point and point.fictif),
    )


COLONNES = (
    Colonne("reference", "Référence", type=TypeColonne.IDENTIFIANT),
    Colonne("libelle", "Engagement", largeur=60),
    Colonne("responsable", "Signataire", largeur=24),
    Colonne("au_titre_de", "Au titre de"),
    Colonne("orientation", "Orientation", largeur=24),
    Colonne("perimetres", "Quartiers", lambda e: ", ".join(e.perimetres) or "ensemble du contrat", largeur=30),
    Colonne("nature", "Nature des moyens"),
    Colonne("echeance", "Échéance", type=TypeColonne.DATE),
    Colonne("cibles", "Cibles", lambda e: " ; ".join(e.cibles), largeur=50),
    Colonne("manques", "Ce qui manque", lambda e: ", ".join(e.manques), largeur=30),
    Colonne("etat", "État déclaré", type=TypeColonne.ETAT),
    Colonne("en_retard", "En retard", type=TypeColonne.OUI_NON),
    Colonne("valeur_atteinte", "Valeur atteinte", type=TypeColonne.NOMBRE),
    Colonne("euros_droit_commun", "Droit commun mobilisé", type=TypeColonne.EUROS, total=True),
    Colonne("euros_specifiques", "Crédits spécifiques mobilisés", type=TypeColonne.EUROS, total=True),
    Colonne("commentaire", "Commentaire du signataire", largeur=50),
    Colonne("declare_le", "Déclaré le", type=TypeColonne.INSTANT),
    Colonne("preuves", "Preuves", type=TypeColonne.NOMBRE),
    Colonne("reponse", "Réponse", type=TypeColonne.ETAT),
    Colonne("sollicite_le", "Sollicité le", type=TypeColonne.DATE),
    Colonne("visa", "Visa", type=TypeColonne.ETAT),
    Colonne("remarque", "Remarque du chef de projet", largeur=40),
)


# --- The matrix where holes show --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Croisement:
    """One crossing: how many commitments, how many of them without any information this year."""

    nombre: int
    sans_information: int
    en_retard: int
    orientation: str


@dataclass(frozen=True, slots=True)
class RangeeMatrice:
    """One organisation, across the orientations; the last case is without orientation."""

    organisme: str
    cle: str  # its number, or « sans »
    cases: tuple[Croisement, ...]
    total: int

    @property
    def vides(self) -> int:
        """Orientations for which it promised nothing."""
        return sum(1 for c in self.cases if c.nombre == 0 and c.orientation != SANS_ORIENTATION)


@dataclass(frozen=True, slots=True)
class Matrice:
    """Signatories × orientations, holes included; transversal axes are no column: they would count twice."""

    orientations: tuple[tuple[str, str], ...]  # (key, short name)
    rangees: tuple[RangeeMatrice, ...]
    totaux: tuple[int, ...]
    total: int


def matrice(contrat: Contrat, annee: int, *, le: date) -> Matrice:
    """The matrix of a year, every signatory of the contract in it, also the one that promised nothing."""
    colonnes = [
        (str(pk), nom)
        for pk, nom in contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE).values_list("pk", "nom_court")
    ]
    comptes: dict[tuple[str, str], tuple[int, int, int]] = {}
    groupes = (
        de_l_annee(contrat, annee, le=le)
        .order_by()
        .values("repond", "orientation", "orientation__nature")
        .annotate(
            nombre=Count("pk"),
            muets=Count("pk", filter=Q(etat_declare=EtatEngagement.SANS_INFORMATION)),
            retards=Count("pk", filter=Q(est_en_retard=True)),
        )
    )
    transversale = False
    for g in groupes:
        hors = g["orientation__nature"] != NatureOrientation.THEMATIQUE
        transversale |= hors
        cle = (str(g["repond"] or SANS_RESPONSABLE), SANS_ORIENTATION if hors else str(g["orientation"]))
        n, m, r = comptes.get(cle, (0, 0, 0))
        comptes[cle] = (n + g["nombre"], m + g["muets"], r + g["retards"])
    if transversale:
        colonnes.append((SANS_ORIENTATION, "Sans orientation"))
    presents = {int(o) for o, _ in comptes if o != SANS_RESPONSABLE}
    organismes = Organisme.objects.filter(Q(pk__in=presents) | Q(signatures__contrat=contrat)).distinct()
    rangs = [(str(o.pk), o.nom_court) for o in organismes.order_by("recherche")]
    if any(o == SANS_RESPONSABLE for o, _ in comptes):
        rangs.append((SANS_RESPONSABLE, "Responsable inconnu"))
    rangees = []
    for numero, nom in rangs:
        cases = tuple(Croisement(*comptes.get((numero, o), (0, 0, 0)), o) for o, _ in colonnes)
        rangees.append(RangeeMatrice(nom, numero, cases, sum(c.nombre for c in cases)))
    totaux = tuple(sum(r.cases[i].nombre for r in rangees) for i in range(len(colonnes)))
    return Matrice(tuple(colonnes), tuple(rangees), totaux, sum(totaux))


# --- Who was called on, who answered ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SuiviSignataire:
    """One organisation in the year's review: what it was asked, what it answered, who receives its e-mails."""

    organisme: Organisme
    total: int
    reponses: dict[EtatReponse, int]
    destinataires: tuple[str, ...]
    sollicite_le: date | None
    remarques: int = 0

    @property
    def a_solliciter(self) -> int:
        return self.reponses[EtatReponse.A_SOLLICITER]

    @property
    def en_attente(self) -> int:
        return self.reponses[EtatReponse.SOLLICITE]

    @property
    def en_retard(self) -> int:
        return self.reponses[EtatReponse.EN_RETARD]

    @property
    def repondu(self) -> int:
        return self.reponses[EtatReponse.REPONDU]


def suivi_des_signataires(contrat: Contrat, annee: int, *, le: date) -> list[SuiviSignataire]:
    """Every organisation that answers for a commitment, by name."""
    groupes = (
        de_l_annee(contrat, annee, le=le)
        .filter(repond__isnull=False)
        .order_by()
        .values_list("repond", "reponse")
        .annotate(nombre=Count("pk"), dernier_appel=Max("sollicite_le"))
    )
    par_organisme: dict[int, Counter[str]] = defaultdict(Counter)
    appels: dict[int, date | None] = {}
    for organisme, reponse, nombre, appel in groupes:
        par_organisme[organisme][reponse] += nombre
        appels[organisme] = max(filter(None, (appels.get(organisme), appel)), default=None)
    personnes = destinataires(contrat, par_organisme)
    remarques = dict(
        RemarqueRevue.objects.filter(revue__contrat=contrat, revue__annee=annee)
        .order_by()
        .values("organisme")
        .annotate(n=Count("pk"))
        .values_list("organisme", "n")
    )
    return [
        SuiviSignataire(
            organisme=o,
            total=par_organisme[o.pk].total(),
            reponses={r: par_organisme[o.pk][r.value] for r in EtatReponse},
            destinataires=tuple(str(u) for u in personnes.get(o.pk, ())),
            sollicite_le=appels[o.pk],
            remarques=remarques.get(o.pk, 0),
        )
        for o in Organisme.objects.filter(pk__in=par_organisme).order_by("recherche")
    ]


def destinataires(contrat: Contrat, organismes: Iterable[int]) -> dict[int, list[Utilisateur]]:
    """The correspondents of these organisations who hold an active account; for the lead, its chefs de projet."""
    tenues = (
        Habilitation.objects.actives()
        .filter(
            contrat=contrat, organisme__in=list(organismes), role__in=ROLES_QUI_REPONDENT, utilisateur__is_active=True
        )
        .select_related("utilisateur")
        .order_by("utilisateur__email")
    )
    trouves: dict[int, list[Utilisateur]] = defaultdict(list)
    for h in tenues:
        if h.utilisateur not in trouves[h.organisme_id]:
            trouves[h.organisme_id].append(h.utilisateur)
    return dict(trouves)


def remarques_sans_suite(contrat: Contrat) -> list[tuple[int, int]]:
    """The remarks that nobody has answered: year of the review, number."""
    sans_suite = RemarqueRevue.objects.filter(revue__contrat=contrat, suite="").order_by("revue__annee")
    return list(sans_suite.values_list("revue__annee").annotate(nombre=Count("pk")))


@dataclass(frozen=True, slots=True)
class RevueLue:
    """The year's review itself, and the remarks received."""

    revue: RevueEngagements | None
    remarques: tuple[RemarqueRevue, ...] = field(default=())


def revue_de_l_annee(contrat: Contrat, annee: int) -> RevueLue:
    """The review of `annee`, None while it is not opened."""
    revue = RevueEngagements.objects.filter(contrat=contrat, annee=annee).select_related("reunion__comite").first()
    if revue is None:
        return RevueLue(None)
    revue.contrat = contrat
    remarques = revue.remarques.select_related("organisme", "engagement", "faite_par", "suite_par")
    remarques = remarques.order_by("-faite_le")
    return RevueLue(revue, tuple(remarques))
