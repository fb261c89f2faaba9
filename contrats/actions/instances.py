"""What is done around committees: drawing them, calling, preparing and holding meetings, following what they decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Model
from django.utils import timezone

from acteurs.models import Organisme, Utilisateur
from commun.auteur import Auteur, Canal, systeme
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import EtatTravail, Fichier, Travail
from commun.permissions import verifier
from commun.travaux import Suivi, planifier
from geographie.models import Commune, Perimetre

from .. import notifications
from ..creneaux import actions_sans_point_d_etape
from ..etats import REUNION_A_VENIR, EtatReunion, Role
from ..lectures.instances import (
    Destinataire,
    decisions_en_retard,
    destinataires,
    est_en_retard,
    frequences,
    lit_le_paquet,
)
from ..lectures.modeles_comites import ModeleComite, composition, declinaisons
from ..models import (
    AbonnementCalendrier,
    AppelExterne,
    Comite,
    Contrat,
    DecisionReunion,
    Habilitation,
    ItemCompteRendu,
    MembreComite,
    Orientation,
    PointOrdreDuJour,
    Presence,
    Reunion,
    TypeComite,
)
from ..models.calendrier import empreinte_de_calendrier, jeton_de_calendrier
from ..notifications import envoyer
from ..permissions import peut_animer, peut_conduire, peut_reunir, peut_suivre
from ..rapports.paquet import rediger_paquet

ENVOYER = "contrats.envoyer_courriel_de_reunion"
PRODUIRE_PAQUET = "contrats.produire_paquet"
RAPPEL_REUNION_JOURS = 7
MOTIF_MINIMUM = 10  # characters of the reason that overrides E-02


# --- Committees ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FicheDeComite:
    """What is said of a committee when it is drawn or changed."""

    type: str
    nom: str
    mission: str = ""
    valide_programmation: bool = False
    valide_sip: bool = False
    valide_tfpb: bool = False
    reunions_par_an: int | None = None
    par_commune: bool = False
    orientation: Orientation | None = None


_CHAMPS_COMITE = (
    "type",
    "nom",
    "mission",
    "valide_programmation",
    "valide_sip",
    "valide_tfpb",
    "reunions_par_an",
    "par_commune",
    "orientation",
)


@transaction.atomic
def adopter_modele(contrat: Contrat, modele: ModeleComite, *, par: Auteur, le: datetime) -> list[Comite]:
    """Create what the contract has not yet of a preset, with its usual members; again, it creates nothing."""
    verifier(peut_animer(par, contrat))
    Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)
    membres = composition(modele, contrat)
    crees = []
    for nom, orientation in declinaisons(modele, contrat):
        fiche = FicheDeComite(
            type=modele.type,
            nom=nom,
            mission=modele.mission,
            valide_programmation=modele.valide_programmation,
            valide_sip=modele.valide_sip,
            valide_tfpb=modele.valide_tfpb,
            reunions_par_an=modele.reunions_par_an,
            par_commune=modele.par_commune,
            orientation=orientation,
        )
        comite = _creer_comite(contrat, fiche, source=modele.source, par=par, le=le)
        MembreComite.objects.bulk_create(MembreComite(comite=comite, organisme=o) for o in membres)
        crees.append(comite)
    return crees


@transaction.atomic
def creer_comite(contrat: Contrat, fiche: FicheDeComite, *, par: Auteur, le: datetime) -> Comite:
    """Draw a committee of one's own."""
    verifier(peut_animer(par, contrat))
    return _creer_comite(contrat, fiche, source="", par=par, le=le)


def _creer_comite(contrat: Contrat, fiche: FicheDeComite, *, source: str, par: Auteur, le: datetime) -> Comite:
    _verifier_orientation(contrat, fiche.orientation)
    comite = Comite(contrat=contrat, source=source, **{nom: getattr(fiche, nom) for nom in _CHAMPS_COMITE})
    with contraintes_en_francais(), transaction.atomic():
        comite.save(force_insert=True)
    inscrire(comite, acte="creer_comite", libelle="Comité créé", par=par, le=le, apres=_dit(comite, _CHAMPS_COMITE))
    return comite


