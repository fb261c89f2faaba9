"""What people read of committees and meetings: who sits, how often they meet, a meeting whole, its decisions' fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.models import Fichier
from commun.typographie import accord, nombre
from geographie.models import Commune, Perimetre

from ..creneaux import ecartes_de_la_seance
from ..etats import REUNION_A_VENIR, REUNION_TENUE, EtatReunion, Role
from ..models import (
    Comite,
    Contrat,
    DecisionReunion,
    Habilitation,
    ItemCompteRendu,
    MembreComite,
    PointOrdreDuJour,
    Presence,
    Reunion,
    TypeComite,
)
from ..permissions import Place, RolesTenus, RoleTenu, limites_de, place_dans, roles
from ..regles import Frequence

EXECUTION_FINIE = (DecisionReunion.Execution.FAITE, DecisionReunion.Execution.ABANDONNEE)
# Which items each place may read.
AUDIENCES: dict[Place, tuple[str, ...]] = {
    Place.ANIMATEUR: tuple(ItemCompteRendu.Audience.values),
    Place.MEMBRE: tuple(ItemCompteRendu.Audience.values),
    Place.INVITE: (ItemCompteRendu.Audience.INVITES, ItemCompteRendu.Audience.CONTRAT),
    Place.AUCUNE: (ItemCompteRendu.Audience.CONTRAT,),
}


@dataclass(frozen=True, slots=True)
class FrequenceSuivie:
    """A committee (in one commune, where it meets in each) against its yearly minimum, and the sentence for it."""

    comite: Comite
    commune: Commune | None
    frequence: Frequence
    en_retard: bool
    phrase: str


@dataclass(frozen=True, slots=True)
class FicheComite:
    """A committee in the list: its place for the reader, who sits, its meetings, its frequency."""

    comite: Comite
    place: Place
    membres: int
    invites: int
    pouvoirs: tuple[str, ...]
    prochaine: Reunion | None
    derniere: Reunion | None
    frequences: tuple[FrequenceSuivie, ...]

    @property
    def en_retard(self) -> bool:
        return any(f.en_retard for f in self.frequences)


@dataclass(frozen=True, slots=True)
class Destinataire:
    """Somebody who is written to about a meeting. `cle` names it in a job: « u12 » a person, « m5 » a seat."""

    cle: str
    email: str
    nom: str
    organisme: str
    place: Place


@dataclass(frozen=True, slots=True)
class LignePresence:
    """One seat of the committee and what is known of its coming."""

    membre: MembreComite
    presence: Presence | None

    @property
    def statut(self) -> str:
        return self.presence.statut if self.presence else ""


@dataclass(frozen=True, slots=True)
class DecisionSuivie:
    """A decision with its lateness on the day of reading."""

    decision: DecisionReunion
    en_retard: bool


@dataclass(frozen=True, slots=True)
class FicheReunion:
    """A meeting as one reader may read it. `seance` is false for whoever only sees that it exists."""

    reunion: Reunion
    place: Place
    seance: bool
    points: tuple[PointOrdreDuJour, ...]
    presences: tuple[LignePresence, ...]
    items: tuple[ItemCompteRendu, ...]
    decisions: tuple[DecisionSuivie, ...]
    paquet: Fichier | None  # this reader's own copy where it is withdrawn from a file
    ecartes: frozenset[int]  # files (by key) that its copy leaves out
    perimetres: tuple[Perimetre, ...]

    @property
    def duree(self) -> timedelta:
        """How long the agenda is said to last."""
        return timedelta(minutes=sum(point.minutes or 0 for point in self.points))

    @property
    def presents(self) -> int:
        return sum(1 for ligne in self.presences if ligne.statut == Presence.Statut.PRESENT)


@dataclass(frozen=True, slots=True)
class ExtraitReunion:
    """What the minutes of one meeting say of one perimeter."""

    reunion: Reunion
    items: tuple[ItemCompteRendu, ...]


def pouvoirs(comite: Comite) -> tuple[str, ...]:
    """What a committee validates, in words; empty when it only advises."""
    mots = (
        (comite.valide_programmation, "programmation"),
        (comite.valide_sip, "SIP"),
        (comite.valide_tfpb, "TFPB"),
    )
    return tuple(mot for vrai, mot in mots if vrai)


def comites_du_contrat(contrat: Contrat) -> QuerySet[Comite]:
    """With what `place_dans` reads."""
    return Comite.objects.filter(contrat=contrat).select_related("contrat", "orientation").prefetch_related("membres")


def sieges(contrat: Contrat, tenus: RolesTenus, *, invite: bool = False) -> QuerySet[Comite]:
    """`place_dans`, in the database: the committees where these roles are a member's, or only a guest's (`invite`)."""
    examine = Q(comite__valide_programmation=True) | Q(comite__valide_sip=True) | Q(comite__type=TypeComite.COTECH)
    tenues = MembreComite.objects.filter(
        Q(organisme__in=tenus.organismes(*(r for r in Role if r != Role.PORTEUR)))
        | (Q(organisme__in=tenus.organismes(Role.PORTEUR)) & ~examine)
    )
    membre = Q(pk__in=tenues.filter(invite=False).values("comite"))
    if tenus.tient(Role.MEMBRE_COPIL):
        membre |= Q(type=TypeComite.COPIL)
    comites = Comite.objects.filter(contrat=contrat)
    if not invite:
        return comites.filter(membre)
    return comites.exclude(membre).filter(pk__in=tenues.filter(invite=True).values("comite"))


def reunions_visibles(contrat: Contrat, *, pour: Auteur) -> QuerySet[Reunion]:
    """Meetings that the reader knows of: those of its committees, and those whose minutes speak to everybody.

    Whoever instructs sees every date, for its diary; the content stays with those who sit.
    """
    tenus = roles(pour, contrat)
    du_contrat = Reunion.objects.filter(comite__contrat=contrat).select_related(
        "comite__contrat", "comite__orientation", "commune", "paquet"
    )
    if not tenus:
        return du_contrat.none()
    if tenus.instruit:
        return du_contrat
    membre, invite = sieges(contrat, tenus), sieges(contrat, tenus, invite=True)
    publiques = ItemCompteRendu.objects.filter(
        reunion__comite__contrat=contrat,
        reunion__etat=EtatReunion.RENDUE,
        audience=ItemCompteRendu.Audience.CONTRAT,
    )
    return du_contrat.filter(
        Q(comite__in=membre) | Q(comite__in=invite) | Q(pk__in=publiques.values("reunion")),
    )


def fiches_comites(contrat: Contrat, *, pour: Auteur, le: date) -> list[FicheComite]:
    """Every committee of the contract, with its meetings around `le` and its frequency that year."""
    tenus = roles(pour, contrat)
    suivies: dict[int, list[FrequenceSuivie]] = defaultdict(list)
    for suivie in frequences(contrat, le=le):
        suivies[suivie.comite.pk].append(suivie)
    prochaines: dict[int, Reunion] = {}
    dernieres: dict[int, Reunion] = {}
    for reunion in Reunion.objects.filter(comite__contrat=contrat).order_by("le", "pk"):
        if reunion.etat in REUNION_A_VENIR and reunion.le >= le:
            prochaines.setdefault(reunion.comite_id, reunion)
        elif reunion.tenue:
            dernieres[reunion.comite_id] = reunion
    rangs = list(TypeComite.values)
    return [
        FicheComite(
            comite=comite,
            place=place_dans(tenus, comite),
            membres=sum(1 for m in comite.membres.all() if not m.invite),
            invites=sum(1 for m in comite.membres.all() if m.invite),
            pouvoirs=pouvoirs(comite),
            prochaine=prochaines.get(comite.pk),
            derniere=dernieres.get(comite.pk),
            frequences=tuple(suivies[comite.pk]),
        )
        for comite in sorted(comites_du_contrat(contrat), key=lambda c: (rangs.index(c.type), c.nom))
    ]


def frequences(contrat: Contrat, *, le: date) -> list[FrequenceSuivie]:
    """Committees that owe a number of meetings a year, as they stand on `le`; one line per commune where so."""
    comites = list(Comite.objects.filter(contrat=contrat, reunions_par_an__gt=0).select_related("contrat"))
    communes = list(contrat.communes.order_by("nom")) if any(c.par_commune for c in comites) else []
    comptes: dict[tuple[int, int | None], list[int]] = defaultdict(lambda: [0, 0])
    lignes = (
        Reunion.objects.filter(comite__in=comites, le__year=le.year)
        .values("comite", "commune")
        .annotate(
            tenues=Count("pk", filter=Q(etat__in=REUNION_TENUE)),
            prevues=Count("pk", filter=Q(etat__in=REUNION_A_VENIR, le__gte=le)),
        )
        .order_by()
    )
    par_commune = {c.pk for c in comites if c.par_commune}
    for ligne in lignes:
        compte = comptes[ligne["comite"], ligne["commune"] if ligne["comite"] in par_commune else None]
        compte[0] += ligne["tenues"]
        compte[1] += ligne["prevues"]
    suivies = []
    for comite in comites:
        for commune in communes if comite.par_commune else [None]:
            tenues, prevues = comptes[comite.pk, commune.pk if commune else None]
            frequence = Frequence(le.year, comite.reunions_par_an or 0, tenues, prevues)
            suivies.append(
                FrequenceSuivie(comite, commune, frequence, frequence.en_retard(le), phrase(comite, commune, frequence))
            )
    return suivies


def phrase(comite: Comite, commune: Commune | None, frequence: Frequence) -> str:
    """« 1 COTECH sur 3 tenu en 2026, il en manque 2 avant le 31 décembre. »"""
    nom = _NOMS_COURTS.get(comite.type, "réunion")
    feminin = nom in ("réunion", "revue", "commission")
    tenu = accord(frequence.tenues, "tenue" if feminin else "tenu")
    lieu = f" à {commune}" if commune else ""
    mot = nom if nom.isupper() else accord(frequence.tenues, nom)
    debut = f"{nombre(frequence.tenues)} {mot} sur {nombre(frequence.attendues)} {tenu} en {frequence.annee}{lieu}"
    if not frequence.manque:
        return f"{debut} : le compte y est."
    suite = f"il en manque {nombre(frequence.manque)} avant le 31 décembre"
    if frequence.prevues:
        dates = accord(frequence.prevues, "est", "sont")
        suite += f", dont {nombre(min(frequence.prevues, frequence.manque))} {dates} au calendrier"
    return f"{debut}, {suite}."


_NOMS_COURTS = {
    "copil": "COPIL",
    "cotech": "COTECH",
    "groupe_thematique": "groupe",
    "revue_projets": "revue",
    "dialogue_projets": "dialogue",
    "commission": "commission",
}


def fiche_reunion(reunion: Reunion, *, pour: Auteur, le: date) -> FicheReunion:
    """The meeting with what its reader's place opens.

    Agenda and papers from the convocation on, minutes once sent; whoever runs it sees everything at once. The packet
    is for members, for it may hold amounts that are not decided yet.
    """
    tenus = roles(pour, reunion.comite.contrat)
    place = place_dans(tenus, reunion.comite)
    anime = place == Place.ANIMATEUR
    seance = anime or (place != Place.AUCUNE and reunion.etat != EtatReunion.PREVUE)
    rendue = anime or reunion.etat == EtatReunion.RENDUE
    items = tuple(items_lisibles(reunion, place)) if rendue else ()
    connues = {p.organisme_id: p for p in reunion.presences.select_related("organisme", "pouvoir_a")}
    membres = reunion.comite.membres.select_related("organisme").order_by("invite", "organisme__nom")
    perimetres = {p.pk: p for item in items for p in item.perimetres.all()}
    document, ecartes = paquet_lisible(reunion, place, pour=pour) if seance else (None, frozenset())
    return FicheReunion(
        reunion=reunion,
        place=place,
        seance=seance,
        points=tuple(reunion.ordre_du_jour.select_related("rapporteur", "piece")) if seance else (),
        presences=tuple(LignePresence(m, connues.get(m.organisme_id)) for m in membres) if seance else (),
        items=items,
        decisions=tuple(_suivies(_decisions_lisibles(reunion, place, tenus), le)),
        paquet=document,
        ecartes=ecartes,
        perimetres=tuple(sorted(perimetres.values(), key=lambda p: p.nom)),
    )


def lit_le_paquet(reunion: Reunion, place: Place) -> bool:
    """Members read the packet; guests too where no file is examined."""
    invites = not reunion.comite.examine_des_dossiers
    return place in (Place.ANIMATEUR, Place.MEMBRE) or (place == Place.INVITE and invites)


def paquet_lisible(reunion: Reunion, place: Place, *, pour: Auteur) -> tuple[Fichier | None, frozenset[int]]:
    """The packet that this reader may open, and the files (by key) from which it is withdrawn.

    Whoever is withdrawn reads a copy without these files, once it is made; until then, nothing.
    """
    if reunion.paquet is None or not lit_le_paquet(reunion, place):
        return None, frozenset()
    ecartes = ecartes_de_la_seance(reunion, pour) if reunion.comite.examine_des_dossiers else frozenset()
    if not ecartes:
        return reunion.paquet, ecartes
    exemplaires = reunion.exemplaires.filter(paquet=reunion.paquet, ecartes=sorted(ecartes))
    exemplaire = exemplaires.select_related("fichier").first()
    return (exemplaire.fichier if exemplaire else None), ecartes


def items_lisibles(reunion: Reunion, place: Place) -> QuerySet[ItemCompteRendu]:
    """Items of the minutes that this place may read."""
    return (
        reunion.items.filter(audience__in=AUDIENCES[place])
        .select_related("point")
        .prefetch_related("perimetres")
        .order_by("ordre", "pk")
    )


def _decisions_lisibles(reunion: Reunion, place: Place, tenus: RolesTenus) -> QuerySet[DecisionReunion]:
    """To decide: from the convocation; decided: once the minutes are out. One's own duties always show."""
    toutes = reunion.decisions.select_related("responsable", "reunion__comite__contrat").order_by("ordre", "pk")
    if place == Place.ANIMATEUR:
        return toutes
    siennes = Q(responsable__in=_organismes(tenus), nature=DecisionReunion.Nature.DECIDEE)
    if place == Place.MEMBRE and reunion.etat != EtatReunion.PREVUE:
        return toutes
    if place == Place.INVITE and reunion.etat == EtatReunion.RENDUE:
        return toutes
    return toutes.filter(siennes)


