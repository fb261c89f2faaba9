"""The e-mail that tells the team that figures of envelopes no longer add up."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from acteurs.models import Utilisateur
from contrats.models import Contrat
from contrats.notifications import composer


def courriel_d_ecarts(
    contrat: Contrat, annee: int, ecarts: Sequence[str], personne: Utilisateur
) -> EmailMultiAlternatives:
    """Which envelopes, by how much, and what not to do until it is mended."""
    cles = {"contrat": contrat.slug, "annee": annee}
    contexte = {
        "contrat": contrat,
        "ecarts": ecarts,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:enveloppes", kwargs=cles),
        "installation": settings.INSTALLATION,
    }
    return composer("ecarts_enveloppes", contexte, personne.email)