@transaction.atomic
def modifier_comite(comite: Comite, fiche: FicheDeComite, *, par: Auteur, le: datetime) -> Comite:
    """Change what a committee is, what it validates and how often it meets."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=comite.pk)
    verifier(peut_animer(par, comite.contrat))
    _verifier_orientation(comite.contrat, fiche.orientation)
    avant = _dit(comite, _CHAMPS_COMITE)
    for nom in _CHAMPS_COMITE:
        setattr(comite, nom, getattr(fiche, nom))
    with contraintes_en_francais(), transaction.atomic():
        comite.save(update_fields=_CHAMPS_COMITE)
    inscrire(
        comite,
        acte="modifier_comite",
        libelle="Comité modifié",
        par=par,
        le=le,
        avant=avant,
        apres=_dit(comite, _CHAMPS_COMITE),
    )
    return comite


@transaction.atomic
def faire_sieger(
    comite: Comite, organisme: Organisme, *, invite: bool, par: Auteur, le: datetime, courriel: str = ""
) -> MembreComite:
    """Seat or invite an organisation; one that already sits changes its place and address."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=comite.pk)
    verifier(peut_animer(par, comite.contrat))
    membre, nouveau = MembreComite.objects.get_or_create(
        comite=comite, organisme=organisme, defaults={"invite": invite, "courriel": courriel}
    )
    if not nouveau:
        membre.invite, membre.courriel = invite, courriel
        membre.save(update_fields=["invite", "courriel"])
    inscrire(
        comite,
        acte="faire_sieger",
        libelle="Organisme invité" if invite else "Organisme membre",
        par=par,
        le=le,
        apres={"organisme": str(organisme)},
    )
    return membre