def _organismes(tenus: RolesTenus) -> frozenset[int]:
    return frozenset(h.organisme_id for h in tenus.habilitations)


def decisions_prises(contrat: Contrat, *, pour: Auteur) -> QuerySet[DecisionReunion]:
    """Decisions taken in the contract that the reader may follow: those of its committees, and its own duties.

    A member reads them from the session on, a guest once the minutes are sent.
    """
    tenus = roles(pour, contrat)
    prises = DecisionReunion.objects.filter(
        reunion__comite__contrat=contrat, nature=DecisionReunion.Nature.DECIDEE, reunion__etat__in=REUNION_TENUE
    ).select_related("responsable", "reunion__comite__contrat", "reunion__commune")
    if tenus.pilote:
        return prises
    return prises.filter(
        Q(reunion__comite__in=sieges(contrat, tenus))
        | Q(reunion__comite__in=sieges(contrat, tenus, invite=True), reunion__etat=EtatReunion.RENDUE)
        | Q(responsable__in=_organismes(tenus))
    )


def decisions_suivies(contrat: Contrat, *, pour: Auteur, le: date) -> list[DecisionSuivie]:
    """The same, late first, then by date due."""
    prises = decisions_prises(contrat, pour=pour)
    suivies = _suivies(prises, le)
    return sorted(
        suivies,
        key=lambda s: (
            not s.en_retard,
            s.decision.execution in EXECUTION_FINIE,
            s.decision.echeance or date.max,
            -s.decision.reunion.le.toordinal(),
            s.decision.ordre,
        ),
    )


