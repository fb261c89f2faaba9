"""The yearly review: calling on signatories, reminding them, sending the draft, receiving remarks, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from acteurs.models import Organisme, Utilisateur
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire, inscrire_lot, preparer
from commun.permissions import verifier
from commun.travaux import planifier

from ..etats import REUNION_A_VENIR, EtatRevue
from ..lectures.revue import destinataires
from ..models import (
    Contrat,
    Engagement,
    PointAvancement,
    RemarqueRevue,
    Reunion,
    RevueEngagements,
    Sollicitation,
    TypeComite,
)
from ..notifications import courriel_de_revue, courriel_de_sollicitation, courriel_de_suite, envoyer
from ..permissions import peut_animer_la_revue, peut_remarquer
from ..regles import RELANCE_AVANT

COMITES_PRECEDES_D_UNE_RELANCE = (TypeComite.COTECH, TypeComite.COPIL)
LONGUEUR_REMARQUE = 5000


def sans_reponse(annee: int) -> Q:
    """The commitments without a statement for `annee`."""
    return ~Q(Exists(PointAvancement.objects.filter(engagement=OuterRef("pk"), annee=annee)))


@transaction.atomic
def solliciter(contrat: Contrat, *, annee: int, organisme: Organisme, par: Auteur, le: datetime) -> list[Sollicitation]:
    """Call on one organisation for the statements of `annee` that it has not given, and plan one e-mail for all.

    What was already called on or answered is left as it is; an empty list means that nothing was left to ask.
    """
    verifier(peut_animer_la_revue(par, contrat))
    _verifier_annee(contrat, annee, le)
    attendus = (
        _de_l_organisme(contrat, organisme)
        .filter(sans_reponse(annee))
        .exclude(sollicitations__annee=annee)
        .select_for_update(of=("self",), no_key=True)
    )
    jour = timezone.localdate(le)
    sollicitations = [Sollicitation(engagement=e, annee=annee, faite_le=jour) for e in attendus]
    if not sollicitations:
        return []
    with contraintes_en_francais(), transaction.atomic():
        Sollicitation.objects.bulk_create(sollicitations)
    inscrire_lot(
        [
            preparer(
                s.engagement,
                acte="solliciter",
                libelle=f"{organisme} sollicité pour l’avancement {annee}",
                par=par,
                le=le,
                apres={"annee": annee},
            )
            for s in sollicitations
        ],
        nouveaux=False,
    )
    _ecrire_a(
        organisme, Courriel.SOLLICITATION, cible=contrat, parametres={"annee": annee}, fois=le.isoformat(), par=par
    )
    return sollicitations


def reunions_a_preparer(le: date) -> QuerySet[Reunion]:
    """The COTECH and COPIL to come before which a reminder is due on `le`."""
    return (
        Reunion.objects.filter(
            comite__type__in=COMITES_PRECEDES_D_UNE_RELANCE,
            etat__in=REUNION_A_VENIR,
            le__gt=le,
            le__lte=le + RELANCE_AVANT,
        )
        .select_related("comite__contrat")
        .order_by("le", "pk")
    )


@transaction.atomic
def relancer(reunion: Reunion, *, par: Auteur, le: datetime) -> int:
    """Plan a reminder to each organisation called on that has not answered, once per meeting. Returns how many.

    A commitment called on or reminded of since the reminders of this meeting became due waits for the next one.
    """
    contrat = reunion.comite.contrat
    verifier(peut_animer_la_revue(par, contrat))
    jour = timezone.localdate(le)
    debut = reunion.le - RELANCE_AVANT
    repondu = PointAvancement.objects.filter(engagement=OuterRef("engagement"), annee=OuterRef("annee"))
    dues = (
        Sollicitation.objects.select_for_update(of=("self",))
        .filter(~Exists(repondu), engagement__contrat=contrat, engagement__retire_le__isnull=True)
        .filter(Q(relancee_le__isnull=True, faite_le__lt=debut) | Q(relancee_le__lt=debut))
        .select_related("engagement__organisme", "engagement__signataire__organisme")
    )
    par_organisme: dict[int, list[Sollicitation]] = {}
    responsables: dict[int, Organisme] = {}
    for sollicitation in dues:
        responsable = sollicitation.engagement.responsable
        if responsable is not None:
            responsables[responsable.pk] = responsable
            par_organisme.setdefault(responsable.pk, []).append(sollicitation)
    for organisme, siennes in par_organisme.items():
        Sollicitation.objects.filter(pk__in=[s.pk for s in siennes]).update(relancee_le=jour)
        _ecrire_a(
            responsables[organisme],
            Courriel.RELANCE,
            cible=contrat,
            parametres={"reunion": reunion.pk, "sollicitations": [s.pk for s in siennes]},
            fois=f"reunion-{reunion.pk}",
            par=par,
        )
    return len(par_organisme)


@transaction.atomic
def ouvrir_revue(
    contrat: Contrat, *, annee: int, reunion: Reunion | None = None, par: Auteur, le: datetime
) -> RevueEngagements:
    """Open the year's review, for a COPIL when it is already in the calendar."""
    verifier(peut_animer_la_revue(par, contrat))
    _verifier_annee(contrat, annee, le)
    if reunion is not None and reunion.comite.contrat_id != contrat.pk:
        raise RegleEnfreinte("Cette réunion n’est pas dans ce contrat.", champ="reunion", code="hors_contrat")
    revue = RevueEngagements(contrat=contrat, annee=annee, reunion=reunion)
    with contraintes_en_francais(), transaction.atomic():
        revue.save(force_insert=True)
    inscrire(
        revue,
        acte="ouvrir_revue",
        libelle=f"Revue des engagements {annee} ouverte",
        par=par,
        le=le,
        apres={"reunion": str(reunion) if reunion else None},
    )
    return revue


