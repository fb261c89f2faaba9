"""What leaves the house about a contract: the e-mail of an invitation."""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.erreurs import RegleEnfreinte

from .etats import Role
from .models import Invitation
from .regles import CE_QUE_VOIT


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
