"""Yearly statements on a commitment: stating, the chef de projet's visa beside it, proof files."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import Fichier, LigneJournal
from commun.permissions import verifier
from commun.televersement import controler

from ..etats import EtatEngagement, EtatRevue, EtatVisa, EvenementSortant
from ..models import Engagement, PointAvancement, RevueEngagements
from ..permissions import organismes_responsables, peut_declarer, peut_viser
from .engagements import au_nom_du_responsable, erreurs_des_champs, verifier_revision, verrouiller_engagement
from .evenements import annoncer

PREUVES_AU_PLUS = 20


@transaction.atomic
def declarer_avancement(
    engagement: Engagement,
    *,
    annee: int,
    etat: str,
    commentaire: str = "",
    valeur_atteinte: Decimal | None = None,
    euros_droit_commun: Decimal | None = None,
    euros_specifiques: Decimal | None = None,
    document: str = "",
    motif: str = "",
    revision: int | None = None,
    par: Auteur,
    le: datetime,
) -> PointAvancement:
    """State where a commitment stands for `annee`; a new statement replaces the former, kept in the journal.

    A chef de projet who states *pour le compte de* names the `document` that it read, and never writes over what the
    signatory said itself; the signatory who states the same confirms it. Once the year's review is closed, a `motif` is asked of everybody. `revision` is that of the
    statement the author read, 0 when there was none; None skips the check.
    """
    engagement = verrouiller_engagement(engagement)
    verifier(peut_declarer(par, engagement))
    _verifier_annee(engagement, annee, le)
    auteur = au_nom_du_responsable(par, engagement)
    point = PointAvancement.objects.select_for_update(of=("self",)).filter(engagement=engagement, annee=annee).first()
    if revision is not None and revision != (point.revision if point else 0):
        verifier_revision(point or PointAvancement(revision=0), revision)
    _verifier_pour_le_compte_de(engagement, point, auteur, document)
    if not motif.strip() and _revue_close(engagement, annee):
        raise RegleEnfreinte(
            f"La revue des engagements {annee} est close : dites pourquoi la déclaration change.",
            champ="motif",
            code="revue_close",
        )
    champs = {
        "etat": etat,
        "commentaire": commentaire.strip(),
        "valeur_atteinte": valeur_atteinte,
        "euros_droit_commun": euros_droit_commun,
        "euros_specifiques": euros_specifiques,
    }
    if etat not in EtatEngagement:
        raise RegleEnfreinte("Choisissez un des sept états.", champ="etat", code="etat")
    avant = {nom: _clair(getattr(point, nom)) for nom in champs} if point else {}
    apres = {nom: _clair(valeur) for nom, valeur in champs.items()}
    identique = point is not None and avant == apres
    de_l_equipe = point is not None and declaration_de_l_equipe(engagement, annee)
    if point is not None and identique and (auteur.pour_le_compte_de is not None or not de_l_equipe):
        return point
    if point is None:
        point = PointAvancement(engagement=engagement, annee=annee)
    else:
        point.revision += 1
        if not identique:
            # What the chef de projet had seen is no longer what is said; its remark stays beside.
            point.visa = EtatVisa.NON_VU
    for nom, valeur in champs.items():
        setattr(point, nom, valeur)
    for erreur in erreurs_des_champs(PointAvancement, point, champs):
        raise erreur
    point.declare_le, point.declare_par, point.canal = le, auteur.utilisateur, auteur.canal
    with contraintes_en_francais(), transaction.atomic():
        point.save()
    inscrire(
        engagement,
        acte="declarer_avancement",
        libelle=f"Avancement {annee} {'confirmé' if identique else 'déclaré'} : {EtatEngagement(etat).label.lower()}",
        par=auteur,
        le=le,
        motif=" ".join(
            x for x in (motif.strip(), f"Document lu : {document.strip()}." if document.strip() else "") if x
        ),
        avant={"annee": annee} | avant if avant else {},
        apres={"annee": annee} | apres,
    )
    return point


@transaction.atomic
def viser(
    point: PointAvancement,
    *,
    visa: str,
    remarque: str | None = None,
    revision: int | None = None,
    par: Auteur,
    le: datetime,
) -> PointAvancement:
    """Mark a statement as seen or to be completed; the statement itself is untouched. None keeps the remark."""
    engagement = verrouiller_engagement(point.engagement)
    point = PointAvancement.objects.select_for_update(of=("self",)).get(pk=point.pk)
    point.engagement = engagement
    verifier(peut_viser(par, point))
    verifier_revision(point, revision)
    if visa not in (EtatVisa.VU, EtatVisa.A_COMPLETER):
        raise RegleEnfreinte("Choisissez « Vu » ou « À compléter ».", champ="visa", code="visa")
    remarque = point.remarque if remarque is None else remarque.strip()
    if visa == EtatVisa.A_COMPLETER and not remarque:
        raise RegleEnfreinte(
            "Dites au signataire ce qui manque : la remarque lui sera montrée.", champ="remarque", code="remarque"
        )
    avant = {"annee": point.annee, "visa": point.visa, "remarque": point.remarque}
    point.visa, point.remarque = visa, remarque
    apres = {"annee": point.annee, "visa": point.visa, "remarque": point.remarque}
    if avant == apres:
        return point
    point.save(update_fields=["visa", "remarque", "modifie_le"])
    inscrire(
        engagement,
        acte="viser",
        libelle=f"Déclaration {point.annee} : {EtatVisa(visa).label.lower()}",
        par=par,
        le=le,
        avant=avant,
        apres=apres,
    )
    annoncer(
        EvenementSortant.POINT_VU,
        engagement.contrat,
        donnees={
            "engagement": str(engagement.pk),
            "engagement_identifiant_externe": engagement.identifiant_externe,
            "annee": point.annee,
            "visa": point.visa,
        },
        le=le,
        organismes=organismes_responsables(engagement.organisme, engagement.signataire),
    )
    return point


@transaction.atomic
def joindre_preuve(point: PointAvancement, *, nom: str, contenu: bytes, par: Auteur, le: datetime) -> Fichier:
    """Join a proof file to a statement, once checked: extension, content, size. The same content is joined once."""
    engagement = verrouiller_engagement(point.engagement)
    verifier(peut_declarer(par, engagement))
    piece = controler(nom, contenu, champ="preuves")
    if deja := point.preuves.filter(sha256=piece.sha256).first():
        return deja
    if point.preuves.count() >= PREUVES_AU_PLUS:
        raise RegleEnfreinte(
            f"Une déclaration porte {PREUVES_AU_PLUS} preuves au plus : retirez-en une.",
            champ="preuves",
            code="preuves",
        )
    fichier = ranger(contenu, nom=piece.nom, type_mime=piece.type_mime, depose_par=par.utilisateur)
    point.preuves.add(fichier)
    point.save(update_fields=["modifie_le"])
    _noter_la_preuve(engagement, point, fichier, "joindre_preuve", "Preuve jointe", par, le)
    return fichier


@transaction.atomic
def retirer_preuve(point: PointAvancement, fichier: Fichier, *, par: Auteur, le: datetime) -> None:
    """Take a proof away from a statement; the journal keeps its name and its fingerprint."""
    engagement = verrouiller_engagement(point.engagement)
    verifier(peut_declarer(par, engagement))
    if point.preuves.filter(pk=fichier.pk).exists():
        point.preuves.remove(fichier)
        point.save(update_fields=["modifie_le"])
        _noter_la_preuve(engagement, point, fichier, "retirer_preuve", "Preuve retirée", par, le)


def declaration_de_l_equipe(engagement: Engagement, annee: int) -> bool:
    """True when the year's statement was last written *pour le compte de* its signatory."""
    lignes = LigneJournal.objects.de(engagement).filter(acte="declarer_avancement", apres__annee=annee)
    derniere = lignes.last()
    return derniere is not None and derniere.pour_le_compte_de_id is not None


