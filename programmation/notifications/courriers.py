"""The e-mail that brings a funder's letter to the porteur."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from commun import fichiers
from contrats.notifications import composer

from ..models import Courrier


def courriel_du_courrier(courrier: Courrier, adresse: str) -> EmailMultiAlternatives:
    """The letter, attached, and where it stays in Pilotville."""
    dossier = courrier.dossier
    assert courrier.pdf is not None  # it was sent
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    contexte = {
        "courrier": courrier,
        "dossier": dossier,
        "contrat": dossier.contrat,
        "financeur": courrier.lot.financeur,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:courriers_du_dossier", kwargs=cles),
        "installation": settings.INSTALLATION,
    }
    courriel = composer("courrier", contexte, adresse)
    courriel.attach(courrier.pdf.nom, fichiers.lire(courrier.pdf), courrier.pdf.type_mime)
    return courriel
