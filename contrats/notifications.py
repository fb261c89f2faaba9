"""What leaves the house about a contract: the e-mails of an invitation, of a meeting and of its reminders."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import date
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Organisme, Utilisateur
from commun.erreurs import RegleEnfreinte
from commun.ical import Methode, calendrier

from .etats import Role
from .lectures.calendrier import evenement_de_reunion
from .lectures.instances import Destinataire, items_lisibles
from .lectures.revue import Filtres, compter, de_l_annee, filtrer
from .models import (
    CleDuContrat,
    Comite,
    Contrat,
    DecisionReunion,
    Inscription,
    Invitation,
    RemarqueRevue,
    Reunion,
    RevueEngagements,
    Sollicitation,
)
from .regles import CE_QUE_VOIT, Completude, limite_de_reponse


class CourrielNonParti(Exception):
    """The mail server did not take the e-mail, this time; the job tries again."""


def envoyer(courriel: EmailMultiAlternatives) -> None:
    """Send, and let no address reach the logs: the errors of a mail server quote them.

    Raises `RegleEnfreinte` when the address is refused, which no other attempt would change.
    """
    try:
        courriel.send()
    except smtplib.SMTPRecipientsRefused:
        raise RegleEnfreinte("Le serveur de courrier refuse cette adresse.", code="adresse_refusee") from None
    except smtplib.SMTPException as erreur:
        raise CourrielNonParti(type(erreur).__name__) from None


def courriel_d_invitation(invitation: Invitation, jeton: str) -> EmailMultiAlternatives:
    """The e-mail that carries the only copy of `jeton`, in plain text and in HTML without any outside asset."""
    installation = settings.INSTALLATION
    contexte: dict[str, Any] = {
        "invitation": invitation,
        "contrat": invitation.contrat,
        "organisme": invitation.organisme,
        "role": invitation.get_role_display(),
        "ce_que_voit": CE_QUE_VOIT[Role(invitation.role)],
        "invite_par": invitation.invite_par,
        "expire_le": timezone.localtime(invitation.expire_le),
        "lien": installation["adresse"] + reverse("contrats:invitation", args=[jeton]),
        "a_un_compte": Utilisateur.objects.filter(email=invitation.email).exists(),
        "installation": installation,
    }
    sujet = " ".join(render_to_string("courriels/invitation_sujet.txt", contexte).split())
    courriel = EmailMultiAlternatives(
        subject=sujet, body=render_to_string("courriels/invitation.txt", contexte), to=[invitation.email]
    )
    courriel.attach_alternative(render_to_string("courriels/invitation.html", contexte), "text/html")
    return courriel


def courriel_d_inscription(inscription: Inscription, jeton: str) -> EmailMultiAlternatives:
    """The e-mail that carries the only copy of the link by which a person confirms its address."""
    contexte = _contexte_d_inscription(inscription) | {"lien": _adresse("contrats:confirmer_inscription", jeton)}
    return composer("inscription", contexte, inscription.email)


def courriel_de_refus(inscription: Inscription) -> EmailMultiAlternatives:
    """Why a request to join was refused."""
    contexte = _contexte_d_inscription(inscription) | {"lien": _adresse("contrats:inscription_liste")}
    return composer("inscription_refusee", contexte, inscription.email)


def courriel_a_l_equipe(inscription: Inscription, personne: Utilisateur) -> EmailMultiAlternatives:
    """A request to join awaits the team."""
    lien = _adresse("contrats:inscription_a_trancher", inscription.contrat.slug, inscription.pk)
    return composer("inscription_equipe", _contexte_d_inscription(inscription) | {"lien": lien}, personne.email)


def _contexte_d_inscription(inscription: Inscription) -> dict[str, Any]:
    return {
        "inscription": inscription,
        "contrat": inscription.contrat,
        "installation": settings.INSTALLATION,
    }


_CATEGORIES = {
    "convocation": "Convocation",
    "modification": "Réunion modifiée",
    "annulation": "Réunion annulée",
    "rappel": "Rappel",
    "compte_rendu": "Compte rendu",
}


def courriel_de_reunion(
    reunion: Reunion, destinataire: Destinataire, sujet: str, *, motif: str = "", avec_paquet: bool = False
) -> EmailMultiAlternatives:
    """What one person receives about a meeting: its call, a change, its end, a reminder, or the minutes it may read.

    The calendar file goes with the first three; a later version replaces the former one in the reader's diary.
    """
    installation = settings.INSTALLATION
    adresse = reverse("contrats:reunion", kwargs={"contrat": reunion.comite.contrat.slug, "pk": reunion.pk})
    rendu = sujet == "compte_rendu"
    contexte = {
        "categorie": _CATEGORIES[sujet],
        "sujet": sujet,
        "reunion": reunion,
        "comite": reunion.comite,
        "contrat": reunion.comite.contrat,
        "destinataire": destinataire,
        "motif": motif,
        "avec_paquet": avec_paquet,
        "points": [] if rendu else list(reunion.ordre_du_jour.select_related("rapporteur")),
        "items": list(items_lisibles(reunion, destinataire.place)) if rendu else [],
        "decisions": list(reunion.decisions.select_related("responsable")) if rendu else [],
        "lien": installation["adresse"] + adresse,
        "installation": installation,
    }
    courriel = composer("reunion", contexte, destinataire.email)
    if sujet in ("convocation", "modification", "annulation"):
        methode = Methode.ANNULER if sujet == "annulation" else Methode.PUBLIER
        courriel.attach(_piece_de_calendrier(calendrier([evenement_de_reunion(reunion)], methode=methode), methode))
    return courriel


def _piece_de_calendrier(ics: bytes, methode: Methode) -> MIMEBase:
    """In base 64, so that no mail server touches the ends of its lines."""
    piece = MIMEBase("text", "calendar", charset="utf-8", method=str(methode))
    piece.set_payload(ics)
    encode_base64(piece)
    piece.add_header("Content-Disposition", "attachment", filename="reunion.ics")
    return piece


def courriel_de_decision(decision: DecisionReunion, personne: Utilisateur) -> EmailMultiAlternatives:
    """The reminder of a decision whose date is past."""
    installation = settings.INSTALLATION
    contrat = decision.reunion.comite.contrat
    contexte = {
        "decision": decision,
        "contrat": contrat,
        "lien": installation["adresse"] + reverse("contrats:decisions", kwargs={"contrat": contrat.slug}),
        "installation": installation,
    }
    return composer("rappel_decision", contexte, personne.email)


def courriel_de_frequence(comite: Comite, phrases: list[str], personne: Utilisateur) -> EmailMultiAlternatives:
    """The reminder that a committee is behind its yearly minimum."""
    installation = settings.INSTALLATION
    contexte = {
        "comite": comite,
        "contrat": comite.contrat,
        "phrases": phrases,
        "lien": installation["adresse"] + reverse("contrats:comites", kwargs={"contrat": comite.contrat.slug}),
        "installation": installation,
    }
    return composer("rappel_frequence", contexte, personne.email)


def composer(gabarit: str, contexte: dict[str, Any], adresse: str) -> EmailMultiAlternatives:
    """Plain text and HTML of the same words."""
    sujet = " ".join(render_to_string(f"courriels/{gabarit}_sujet.txt", contexte).split())
    courriel = EmailMultiAlternatives(
        subject=sujet, body=render_to_string(f"courriels/{gabarit}.txt", contexte), to=[adresse]
    )
    courriel.attach_alternative(render_to_string(f"courriels/{gabarit}.html", contexte), "text/html")
    return courriel


# --- Commitments ------------------------------------------------------------------------------------------------------
LIGNES_D_UN_COURRIEL = 12


def courriel_de_sollicitation(
    contrat: Contrat,
    organisme: Organisme,
    personne: Utilisateur,
    appels: Sequence[Sollicitation],
    *,
    reunion: Reunion | None,
    le: date,
) -> EmailMultiAlternatives:
    """The call for yearly statements, or its reminder before `reunion`: what awaits, until when, where to answer."""
    annees = sorted({a.annee for a in appels})
    contexte = {
        "contrat": contrat,
        "organisme": organisme,
        "personne": personne,
        "reunion": reunion,
        "annees": [str(annee) for annee in annees],
        "appels": appels[:LIGNES_D_UN_COURRIEL],
        "autres": max(0, len(appels) - LIGNES_D_UN_COURRIEL),
        "nombre": len(appels),
        "limite": min(limite_de_reponse(a.faite_le) for a in appels),
        "en_retard": sum(1 for a in appels if limite_de_reponse(a.faite_le) < le),
        "lien": _adresse("contrats:mes_engagements", contrat.slug, annees[-1]),
    }
    return _courriel("engagements", contexte, personne)


def courriel_de_revue(
    revue: RevueEngagements, organisme: Organisme, personne: Utilisateur, *, le: date
) -> EmailMultiAlternatives:
    """The draft review sent to a signatory: what it says of its commitments, until when remarks are received."""
    siens = filtrer(de_l_annee(revue.contrat, revue.annee, le=le), Filtres(organisme=str(organisme.pk)))
    contexte = {
        "contrat": revue.contrat,
        "revue": revue,
        "organisme": organisme,
        "personne": personne,
        "comptes": compter(siens),
        "lien": _adresse("contrats:revue", revue.contrat.slug, revue.annee),
        "lien_siens": _adresse("contrats:mes_engagements", revue.contrat.slug, revue.annee),
    }
    return _courriel("revue", contexte, personne)


def courriel_de_suite(remarque: RemarqueRevue, personne: Utilisateur) -> EmailMultiAlternatives:
    """The answer to a remark on the draft review, with the remark itself."""
    revue = remarque.revue
    contexte = {
        "contrat": revue.contrat,
        "revue": revue,
        "remarque": remarque,
        "lien": f"{_adresse('contrats:signataires', revue.contrat.slug, revue.annee)}#remarque-{remarque.pk}",
    }
    return _courriel("suite", contexte, personne)


def _adresse(route: str, *args: object) -> str:
    return settings.INSTALLATION["adresse"] + reverse(route, args=args)


def _courriel(nom: str, contexte: dict[str, Any], personne: Utilisateur) -> EmailMultiAlternatives:
    """One e-mail to one person, in plain text and in HTML, from the three templates of that name."""
    contexte |= {"installation": settings.INSTALLATION}
    courriel = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"courriels/{nom}_sujet.txt", contexte).split()),
        body=render_to_string(f"courriels/{nom}.txt", contexte),
        to=[personne.email],
    )
    courriel.attach_alternative(render_to_string(f"courriels/{nom}.html", contexte), "text/html")
    return courriel


# --- Keys of the API --------------------------------------------------------------------------------------------------
def courriel_de_cle_expirante(cle: CleDuContrat, personne: Utilisateur) -> EmailMultiAlternatives:
    """The notice that a key of the API soon expires: which one, what for, where to make the next one."""
    installation = settings.INSTALLATION
    contexte = {
        "cle": cle.jeton,
        "organisme": cle.jeton.organisme,
        "contrat": cle.contrat,
        "expire_le": timezone.localtime(cle.jeton.expire_le),
        "lien": installation["adresse"] + reverse("contrats:cles", kwargs={"contrat": cle.contrat.slug}),
        "installation": installation,
    }
    return composer("cle_expirante", contexte, personne.email)


# --- The means of all partners ----------------------------------------------------------------------------------------
def courriel_des_moyens(
    contrat: Contrat, organisme: Organisme, personne: Utilisateur, *, annee: int, completude: Completude
) -> EmailMultiAlternatives:
    """The reminder that an organisation has not told all its means of the year."""
    contexte = {
        "contrat": contrat,
        "organisme": organisme,
        "personne": personne,
        "annee": str(annee),
        "completude": completude,
        "lien": _adresse("contrats:annoncer_moyens", contrat.slug, annee, organisme.pk),
    }
    return _courriel("moyens", contexte, personne)
