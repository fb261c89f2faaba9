"""How a page reaches a file, or one funder's row of it, and comes back to it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from commun.erreurs import ActeRefuse
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee

from ..lectures.dossier import pour_la_fiche
from ..models import DemandeFinancement, Deport, Dossier

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)


def dossier_vu(portee: Portee, numero: str) -> Dossier:
    """The file that the page is about, or a 404 for who may not see it; who is withdrawn from it is told so."""
    return _trouver(pour_la_fiche().visibles_par(portee.auteur, portee.contrat), portee, numero)


def dossier_delibere(portee: Portee, numero: str) -> Dossier:
    """The file on which the reader works with the team and the funders, or a 404: who is only consulted is not there."""
    return _trouver(pour_la_fiche().deliberes_par(portee.auteur, portee.contrat), portee, numero)


def dossier_instruit(portee: Portee, numero: str) -> Dossier:
    """The file that the reader works on before the decision, or a 404: its own porteur finds nothing there."""
    return _trouver(pour_la_fiche().instruits_par(portee.auteur, portee.contrat), portee, numero)


def _trouver(dossiers: Any, portee: Portee, numero: str) -> Dossier:
    dossier = dossiers.filter(numero=numero, campagne__annee=portee.annee).first()
    if dossier is None:
        _dire_le_deport(portee, numero)
        raise Http404
    dossier.contrat = portee.contrat
    return dossier


def _dire_le_deport(portee: Portee, numero: str) -> None:
    """Refuse with the reason, rather than as if the file did not exist, whoever is withdrawn from it."""
    deports = Deport.objects.en_vigueur().filter(utilisateur=portee.auteur.utilisateur, dossier__contrat=portee.contrat)
    if deports.filter(dossier__numero=numero, dossier__campagne__annee=portee.annee).exists():
        raise ActeRefuse(
            "Vous vous êtes déporté de ce dossier : vous n’en lisez ni les montants ni les avis, et vous n’y agissez "
            "pas. Pour lever un déport : « Programmation », « Échanges », puis « Déports »."
        )


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
