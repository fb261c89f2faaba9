"""The answer to a porteur that answered a published call."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.timezone import localdate

from acteurs.models import Utilisateur
from contrats.etats import Role
from contrats.notifications import composer

from ..lectures.destinataires import gens
from ..models import Candidature


def gens_du_candidat(candidature: Candidature) -> list[Utilisateur]:
    """The people who act as porteurs for the candidate today."""
    return gens(candidature.besoin.contrat, [Role.PORTEUR], [candidature.organisme_id])


def courriel_de_reponse(
    candidature: Candidature, personne: Utilisateur, *, retenue: bool, motif: str
) -> EmailMultiAlternatives:
    """Kept or not, and why."""
    besoin = candidature.besoin
    annees = besoin.contrat.annees
    annee = min(max(localdate(candidature.deposee_le).year, annees[0]), annees[-1])
    cles = {"contrat": besoin.contrat.slug, "annee": annee, "pk": besoin.pk}
    contexte = {
        "besoin": besoin,
        "contrat": besoin.contrat,
        "retenue": retenue,
        "motif": motif,
        "lien": settings.INSTALLATION["adresse"] + reverse("programmation:appel", kwargs=cles),
        "installation": settings.INSTALLATION,
    }
    return composer("candidature", contexte, personne.email)