@transaction.atomic
def retirer_membre(membre: MembreComite, *, par: Auteur, le: datetime) -> None:
    """End a seat; the attendance of past meetings keeps its name."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=membre.comite_id)
    verifier(peut_animer(par, comite.contrat))
    organisme = str(membre.organisme)
    membre.delete()
    inscrire(comite, acte="retirer_membre", libelle="Organisme retiré", par=par, le=le, avant={"organisme": organisme})


def _verifier_orientation(contrat: Contrat, orientation: Orientation | None) -> None:
    if orientation is not None and orientation.contrat_id != contrat.pk:
        raise RegleEnfreinte("Cette orientation n’est pas dans ce contrat.", champ="orientation", code="hors_contrat")


# --- Meetings --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FicheDeReunion:
    """When and where a meeting is held, and about what."""

    le: date
    debut: time | None = None
    fin: time | None = None
    lieu: str = ""
    objet: str = ""
    commune: Commune | None = None


_CHAMPS_REUNION = ("le", "debut", "fin", "lieu", "objet", "commune")
# A change in one of these is written to those who were called.
_CHAMPS_CONVOQUES = ("le", "debut", "fin", "lieu")


@transaction.atomic
def prevoir_reunion(comite: Comite, fiche: FicheDeReunion, *, par: Auteur, le: datetime) -> Reunion:
    """Put a meeting on the calendar; nobody is written to yet."""
    verifier(peut_reunir(par, comite, fiche.commune.pk if fiche.commune else None))
    _verifier_fiche(comite, fiche)
    reunion = Reunion(comite=comite, **{nom: getattr(fiche, nom) for nom in _CHAMPS_REUNION})
    with contraintes_en_francais(), transaction.atomic():
        reunion.save(force_insert=True)
    inscrire(reunion, acte="prevoir", libelle="Réunion prévue", par=par, le=le, apres=_dit(reunion, _CHAMPS_REUNION))
    return reunion


@transaction.atomic
def modifier_reunion(reunion: Reunion, fiche: FicheDeReunion, *, par: Auteur, le: datetime) -> Reunion:
    """Change date, time, place or subject. Those already called receive the change, once per version."""
    reunion = _verrouiller(reunion, par)
    verifier(peut_reunir(par, reunion.comite, fiche.commune.pk if fiche.commune else None))
    _verifier_a_venir(reunion)
    _verifier_fiche(reunion.comite, fiche)
    avant = _dit(reunion, _CHAMPS_REUNION)
    change = any(getattr(reunion, nom) != getattr(fiche, nom) for nom in _CHAMPS_CONVOQUES)
    for nom in _CHAMPS_REUNION:
        setattr(reunion, nom, getattr(fiche, nom))
    previens = change and reunion.etat == EtatReunion.CONVOQUEE
    if previens:
        reunion.version += 1
    with contraintes_en_francais(), transaction.atomic():
        reunion.save(update_fields=[*_CHAMPS_REUNION, "version", "modifie_le"])
    inscrire(
        reunion,
        acte="modifier",
        libelle="Réunion modifiée",
        par=par,
        le=le,
        avant=avant,
        apres=_dit(reunion, _CHAMPS_REUNION),
    )
    if previens:
        _ecrire_a_tous(reunion, "modification", par=par, le=le)
    return reunion


@transaction.atomic
def convoquer(reunion: Reunion, *, par: Auteur, le: datetime) -> Reunion:
    """Call the meeting: members and guests receive it with its calendar file, each once."""
    reunion = _verrouiller(reunion, par)
    reunion.verifier_transition("convoquer")
    if reunion.le < timezone.localdate(le):
        raise RegleEnfreinte("Cette date est passée : changez-la avant de convoquer.", code="date_passee")
    if not reunion.ordre_du_jour.exists():
        raise RegleEnfreinte("Inscrivez au moins un point à l’ordre du jour avant de convoquer.", code="odj_vide")
    if not destinataires(reunion, le=timezone.localdate(le)):
        raise RegleEnfreinte(
            "Personne ne recevrait la convocation : ajoutez des membres au comité.", code="sans_destinataire"
        )
    reunion.changer_etat("convoquer", par=par, le=le, champs={"convoquee_le": le})
    _ecrire_a_tous(reunion, "convocation", par=par, le=le)
    return reunion


@transaction.atomic
def annuler(reunion: Reunion, *, motif: str, par: Auteur, le: datetime) -> Reunion:
    """Call a meeting off; those who were called are told, and their diaries corrected."""
    reunion = _verrouiller(reunion, par)
    etait_convoquee = reunion.etat == EtatReunion.CONVOQUEE
    if etait_convoquee and not motif.strip():
        raise RegleEnfreinte("Dites pourquoi : les personnes convoquées le liront.", champ="motif", code="motif")
    reunion.changer_etat("annuler", par=par, le=le, motif=motif, champs={"version": reunion.version + 1})
    if etait_convoquee:
        _ecrire_a_tous(reunion, "annulation", par=par, le=le, motif=motif)
    return reunion


@transaction.atomic
def tenir(reunion: Reunion, *, par: Auteur, le: datetime, derogation: str = "") -> Reunion:
    """Close the session. A strategic COPIL first needs the progress entry of each reinforced action (E-02).

    Without them it closes only with a reason of ten characters at least, kept in the journal.
    """
    reunion = _verrouiller(reunion, par)
    reunion.verifier_transition("tenir")
    if reunion.le > timezone.localdate(le):
        raise RegleEnfreinte("La réunion n’a pas encore eu lieu.", code="pas_encore")
    manques = points_d_etape_manquants(reunion)
    if manques and len(derogation.strip()) < MOTIF_MINIMUM:
        raise RegleEnfreinte(
            "Le point d’étape manque pour : "
            + " ; ".join(manques)
            + ". Saisissez-le, ou écrivez pourquoi la séance se clôt sans lui (E-02).",
            champ="derogation",
            code="point_d_etape_manquant",
        )
    reunion.changer_etat("tenir", par=par, le=le, motif=derogation.strip() if manques else "")
    return reunion


def points_d_etape_manquants(reunion: Reunion) -> list[str]:
    """Reinforced actions without a progress entry for this meeting; only a COPIL is asked for them."""
    if reunion.comite.type != TypeComite.COPIL:
        return []
    return actions_sans_point_d_etape(reunion)


@transaction.atomic
def rendre_compte(reunion: Reunion, *, par: Auteur, le: datetime) -> Reunion:
    """Send the minutes: each member and guest receives the items of its audience. They do not change any more."""
    reunion = _verrouiller(reunion, par)
    reunion.verifier_transition("rendre_compte")
    if not reunion.items.exists() and not reunion.decisions.exists():
        raise RegleEnfreinte("Le compte rendu est vide : écrivez au moins un point ou une décision.", code="cr_vide")
    if reunion.decisions.filter(nature=DecisionReunion.Nature.A_DECIDER).exists():
        raise RegleEnfreinte(
            "Des points restent « à décider » : dites s’ils ont été décidés ou ajournés.", code="decisions_ouvertes"
        )
    reunion.changer_etat("rendre_compte", par=par, le=le, champs={"rendue_le": le})
    _ecrire_a_tous(reunion, "compte_rendu", par=par, le=le)
    return reunion


def _verifier_fiche(comite: Comite, fiche: FicheDeReunion) -> None:
    if fiche.commune is not None and not comite.contrat.communes.filter(pk=fiche.commune.pk).exists():
        raise RegleEnfreinte("Cette commune n’est pas dans ce contrat.", champ="commune", code="hors_contrat")
    if comite.par_commune and fiche.commune is None:
        raise RegleEnfreinte("Ce comité se réunit par commune : choisissez-la.", champ="commune", code="commune")
    if fiche.fin is not None and fiche.debut is None:
        raise RegleEnfreinte("Donnez l’heure de début.", champ="debut", code="debut")


# --- Agenda ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def inscrire_point(
    reunion: Reunion,
    *,
    titre: str,
    par: Auteur,
    le: datetime,
    texte: str = "",
    rapporteur: Organisme | None = None,
    minutes: int | None = None,
    piece: Fichier | None = None,
) -> PointOrdreDuJour:
    """Add a point at the end of the agenda."""
    reunion = _verrouiller(reunion, par)
    _verifier_a_venir(reunion)
    point = PointOrdreDuJour.objects.create(
        reunion=reunion,
        ordre=_suivant(reunion.ordre_du_jour.aggregate(m=Max("ordre"))["m"]),
        titre=titre,
        texte=texte,
        rapporteur=rapporteur,
        minutes=minutes,
        piece=piece,
    )
    inscrire(reunion, acte="inscrire_point", libelle="Point inscrit", par=par, le=le, apres={"titre": titre})
    return point


@transaction.atomic
def modifier_point(
    point: PointOrdreDuJour,
    *,
    titre: str,
    par: Auteur,
    le: datetime,
    texte: str = "",
    rapporteur: Organisme | None = None,
    minutes: int | None = None,
    piece: Fichier | None = None,
) -> PointOrdreDuJour:
    """Change a point; `piece` None keeps the paper it has."""
    reunion = _verrouiller(point.reunion, par)
    _verifier_a_venir(reunion)
    avant = {"titre": point.titre}
    point.titre, point.texte, point.rapporteur, point.minutes = titre, texte, rapporteur, minutes
    if piece is not None:
        point.piece = piece
    point.save(update_fields=["titre", "texte", "rapporteur", "minutes", "piece"])
    inscrire(
        reunion,
        acte="modifier_point",
        libelle="Point modifié",
        par=par,
        le=le,
        avant=avant,
        apres={"titre": titre, "piece": point.piece.nom if point.piece else ""},
    )
    return point


@transaction.atomic
def deplacer_point(point: PointOrdreDuJour, *, vers_le_haut: bool, par: Auteur, le: datetime) -> None:
    """Swap a point with its neighbour; the first does not go up, the last does not go down."""
    reunion = _verrouiller(point.reunion, par)
    _verifier_a_venir(reunion)
    points = list(reunion.ordre_du_jour.order_by("ordre"))
    rang = next(i for i, p in enumerate(points) if p.pk == point.pk)
    autre = rang - 1 if vers_le_haut else rang + 1
    if not 0 <= autre < len(points):
        return
    points[rang], points[autre] = points[autre], points[rang]
    _renumeroter(points)
    inscrire(reunion, acte="deplacer_point", libelle="Point déplacé", par=par, le=le, apres={"titre": point.titre})


@transaction.atomic
def retirer_point(point: PointOrdreDuJour, *, par: Auteur, le: datetime) -> None:
    """Take a point off the agenda."""
    reunion = _verrouiller(point.reunion, par)
    _verifier_a_venir(reunion)
    titre = point.titre
    point.delete()
    _renumeroter(list(reunion.ordre_du_jour.order_by("ordre")))
    inscrire(reunion, acte="retirer_point", libelle="Point retiré", par=par, le=le, avant={"titre": titre})


def deposer_piece(contenu: bytes, *, nom: str, type_mime: str, par: Auteur) -> Fichier:
    """Keep the paper of a point of the agenda."""
    return ranger(contenu, nom=nom, type_mime=type_mime, depose_par=par.utilisateur)


def _renumeroter(points: list[PointOrdreDuJour]) -> None:
    """Ranks 1 to n in this order. Moved aside first: two points never hold one rank, even for an instant."""
    PointOrdreDuJour.objects.filter(pk__in=[p.pk for p in points]).update(ordre=F("ordre") + 1000)
    for rang, point in enumerate(points, start=1):
        PointOrdreDuJour.objects.filter(pk=point.pk).update(ordre=rang)


# --- Attendance, minutes ---------------------------------------------------------------------------------------------
@transaction.atomic
def noter_presences(
    reunion: Reunion, presences: Mapping[int, tuple[str, int | None]], *, par: Auteur, le: datetime
) -> None:
    """Say who came: by organisation, its status and to whom it gave its proxy. An empty status forgets the line.

    A proxy goes from an absent or excused member to a member that is present.
    """
    reunion = _verrouiller(reunion, par)
    if reunion.etat not in (EtatReunion.CONVOQUEE, EtatReunion.TENUE, EtatReunion.PREVUE):
        raise RegleEnfreinte("Les présences ne changent plus après l’envoi du compte rendu.", code="reunion_close")
    membres = {m.organisme_id: m for m in reunion.comite.membres.select_related("organisme")}
    presents = {numero for numero, (statut, _) in presences.items() if statut == Presence.Statut.PRESENT}
    for numero, (statut, pouvoir_a) in presences.items():
        if numero not in membres:
            raise RegleEnfreinte("Un organisme noté ne siège pas dans ce comité.", code="hors_comite")
        if pouvoir_a is None:
            continue
        if statut == Presence.Statut.PRESENT or not statut:
            raise RegleEnfreinte(
                f"{membres[numero].organisme} : un pouvoir se donne quand on est excusé ou absent.", code="pouvoir"
            )
        if pouvoir_a not in presents or membres[pouvoir_a].invite or membres[numero].invite:
            raise RegleEnfreinte(
                f"{membres[numero].organisme} : un pouvoir va d’un membre à un membre présent.", code="pouvoir"
            )
    for numero, (statut, pouvoir_a) in presences.items():
        if statut:
            Presence.objects.update_or_create(
                reunion=reunion, organisme_id=numero, defaults={"statut": statut, "pouvoir_a_id": pouvoir_a}
            )
        else:
            Presence.objects.filter(reunion=reunion, organisme_id=numero).delete()
    inscrire(
        reunion,
        acte="noter_presences",
        libelle="Présences notées",
        par=par,
        le=le,
        apres={"presents": len(presents), "notes": sum(1 for statut, _ in presences.values() if statut)},
    )


@transaction.atomic
def ecrire_item(
    reunion: Reunion,
    *,
    texte: str,
    audience: str,
    par: Auteur,
    le: datetime,
    point: PointOrdreDuJour | None = None,
    perimetres: Iterable[Perimetre] = (),
    item: ItemCompteRendu | None = None,
) -> ItemCompteRendu:
    """Write an item of the minutes, new or not, tagged by place and by who may read it."""
    reunion = _verrouiller(reunion, par)
    _verifier_compte_rendu_ouvert(reunion)
    perimetres = list(perimetres)
    du_contrat = set(reunion.comite.contrat.perimetres.values_list("perimetre", flat=True))
    if any(p.pk not in du_contrat for p in perimetres):
        raise RegleEnfreinte("Un périmètre choisi n’est pas dans ce contrat.", champ="perimetres", code="hors_contrat")
    if item is None:
        item = ItemCompteRendu(reunion=reunion, ordre=_suivant(reunion.items.aggregate(m=Max("ordre"))["m"]))
    item.texte, item.audience, item.point = texte, audience, point
    item.save()
    item.perimetres.set(perimetres)
    inscrire(
        reunion,
        acte="ecrire_item",
        libelle="Compte rendu rédigé",
        par=par,
        le=le,
        apres={"item": item.pk, "audience": audience, "perimetres": [p.nom for p in perimetres]},
    )
    return item


@transaction.atomic
def retirer_item(item: ItemCompteRendu, *, par: Auteur, le: datetime) -> None:
    """Take an item off minutes that are not sent yet."""
    reunion = _verrouiller(item.reunion, par)
    _verifier_compte_rendu_ouvert(reunion)
    texte = item.texte[:120]
    item.delete()
    inscrire(
        reunion, acte="retirer_item", libelle="Point du compte rendu retiré", par=par, le=le, avant={"texte": texte}
    )


def _verifier_compte_rendu_ouvert(reunion: Reunion) -> None:
    if reunion.etat not in (EtatReunion.CONVOQUEE, EtatReunion.TENUE):
        raise RegleEnfreinte("Le compte rendu s’écrit de la convocation jusqu’à son envoi.", code="compte_rendu_ferme")


# --- Decisions -------------------------------------------------------------------------------------------------------
@transaction.atomic
def inscrire_decision(
    reunion: Reunion,
    *,
    texte: str,
    par: Auteur,
    le: datetime,
    nature: str = DecisionReunion.Nature.A_DECIDER,
    responsable: Organisme | None = None,
    echeance: date | None = None,
    decision: DecisionReunion | None = None,
) -> DecisionReunion:
    """Write what is to decide, or what was decided or put off; a decision taken starts its execution."""
    reunion = _verrouiller(reunion, par)
    if reunion.etat in (EtatReunion.RENDUE, EtatReunion.ANNULEE):
        raise RegleEnfreinte("Les décisions ne changent plus après l’envoi du compte rendu.", code="reunion_close")
    if nature != DecisionReunion.Nature.A_DECIDER and not _a_eu_lieu(reunion, le):
        raise RegleEnfreinte(
            "Rien n’est décidé avant la réunion : laissez « à décider ».", champ="nature", code="pas_encore"
        )
    nouvelle = decision is None
    if decision is None:
        decision = DecisionReunion(reunion=reunion, ordre=_suivant(reunion.decisions.aggregate(m=Max("ordre"))["m"]))
    avant = {} if nouvelle else {"nature": decision.nature, "texte": decision.texte}
    decision.texte, decision.nature, decision.responsable, decision.echeance = texte, nature, responsable, echeance
    if nature != DecisionReunion.Nature.DECIDEE:
        decision.execution = ""
    elif not decision.execution:
        decision.execution = DecisionReunion.Execution.A_FAIRE
    with contraintes_en_francais(), transaction.atomic():
        decision.save()
    inscrire(
        reunion,
        acte="inscrire_decision",
        libelle="Décision inscrite" if nouvelle else "Décision modifiée",
        par=par,
        le=le,
        avant=avant,
        apres={"decision": decision.pk, "nature": nature, "texte": texte},
    )
    return decision


@transaction.atomic
def suivre_decision(
    decision: DecisionReunion, *, execution: str, suite: str, par: Auteur, le: datetime
) -> DecisionReunion:
    """Say where a decision taken stands; giving it up needs a word of explanation."""
    decision = (
        DecisionReunion.objects.select_for_update(of=("self",))
        .select_related("reunion__comite__contrat")
        .get(pk=decision.pk)
    )
    verifier(peut_suivre(par, decision))
    if decision.nature != DecisionReunion.Nature.DECIDEE:
        raise RegleEnfreinte("Seule une décision prise a un état d’exécution.", code="non_decidee")
    if execution == DecisionReunion.Execution.ABANDONNEE and not suite.strip():
        raise RegleEnfreinte("Dites pourquoi la décision est abandonnée.", champ="suite", code="motif")
    # The journal of a meeting holds those of its decisions: its row is what serialises their lines.
    reunion = Reunion.objects.select_for_update(of=("self",)).select_related("comite").get(pk=decision.reunion_id)
    avant = {"execution": decision.execution, "suite": decision.suite_donnee}
    decision.execution, decision.suite_donnee = execution, suite
    decision.save(update_fields=["execution", "suite_donnee"])
    inscrire(
        reunion,
        acte="suivre_decision",
        libelle="Suite d’une décision",
        par=par,
        le=le,
        motif=decision.texte[:200],
        avant=avant,
        apres={"decision": decision.pk, "execution": execution, "suite": suite},
    )
    return decision


def _a_eu_lieu(reunion: Reunion, le: datetime) -> bool:
    return reunion.tenue or reunion.le <= timezone.localdate(le)


# --- Packet ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def demander_paquet(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Ask for the packet of the meeting; one already being made is returned."""
    reunion = _verrouiller(reunion, par)
    if reunion.etat == EtatReunion.ANNULEE:
        raise RegleEnfreinte("Une réunion annulée n’a pas de dossier de séance.", code="reunion_annulee")
    en_cours = travail_du_paquet(reunion)
    if en_cours is not None and en_cours.etat in (EtatTravail.A_FAIRE, EtatTravail.EN_COURS):
        return en_cours
    travail = planifier(PRODUIRE_PAQUET, cible=reunion, par=par)
    inscrire(reunion, acte="demander_paquet", libelle="Dossier de séance demandé", par=par, le=le)
    return travail


