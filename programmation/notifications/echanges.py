"""E-mails of what is written on a file: a message, with its words; a note, which stays in the house."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from acteurs.models import Utilisateur
from contrats.notifications import composer

from ..models import Dossier, Message, NoteInterne, SensMessage


def courriel_de_message(message: Message, adresse: str, *, sans_compte: bool) -> EmailMultiAlternatives:
    """The message, and where to answer it; its attachments are read in Pilotville."""
    contexte = {
        "message": message,
        "sans_compte": sans_compte,
        "du_porteur": message.sens == SensMessage.DU_PORTEUR,
        "pieces": [piece.nom for piece in message.pieces.all()],
    }
    return composer("message", contexte | _cadre(message.dossier), adresse)


def courriel_de_mention(note: NoteInterne, personne: Utilisateur) -> EmailMultiAlternatives:
    """Who named this person, and where to read the note: its words do not leave."""
    return composer("mention", {"note": note} | _cadre(note.dossier), personne.email)


def _cadre(dossier: Dossier) -> dict[str, Any]:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return {
        "dossier": dossier,
        "contrat": dossier.contrat,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:echanges", kwargs=cles),
        "installation": settings.INSTALLATION,
    }