def _suivies(decisions: Iterable[DecisionReunion], le: date) -> list[DecisionSuivie]:
    return [DecisionSuivie(d, est_en_retard(d, le)) for d in decisions]


def est_en_retard(decision: DecisionReunion, le: date) -> bool:
    """Taken, due before `le`, neither done nor given up."""
    return (
        decision.nature == DecisionReunion.Nature.DECIDEE
        and decision.echeance is not None
        and decision.echeance < le
        and decision.execution not in EXECUTION_FINIE
    )


def decisions_en_retard(contrat: Contrat, *, le: date) -> QuerySet[DecisionReunion]:
    """The same rule, in the database."""
    return (
        DecisionReunion.objects.filter(
            reunion__comite__contrat=contrat,
            reunion__etat__in=REUNION_TENUE,
            nature=DecisionReunion.Nature.DECIDEE,
            echeance__lt=le,
        )
        .exclude(execution__in=EXECUTION_FINIE)
        .select_related("responsable", "reunion__comite__contrat")
    )


def extraits(contrat: Contrat, perimetre: Perimetre, *, pour: Auteur) -> list[ExtraitReunion]:
    """What the minutes sent say of one perimeter, latest meeting first, within what the reader may read."""
    tenus = roles(pour, contrat)
    reunions = (
        reunions_visibles(contrat, pour=pour)
        .filter(etat=EtatReunion.RENDUE, items__perimetres=perimetre)
        .distinct()
        .order_by("-le")
        .prefetch_related(
            "comite__membres",
            Prefetch(
                "items",
                ItemCompteRendu.objects.filter(perimetres=perimetre).select_related("point").order_by("ordre", "pk"),
                to_attr="du_perimetre",
            ),
        )
    )
    lus = []
    for reunion in reunions:
        audiences = AUDIENCES[place_dans(tenus, reunion.comite)]
        items = tuple(item for item in reunion.du_perimetre if item.audience in audiences)
        if items:
            lus.append(ExtraitReunion(reunion, items))
    return lus


