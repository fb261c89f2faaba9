"""Meetings: put on the calendar, called, changed, called off, held, reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from geographie.models import Commune

from ...creneaux import actions_sans_point_d_etape
from ...etats import EtatReunion
from ...lectures.instances import destinataires
from ...models import Comite, DecisionReunion, Reunion, TypeComite
from ...permissions import peut_reunir
from .courriels import ecrire_a_tous
from .seance import dit, verifier_a_venir, verrouiller

MOTIF_MINIMUM = 10  # characters of the reason that overrides E-02


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
    inscrire(reunion, acte="prevoir", libelle="Réunion prévue", par=par, le=le, apres=dit(reunion, _CHAMPS_REUNION))
    return reunion


@transaction.atomic
def modifier_reunion(reunion: Reunion, fiche: FicheDeReunion, *, par: Auteur, le: datetime) -> Reunion:
    """Change date, time, place or subject. Those already called receive the change, once per version."""
    reunion = verrouiller(reunion, par)
    verifier(peut_reunir(par, reunion.comite, fiche.commune.pk if fiche.commune else None))
    verifier_a_venir(reunion)
    _verifier_fiche(reunion.comite, fiche)
    avant = dit(reunion, _CHAMPS_REUNION)
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
        apres=dit(reunion, _CHAMPS_REUNION),
    )
    if previens:
        ecrire_a_tous(reunion, "modification", par=par, le=le)
    return reunion


@transaction.atomic
def convoquer(reunion: Reunion, *, par: Auteur, le: datetime) -> Reunion:
    """Call the meeting: members and guests receive it with its calendar file, each once."""
    reunion = verrouiller(reunion, par)
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
    ecrire_a_tous(reunion, "convocation", par=par, le=le)
    return reunion


@transaction.atomic
def annuler(reunion: Reunion, *, motif: str, par: Auteur, le: datetime) -> Reunion:
    """Call a meeting off; those who were called are told, and their diaries corrected."""
    reunion = verrouiller(reunion, par)
    etait_convoquee = reunion.etat == EtatReunion.CONVOQUEE
    if etait_convoquee and not motif.strip():
        raise RegleEnfreinte("Dites pourquoi : les personnes convoquées le liront.", champ="motif", code="motif")
    reunion.changer_etat("annuler", par=par, le=le, motif=motif, champs={"version": reunion.version + 1})
    if etait_convoquee:
        ecrire_a_tous(reunion, "annulation", par=par, le=le, motif=motif)
    return reunion


@transaction.atomic
def tenir(reunion: Reunion, *, par: Auteur, le: datetime, derogation: str = "") -> Reunion:
    """Close the session. A strategic COPIL first needs the progress entry of each reinforced action (E-02).

    Without them it closes only with a reason of ten characters at least, kept in the journal.
    """
    reunion = verrouiller(reunion, par)
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
    reunion = verrouiller(reunion, par)
    reunion.verifier_transition("rendre_compte")
    if not reunion.items.exists() and not reunion.decisions.exists():
        raise RegleEnfreinte("Le compte rendu est vide : écrivez au moins un point ou une décision.", code="cr_vide")
    if reunion.decisions.filter(nature=DecisionReunion.Nature.A_DECIDER).exists():
        raise RegleEnfreinte(
            "Des points restent « à décider » : dites s’ils ont été décidés ou ajournés.", code="decisions_ouvertes"
        )
    reunion.changer_etat("rendre_compte", par=par, le=le, champs={"rendue_le": le})
    ecrire_a_tous(reunion, "compte_rendu", par=par, le=le)
    return reunion


def _verifier_fiche(comite: Comite, fiche: FicheDeReunion) -> None:
    if fiche.commune is not None and not comite.contrat.communes.filter(pk=fiche.commune.pk).exists():
        raise RegleEnfreinte("Cette commune n’est pas dans ce contrat.", champ="commune", code="hors_contrat")
    if comite.par_commune and fiche.commune is None:
        raise RegleEnfreinte("Ce comité se réunit par commune : choisissez-la.", champ="commune", code="commune")
    if fiche.fin is not None and fiche.debut is None:
        raise RegleEnfreinte("Donnez l’heure de début.", champ="debut", code="debut")