@transaction.atomic
def envoyer_revue(revue: RevueEngagements, *, remarques_avant_le: date, par: Auteur, le: datetime) -> RevueEngagements:
    """Send the draft review to every signatory with commitments, and say until when remarks are received."""
    revue = _verrouiller(revue)
    verifier(peut_animer_la_revue(par, revue.contrat))
    revue.verifier_transition("envoyer")
    if remarques_avant_le <= timezone.localdate(le):
        raise RegleEnfreinte(
            "Laissez du temps aux signataires : choisissez une date à venir.",
            champ="remarques_avant_le",
            code="date_passee",
        )
    revue.changer_etat("envoyer", par=par, le=le, champs={"envoyee_le": le, "remarques_avant_le": remarques_avant_le})
    for organisme in organismes_concernes(revue.contrat):
        _ecrire_a(
            organisme,
            Courriel.REVUE,
            cible=revue.contrat,
            parametres={"revue": revue.pk},
            fois=f"revue-{revue.pk}-{le.isoformat()}",
            par=par,
        )
    return revue


@transaction.atomic
def remarquer(
    revue: RevueEngagements,
    *,
    organisme: Organisme,
    texte: str,
    engagement: Engagement | None = None,
    par: Auteur,
    le: datetime,
) -> RemarqueRevue:
    """Say what an organisation thinks of the draft review, on the whole or on one commitment, until the date given."""
    revue = _verrouiller(revue)
    verifier(peut_remarquer(par, revue.contrat, organisme))
    texte = _texte(texte, "votre remarque")
    if revue.etat != EtatRevue.ENVOYEE or revue.remarques_avant_le is None:
        raise RegleEnfreinte("La revue ne reçoit pas de remarques en ce moment.", code="revue_fermee")
    if timezone.localdate(le) > revue.remarques_avant_le:
        raise RegleEnfreinte(
            f"Les remarques étaient reçues jusqu’au {revue.remarques_avant_le:%d/%m/%Y}.", code="remarques_closes"
        )
    if engagement is not None and engagement.contrat_id != revue.contrat_id:
        raise RegleEnfreinte("Cet engagement n’est pas dans ce contrat.", champ="engagement", code="hors_contrat")
    auteur = par.au_nom_de(organisme)
    remarque = RemarqueRevue.objects.create(
        revue=revue, engagement=engagement, organisme=organisme, texte=texte, faite_le=le, faite_par=par.utilisateur
    )
    inscrire(
        revue,
        acte="remarquer",
        libelle=f"Remarque de {organisme}" + (f" sur {engagement.reference}" if engagement else ""),
        par=auteur,
        le=le,
        apres={"texte": texte, "engagement": engagement.reference if engagement else None},
    )
    return remarque


