"""Withdrawing from a file for a conflict of interest, and the withdrawals of a year."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from commun.permissions import verifier
from commun.views import faire, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import DeportForm
from ..lectures.echanges import mentionnables
from ..models import Deport
from ..permissions import peut_declarer_un_deport, peut_lever_un_deport
from ..permissions.acces import tient
from .acces import dossier_vu


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def declarer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Withdraw from a file; the team may write down another person's withdrawal."""
    dossier = dossier_vu(portee, numero)
    moi = portee.auteur.utilisateur
    verifier(peut_declarer_un_deport(portee.auteur, dossier, moi))
    equipe = tient(portee.auteur, dossier, Role.CHEF_DE_PROJET)

    def deporter(saisie: dict[str, Any]) -> None:
        personne = saisie.get("personne") or moi
        actions.declarer_un_deport(
            dossier, personne=personne, motif=saisie["motif"], par=portee.auteur, le=timezone.now()
        )

    return traiter_formulaire(
        request,
        DeportForm(request.POST or None, autres=mentionnables(dossier, sauf=moi) if equipe else ()),
        deporter,
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Se déporter du dossier",
            "explication": "En cas de conflit d’intérêts. La personne ne lit plus ni les montants ni les avis de ce "
            "dossier et n’y agit plus ; le dossier de séance du COPIL la nomme.",
        },
        retour=_adresse(portee),
        succes=f"Le déport sur le dossier {dossier.numero} est enregistré.",
    )


@dans_le_contrat(*INSTRUCTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """One's own withdrawals of a year, and for the team everybody's."""
    deports = (
        Deport.objects.visibles_par(portee.auteur, portee.contrat)
        .filter(dossier__campagne__annee=portee.annee)
        .select_related("dossier__porteur", "dossier__contrat", "utilisateur")
        .order_by("dossier__numero", "declare_le")
    )
    for deport in deports:
        deport.dossier.contrat = portee.contrat
    lignes = [(deport, peut_lever_un_deport(portee.auteur, deport)) for deport in deports]
    return render(request, "programmation/deports/deports.html", {"lignes": lignes})


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def lever(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Come back to a file."""
    deports = Deport.objects.visibles_par(portee.auteur, portee.contrat).select_related("dossier", "utilisateur")
    deport = get_object_or_404(deports, dossier__campagne__annee=portee.annee, pk=pk)
    return faire(
        request,
        lambda: actions.lever_un_deport(deport, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee),
        succes=f"Le déport sur le dossier {deport.dossier.numero} est levé.",
    )


def _adresse(portee: Portee) -> str:
    return reverse("programmation:deports", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