def _verifier_annee(engagement: Engagement, annee: int, le: datetime) -> None:
    if annee not in engagement.contrat.annees:
        raise RegleEnfreinte(
            f"L’année {annee} n’est pas dans le contrat ({engagement.contrat.debut}–{engagement.contrat.fin}).",
            champ="annee",
            code="annee_hors_contrat",
        )
    if annee > timezone.localdate(le).year:
        raise RegleEnfreinte(f"L’année {annee} n’est pas commencée.", champ="annee", code="annee_a_venir")


def _verifier_pour_le_compte_de(
    engagement: Engagement, point: PointAvancement | None, auteur: Auteur, document: str
) -> None:
    if auteur.pour_le_compte_de is None:
        return
    if not document.strip():
        raise RegleEnfreinte(
            f"Vous déclarez pour le compte de {auteur.pour_le_compte_de} : indiquez le document lu.",
            champ="document",
            code="document_manquant",
        )
    if point is not None and not declaration_de_l_equipe(engagement, point.annee):
        raise RegleEnfreinte(
            f"{auteur.pour_le_compte_de} a déclaré lui-même cet avancement : marquez-le « à compléter » et écrivez une "
            "remarque, il le corrigera.",
            code="declaration_du_signataire",
        )


def _revue_close(engagement: Engagement, annee: int) -> bool:
    return RevueEngagements.objects.filter(contrat=engagement.contrat_id, annee=annee, etat=EtatRevue.CLOSE).exists()


def _clair(valeur: Any) -> Any:
    """A value as the journal keeps it; amounts lose the zeros that only their storage adds."""
    if isinstance(valeur, Decimal):
        return f"{valeur.normalize():f}"
    return str(valeur) if valeur is not None else None


def _noter_la_preuve(
    engagement: Engagement, point: PointAvancement, fichier: Fichier, acte: str, libelle: str, par: Auteur, le: datetime
) -> None:
    inscrire(
        engagement,
        acte=acte,
        libelle=f"{libelle} ({point.annee}) : {fichier.nom}",
        par=au_nom_du_responsable(par, engagement),
        le=le,
        apres={"annee": point.annee, "nom": fichier.nom, "sha256": fichier.sha256, "octets": fichier.octets},
    )