def travail_du_paquet(reunion: Reunion) -> Travail | None:
    """The latest making of the packet."""
    travaux = Travail.objects.filter(nom=PRODUIRE_PAQUET, cible_type=reunion._meta.label_lower, cible_id=reunion.pk)
    return travaux.order_by("-cree_le").first()


def produire_paquet(reunion: Reunion, suivi: Suivi, *, le: datetime) -> Fichier:
    """Make the PDF of the session from what the meeting holds now; it replaces the former one."""
    suivi.etape(1, 2, "Lecture de la séance")
    octets, pages = rediger_paquet(reunion, le=le)
    suivi.etape(2, 2, "Dépôt du document")
    with transaction.atomic():
        suivi.verifier()
        reunion = Reunion.objects.select_for_update(of=("self",)).select_related("comite__contrat").get(pk=reunion.pk)
        nom = f"dossier-de-seance-{reunion.comite.contrat.slug}-{reunion.le:%Y-%m-%d}-{reunion.pk}.pdf"
        fichier = ranger(octets, nom=nom, type_mime="application/pdf", depose_par=suivi.travail.demande_par)
        reunion.paquet = fichier
        reunion.save(update_fields=["paquet"])
        inscrire(
            reunion,
            acte="produire_paquet",
            libelle="Dossier de séance produit",
            par=Auteur(utilisateur=suivi.travail.demande_par, canal=Canal.TACHE),
            le=le,
            apres={"sha256": fichier.sha256, "pages": pages},
        )
    return fichier