def perimetres_cites(contrat: Contrat, *, pour: Auteur) -> QuerySet[Perimetre]:
    """Perimeters that minutes of visible meetings speak of."""
    reunions = reunions_visibles(contrat, pour=pour).filter(etat=EtatReunion.RENDUE)
    cites = ItemCompteRendu.perimetres.through.objects.filter(itemcompterendu__reunion__in=reunions.values("pk"))
    return Perimetre.objects.filter(pk__in=cites.values("perimetre")).order_by("nom")


def destinataires(reunion: Reunion, *, le: date) -> list[Destinataire]:
    """Who is written to about a meeting, each address once: the people of the seats, or the seat's own address.

    Somebody limited to other communes than the meeting's is left out. Where files are examined, a porteur's
    account is no seat.
    """
    comite = Comite.objects.select_related("contrat").prefetch_related("membres__organisme").get(pk=reunion.comite_id)
    trouves: dict[str, Destinataire] = {}
    personnes = _personnes(comite.contrat, le)
    tenus_par = {personne: _tenus(habilitations) for personne, habilitations in personnes.items()}
    for personne, habilitations in personnes.items():
        siege = _siege(comite, tenus_par[personne])
        if siege == Place.AUCUNE or not _concernee(habilitations, reunion):
            continue
        trouves.setdefault(
            personne.email,
            Destinataire(f"u{personne.pk}", personne.email, str(personne), _nom_d_organisme(habilitations), siege),
        )
    for membre in comite.membres.all():
        if membre.courriel:
            place = Place.INVITE if membre.invite else Place.MEMBRE
            trouves.setdefault(
                membre.courriel.lower(),
                Destinataire(f"m{membre.pk}", membre.courriel, "", membre.organisme.nom, place),
            )
    return sorted(trouves.values(), key=lambda d: (d.place != Place.MEMBRE, d.organisme, d.nom))