@transaction.atomic
def donner_suite(remarque: RemarqueRevue, *, texte: str, par: Auteur, le: datetime) -> RemarqueRevue:
    """Answer a remark, or correct the answer, even once the review is closed; its organisation is told by e-mail."""
    remarque = (
        RemarqueRevue.objects.select_for_update(of=("self",))
        .select_related("revue__contrat", "organisme", "engagement")
        .get(pk=remarque.pk)
    )
    contrat = remarque.revue.contrat
    verifier(peut_animer_la_revue(par, contrat))
    texte = _texte(texte, "la suite donnée")
    if texte == remarque.suite:
        return remarque
    avant = remarque.suite
    remarque.suite, remarque.suite_le, remarque.suite_par = texte, le, par.utilisateur
    with contraintes_en_francais(), transaction.atomic():
        remarque.save(update_fields=["suite", "suite_le", "suite_par"])
    inscrire(
        remarque.revue,
        acte="donner_suite",
        libelle=f"Suite donnée à la remarque de {remarque.organisme}",
        par=par,
        le=le,
        avant={"suite": avant},
        apres={"suite": texte, "remarque": remarque.pk},
    )
    _ecrire_a(
        remarque.organisme,
        Courriel.SUITE,
        cible=contrat,
        parametres={"remarque": remarque.pk, "suite_le": le.isoformat()},
        fois=f"remarque-{remarque.pk}-{le.isoformat()}",
        par=par,
    )
    return remarque


@transaction.atomic
def clore_revue(revue: RevueEngagements, *, par: Auteur, le: datetime) -> RevueEngagements:
    """Close the review: from now on, changing a statement of that year takes a reason."""
    revue = _verrouiller(revue)
    verifier(peut_animer_la_revue(par, revue.contrat))
    revue.changer_etat("clore", par=par, le=le, champs={"close_le": le})
    return revue


@transaction.atomic
def rouvrir_revue(revue: RevueEngagements, *, motif: str, par: Auteur, le: datetime) -> RevueEngagements:
    """Open a closed review again, and say why."""
    revue = _verrouiller(revue)
    verifier(peut_animer_la_revue(par, revue.contrat))
    if not motif.strip():
        raise RegleEnfreinte("Dites pourquoi la revue est rouverte.", champ="motif", code="motif")
    revue.changer_etat("rouvrir", par=par, le=le, motif=motif.strip(), champs={"close_le": None})
    return revue