# --- E-mails ---------------------------------------------------------------------------------------------------------
def _ecrire_a_tous(reunion: Reunion, sujet: str, *, par: Auteur, le: datetime, motif: str = "") -> None:
    """One job row per person: a refused address stops nobody else, and asking twice writes once."""
    for destinataire in destinataires(reunion, le=timezone.localdate(le)):
        _planifier_courriel(reunion, sujet, destinataire.cle, par=par, version=reunion.version, motif=motif)


def _planifier_courriel(
    cible: Model, sujet: str, destinataire: str, *, par: Auteur | None, version: Any, motif: str = ""
) -> None:
    planifier(
        ENVOYER,
        cible=cible,
        parametres={"sujet": sujet, "destinataire": destinataire, "version": version, "motif": motif},
        cle=f"{ENVOYER}:{sujet}:{cible.pk}:{version}:{destinataire}",
        par=par,
    )


def courriels_refuses(reunion: Reunion) -> list[str]:
    """Names of those whose e-mail about this meeting could not leave: to be told in another way."""
    echecs = Travail.objects.filter(
        nom=ENVOYER, cible_type=reunion._meta.label_lower, cible_id=reunion.pk, etat=EtatTravail.ECHEC
    )
    cles = {travail.parametres["destinataire"] for travail in echecs}
    personnes = Utilisateur.objects.filter(pk__in=[c[1:] for c in cles if c.startswith("u")])
    sieges = MembreComite.objects.filter(pk__in=[c[1:] for c in cles if c.startswith("m")]).select_related("organisme")
    return sorted([str(personne) for personne in personnes] + [str(siege.organisme) for siege in sieges])