def sieges_sans_adresse(reunion: Reunion, *, le: date) -> list[MembreComite]:
    """Seats to which no e-mail can go: nobody has an account there, and no address is given."""
    comite = Comite.objects.select_related("contrat").prefetch_related("membres").get(pk=reunion.comite_id)
    atteints = {
        h.organisme_id
        for habilitations in _personnes(comite.contrat, le).values()
        if _siege(comite, _tenus(habilitations)) != Place.AUCUNE
        for h in habilitations
    }
    membres = reunion.comite.membres.select_related("organisme").order_by("organisme__nom")
    return [m for m in membres if not m.courriel and m.organisme_id not in atteints]


def _personnes(contrat: Contrat, le: date) -> dict[Utilisateur, list[Habilitation]]:
    actives = (
        Habilitation.objects.actives(le)
        .filter(contrat=contrat, utilisateur__is_active=True)
        .select_related("utilisateur", "organisme")
        .prefetch_related("communes", "perimetres", "orientations")
        .order_by("utilisateur__email", "pk")
    )
    personnes: dict[Utilisateur, list[Habilitation]] = defaultdict(list)
    for habilitation in actives:
        personnes[habilitation.utilisateur].append(habilitation)
    return personnes


def _tenus(habilitations: list[Habilitation]) -> RolesTenus:
    return RolesTenus(tuple(RoleTenu(Role(h.role), h.organisme_id, limites_de(h)) for h in habilitations))


def _siege(comite: Comite, tenus: RolesTenus) -> Place:
    """The seat of a person; the team that runs the meeting is written to like its members."""
    place = place_dans(tenus, comite)
    return Place.MEMBRE if place == Place.ANIMATEUR else place


def _concernee(habilitations: list[Habilitation], reunion: Reunion) -> bool:
    if reunion.commune_id is None:
        return True
    limites = [{c.pk for c in h.communes.all()} for h in habilitations]
    return any(not communes or reunion.commune_id in communes for communes in limites)


def _nom_d_organisme(habilitations: list[Habilitation]) -> str:
    return habilitations[0].organisme.nom
