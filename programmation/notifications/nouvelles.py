"""The e-mail that tells a porteur what was decided on its file."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from contrats.notifications import composer

from ..lectures.nouvelles import Nouvelle
from ..lectures.suivi_porteur import contacts


def courriel_de_nouvelle(nouvelle: Nouvelle, adresse: str, *, sans_compte: bool) -> EmailMultiAlternatives:
    """What was decided, why, and whom to call."""
    dossier = nouvelle.dossier
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    contexte = {
        "nouvelle": nouvelle,
        "dossier": dossier,
        "contrat": dossier.contrat,
        "contacts": contacts(dossier),
        "sans_compte": sans_compte,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:demande", kwargs=cles),
        "installation": settings.INSTALLATION,
    }
    return composer("nouvelle", contexte, adresse)