def expedier(travail: Travail, *, le: datetime) -> bool:
    """Send one e-mail; False when its cause or its reader is gone since it was planned."""
    assert travail.cible_id is not None  # `_planifier_courriel` names its target
    sujet, cle = travail.parametres["sujet"], travail.parametres["destinataire"]
    if sujet == "rappel_decision":
        return _expedier_rappel_de_decision(travail.cible_id, cle, le)
    if sujet == "rappel_frequence":
        return _expedier_rappel_de_frequence(travail.cible_id, cle, le)
    reunion = Reunion.objects.select_related("comite__contrat", "commune", "paquet").get(pk=travail.cible_id)
    attendu = {
        "convocation": (EtatReunion.CONVOQUEE,),
        "modification": (EtatReunion.CONVOQUEE,),
        "rappel": (EtatReunion.CONVOQUEE,),
        "annulation": (EtatReunion.ANNULEE,),
        "compte_rendu": (EtatReunion.RENDUE,),
    }[sujet]
    if reunion.etat not in attendu or reunion.version != travail.parametres["version"]:
        return False
    destinataire = _destinataire(reunion, cle, le)
    if destinataire is None:
        return False
    envoyer(
        notifications.courriel_de_reunion(
            reunion,
            destinataire,
            sujet,
            motif=travail.parametres["motif"],
            avec_paquet=reunion.paquet is not None and lit_le_paquet(reunion, destinataire.place),
        )
    )
    return True


