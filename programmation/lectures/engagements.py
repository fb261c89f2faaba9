"""The files that serve a commitment: the chain from a signatory's promise to what was funded."""

from __future__ import annotations

from django.urls import reverse

from commun.auteur import Auteur
from contrats.creneaux import DossierServant
from contrats.models import Engagement

from ..models import Dossier


def dossiers_servant(engagement: Engagement, auteur: Auteur) -> list[DossierServant]:
    """Those linked to this commitment that the author may see, the latest years first."""
    contrat = engagement.contrat
    dossiers = (
        Dossier.objects.visibles_par(auteur, contrat)
        .filter(engagements=engagement)
        .select_related("campagne", "porteur")
        .order_by("-campagne__annee", "numero")
        .distinct()
    )
    return [
        DossierServant(
            annee=d.campagne.annee,
            numero=d.numero,
            intitule=d.intitule,
            porteur=d.porteur.nom_court,
            etat=d.get_etat_display(),
            url=reverse("programmation:dossier", args=[contrat.slug, d.campagne.annee, d.numero]),
        )
        for d in dossiers
    ]
