"""How a page reaches a file, or one funder's row of it, and comes back to it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse

from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee

from ..lectures.dossier import pour_la_fiche
from ..models import DemandeFinancement, Dossier

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)


def dossier_vu(portee: Portee, numero: str) -> Dossier:
    """The file that the page is about, or a 404 for who may not see it."""
    visibles = pour_la_fiche().visibles_par(portee.auteur, portee.contrat)
    dossier = get_object_or_404(visibles, numero=numero, campagne__annee=portee.annee)
    dossier.contrat = portee.contrat
    return dossier


def dossier_instruit(portee: Portee, numero: str) -> Dossier:
    """The file that the reader works on before the decision, or a 404: its own porteur finds nothing there."""
    instruits = pour_la_fiche().instruits_par(portee.auteur, portee.contrat)
    dossier = get_object_or_404(instruits, numero=numero, campagne__annee=portee.annee)
    dossier.contrat = portee.contrat
    return dossier


def demande_vue(portee: Portee, numero: str, pk: int) -> DemandeFinancement:
    """One funder's row of that file, with its amounts as the reader may see them."""
    dossier = dossier_vu(portee, numero)
    lues = dossier.demandes.avec_montants_vus(portee.auteur, portee.contrat)
    demande = get_object_or_404(lues.select_related("financeur", "dispositif", "acte", "enveloppe"), pk=pk)
    demande.dossier = dossier
    return demande


def adresse_du_dossier(portee: Portee, numero: str) -> str:
    """The file's own page."""
    return reverse(
        "programmation:dossier", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "numero": numero}
    )