def _destinataire(reunion: Reunion, cle: str, le: datetime) -> Destinataire | None:
    return next((d for d in destinataires(reunion, le=timezone.localdate(le)) if d.cle == cle), None)


def _expedier_rappel_de_decision(pk: int, cle: str, le: datetime) -> bool:
    decision = DecisionReunion.objects.select_related("reunion__comite__contrat", "responsable").get(pk=pk)
    personne = Utilisateur.objects.filter(pk=cle.removeprefix("u"), is_active=True).first()
    if personne is None or not est_en_retard(decision, timezone.localdate(le)):
        return False
    envoyer(notifications.courriel_de_decision(decision, personne))
    return True


def _expedier_rappel_de_frequence(pk: int, cle: str, le: datetime) -> bool:
    comite = Comite.objects.select_related("contrat").get(pk=pk)
    personne = Utilisateur.objects.filter(pk=cle.removeprefix("u"), is_active=True).first()
    phrases = [
        s.phrase
        for s in frequences(comite.contrat, le=timezone.localdate(le))
        if s.comite.pk == comite.pk and s.en_retard
    ]
    if personne is None or not phrases:
        return False
    envoyer(notifications.courriel_de_frequence(comite, phrases, personne))
    return True


# --- Every day -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Rappels:
    """How many reminders a day's round has planned; those planned before are not planned again."""

    reunions: int
    decisions: int
    frequences: int


def rappeler(le: datetime) -> Rappels:
    """Plan the reminders due: meetings within a week, decisions overdue, committees behind. Each of them once."""
    jour = timezone.localdate(le)
    avant = Travail.objects.filter(nom=ENVOYER)
    comptes = []
    for planification in (_rappeler_les_reunions, _rappeler_les_decisions, _rappeler_les_frequences):
        connus = avant.count()
        planification(jour)
        comptes.append(avant.count() - connus)
    return Rappels(*comptes)


@transaction.atomic
def _rappeler_les_reunions(jour: date) -> None:
    """One week before; a meeting called later than that needs no reminder."""
    reunions = Reunion.objects.filter(
        etat=EtatReunion.CONVOQUEE,
        le__gt=jour,
        le__lte=jour + timedelta(days=RAPPEL_REUNION_JOURS),
    ).select_related("comite__contrat")
    for reunion in reunions:
        assert reunion.convoquee_le is not None
        if (reunion.le - timezone.localdate(reunion.convoquee_le)).days <= RAPPEL_REUNION_JOURS:
            continue
        for destinataire in destinataires(reunion, le=jour):
            _planifier_courriel(reunion, "rappel", destinataire.cle, par=systeme(Canal.TACHE), version=reunion.version)


@transaction.atomic
def _rappeler_les_decisions(jour: date) -> None:
    """To the people of the organisation in charge; to the chefs de projet when it has nobody."""
    for contrat in Contrat.objects.all():
        for decision in decisions_en_retard(contrat, le=jour):
            actives = Habilitation.objects.actives(jour).filter(contrat=contrat, utilisateur__is_active=True)
            responsables = actives.filter(organisme=decision.responsable_id).exclude(role=Role.PORTEUR)
            avertis = responsables if responsables.exists() else actives.filter(role=Role.CHEF_DE_PROJET)
            for numero in sorted(set(avertis.values_list("utilisateur", flat=True))):
                _planifier_courriel(decision, "rappel_decision", f"u{numero}", par=None, version=str(decision.echeance))


