"""The e-mail that offers support to an association."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from contrats.notifications import composer

from ..lectures.suivi_porteur import contacts
from ..models import Accompagnement, Dossier


def courriel_d_appui(
    appui: Accompagnement, dossier: Dossier, adresse: str, *, sans_compte: bool
) -> EmailMultiAlternatives:
    """Who would help, with what, and where to answer."""
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    contexte = {
        "appui": appui,
        "dossier": dossier,
        "contrat": dossier.contrat,
        "contacts": contacts(dossier),
        "sans_compte": sans_compte,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:dossier", kwargs=cles) + "#appui",
        "installation": settings.INSTALLATION,
    }
    return composer("appui", contexte, adresse)