def expedier_courriel(contrat: Contrat, parametres: Mapping[str, Any], *, le: date) -> bool:
    """Send one e-mail to one correspondent, as things stand now; False when it has nothing more to say to that person.

    An account closed since, an answer given since: nothing leaves.
    """
    personne = Utilisateur.objects.filter(pk=parametres["utilisateur"], is_active=True).first()
    organisme = Organisme.objects.get(pk=parametres["organisme"])
    if personne is None or personne not in destinataires(contrat, [organisme.pk]).get(organisme.pk, []):
        return False
    courriel = Courriel(parametres["courriel"])
    if courriel is Courriel.SUITE:
        remarque = RemarqueRevue.objects.select_related("revue__contrat", "organisme", "engagement").get(
            pk=parametres["remarque"]
        )
        # Corrected since: the e-mail of the correction says it.
        if remarque.suite_le != datetime.fromisoformat(parametres["suite_le"]):
            return False
        envoyer(courriel_de_suite(remarque, personne))
        return True
    if courriel is Courriel.REVUE:
        revue = RevueEngagements.objects.select_related("contrat", "reunion").get(pk=parametres["revue"])
        if revue.etat != EtatRevue.ENVOYEE:
            return False
        envoyer(courriel_de_revue(revue, organisme, personne, le=le))
        return True
    appels = Sollicitation.objects.filter(
        engagement__in=_de_l_organisme(contrat, organisme).values("pk"), engagement__retire_le__isnull=True
    )
    if courriel is Courriel.RELANCE:
        appels, reunion = (
            appels.filter(pk__in=parametres["sollicitations"]),
            Reunion.objects.get(pk=parametres["reunion"]),
        )
    else:
        appels, reunion = appels.filter(annee=parametres["annee"]), None
    repondu = PointAvancement.objects.filter(engagement=OuterRef("engagement"), annee=OuterRef("annee"))
    attendus = list(appels.filter(~Exists(repondu)).select_related("engagement"))
    if not attendus:
        return False
    ordre = Engagement.objects.filter(pk__in=[a.engagement_id for a in attendus]).dans_l_ordre()
    rangs = {pk: rang for rang, pk in enumerate(ordre.values_list("pk", flat=True))}
    attendus.sort(key=lambda appel: (appel.annee, rangs[appel.engagement_id]))
    envoyer(courriel_de_sollicitation(contrat, organisme, personne, attendus, reunion=reunion, le=le))
    return True


def organismes_concernes(contrat: Contrat) -> list[Organisme]:
    """The organisations that answer for at least one commitment, by name."""
    engagements = Engagement.objects.filter(contrat=contrat)
    directs = Q(pk__in=engagements.values("organisme"))
    au_titre = Q(pk__in=engagements.filter(organisme__isnull=True).values("signataire__organisme"))
    return list(Organisme.objects.filter(directs | au_titre).order_by("recherche"))


class Courriel(StrEnum):
    """What signatories are written."""

    SOLLICITATION = "sollicitation"
    RELANCE = "relance"
    REVUE = "revue"
    SUITE = "suite"


def _ecrire_a(
    organisme: Organisme, courriel: Courriel, *, cible: Contrat, parametres: dict[str, Any], fois: str, par: Auteur
) -> None:
    """Plan one e-mail per correspondent of an organisation; each leaves once, whatever happens to the others."""
    for personne in destinataires(cible, [organisme.pk]).get(organisme.pk, []):
        planifier(
            "contrats.ecrire_au_signataire",
            cible=cible,
            parametres={
                "courriel": courriel.value,
                "organisme": organisme.pk,
                "utilisateur": personne.pk,
                **parametres,
            },
            cle=f"contrats.{courriel.value}:{cible.pk}:{organisme.pk}:{personne.pk}:{fois}",
            par=par,
        )


def _de_l_organisme(contrat: Contrat, organisme: Organisme) -> QuerySet[Engagement]:
    """The commitments that this organisation answers for."""
    repond = Q(organisme=organisme) | Q(organisme__isnull=True, signataire__organisme=organisme)
    return Engagement.objects.filter(repond, contrat=contrat).order_by("pk")


def _texte(texte: str, quoi: str) -> str:
    """What is said in free words. Raises `RegleEnfreinte` when it is empty, too long or no text."""
    texte = texte.strip()
    if not texte or "\x00" in texte or len(texte) > LONGUEUR_REMARQUE:
        raise RegleEnfreinte(f"Écrivez {quoi}, en {LONGUEUR_REMARQUE} caractères au plus.", champ="texte", code="texte")
    return texte


def _verrouiller(revue: RevueEngagements) -> RevueEngagements:
    return RevueEngagements.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=revue.pk)


def _verifier_annee(contrat: Contrat, annee: int, le: datetime) -> None:
    if annee not in contrat.annees or annee > timezone.localdate(le).year:
        raise RegleEnfreinte(
            f"Choisissez une année du contrat déjà commencée : {annee} ne l’est pas.", champ="annee", code="annee"
        )