@transaction.atomic
def _rappeler_les_frequences(jour: date) -> None:
    """To the chefs de projet, once per committee and year."""
    for contrat in Contrat.objects.all():
        en_retard = {s.comite.pk: s.comite for s in frequences(contrat, le=jour) if s.en_retard}
        chefs = set(
            Habilitation.objects.actives(jour)
            .filter(contrat=contrat, role=Role.CHEF_DE_PROJET, utilisateur__is_active=True)
            .values_list("utilisateur", flat=True)
        )
        for comite in en_retard.values():
            for numero in sorted(chefs):
                _planifier_courriel(comite, "rappel_frequence", f"u{numero}", par=None, version=jour.year)


# --- A person's own calendar -----------------------------------------------------------------------------------------
@transaction.atomic
def ouvrir_calendrier(*, par: Auteur, le: datetime) -> str:
    """Give the person a new private address, and close the former one. Returns the secret, shown this once."""
    personne = Utilisateur.objects.select_for_update(of=("self",)).get(pk=par.utilisateur.pk)
    AbonnementCalendrier.objects.ouverts().filter(utilisateur=personne).update(revoque_le=le)
    jeton = jeton_de_calendrier()
    abonnement = AbonnementCalendrier.objects.create(
        utilisateur=personne, jeton_sha256=empreinte_de_calendrier(jeton), ouvert_le=le
    )
    inscrire(abonnement, acte="ouvrir_calendrier", libelle="Adresse de calendrier créée", par=par, le=le)
    return jeton


@transaction.atomic
def fermer_calendrier(*, par: Auteur, le: datetime) -> bool:
    """Revoke the person's private address; False when it has none."""
    abonnement = (
        AbonnementCalendrier.objects.ouverts()
        .select_for_update(of=("self",))
        .filter(utilisateur=par.utilisateur)
        .first()
    )
    if abonnement is None:
        return False
    abonnement.revoque_le = le
    abonnement.save(update_fields=["revoque_le"])
    inscrire(abonnement, acte="fermer_calendrier", libelle="Adresse de calendrier révoquée", par=par, le=le)
    return True


# --- Other funders' calls --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FicheAppel:
    """A call of another funder as the team notes it for the shared calendar."""

    nom: str
    organisme: Organisme | None = None
    periode: str = ""
    ouvre_le: date | None = None
    ferme_le: date | None = None
    note: str = ""


_CHAMPS_APPEL = ("nom", "organisme", "periode", "ouvre_le", "ferme_le", "note")


@transaction.atomic
def enregistrer_appel(
    contrat: Contrat, fiche: FicheAppel, *, par: Auteur, le: datetime, appel: AppelExterne | None = None
) -> AppelExterne:
    """Put another funder's call on the calendar, or change it."""
    verifier(peut_animer(par, contrat))
    nouveau = appel is None
    if appel is None:
        appel = AppelExterne(contrat=contrat)
    else:
        appel = AppelExterne.objects.select_for_update(of=("self",)).get(pk=appel.pk, contrat=contrat)
    avant = {} if nouveau else _dit(appel, _CHAMPS_APPEL)
    for nom in _CHAMPS_APPEL:
        setattr(appel, nom, getattr(fiche, nom))
    with contraintes_en_francais(), transaction.atomic():
        appel.save()
    inscrire(
        appel,
        acte="enregistrer_appel",
        libelle="Appel inscrit" if nouveau else "Appel modifié",
        par=par,
        le=le,
        avant=avant,
        apres=_dit(appel, _CHAMPS_APPEL),
    )
    return appel


@transaction.atomic
def retirer_appel(appel: AppelExterne, *, par: Auteur, le: datetime) -> None:
    """Take a call off the calendar."""
    appel = AppelExterne.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=appel.pk)
    verifier(peut_animer(par, appel.contrat))
    inscrire(appel, acte="retirer_appel", libelle="Appel retiré", par=par, le=le, avant=_dit(appel, _CHAMPS_APPEL))
    appel.delete()


# --- Common ----------------------------------------------------------------------------------------------------------
def _verrouiller(reunion: Reunion, par: Auteur) -> Reunion:
    """The meeting's row, locked, once it is known that the author runs it."""
    reunion = (
        Reunion.objects.select_for_update(of=("self",))
        .select_related("comite__contrat", "comite__orientation", "commune")
        .get(pk=reunion.pk)
    )
    verifier(peut_conduire(par, reunion))
    return reunion


def _verifier_a_venir(reunion: Reunion) -> None:
    if reunion.etat not in REUNION_A_VENIR:
        raise RegleEnfreinte("La réunion n’est plus à venir : elle ne se prépare plus.", code="reunion_passee")


def _suivant(dernier: int | None) -> int:
    return (dernier or 0) + 1


def _dit(objet: Model, champs: Iterable[str]) -> dict[str, Any]:
    """Fields as the journal keeps them."""
    valeurs = {nom: getattr(objet, nom) for nom in champs}
    return {n: v if v is None or isinstance(v, bool | int | str) else str(v) for n, v in valeurs.items()}
