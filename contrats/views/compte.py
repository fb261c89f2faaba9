"""« Mon compte »: what I am in each contract, and the organisation I act for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.permissions import Acces, acces

from ..etats import Role
from ..lectures.equipe import contrats_tenus, limites_en_mots
from ..models import Contrat, Habilitation
from ..permissions import Limites, limites_de
from ..portee import agir_pour, organisme_agissant


@acces(Acces.CONNECTE)
@require_safe
def mon_compte(request: HttpRequest) -> HttpResponse:
    """My habilitations, contract by contract."""
    contrats = [
        {
            "contrat": tenu.contrat,
            "habilitations": [(h, limites_en_mots(h)) for h in tenu.habilitations],
            "organismes": tenu.organismes,
            "agit_pour": organisme_agissant(request, tenu.contrat, tenu.habilitations),
            "gere_les_acces": any(
                h.gestionnaire or (h.role == Role.CHEF_DE_PROJET and limites_de(h) == Limites())
                for h in tenu.habilitations
            ),
        }
        for tenu in contrats_tenus(Auteur(utilisateur=request.user))
    ]
    return render(request, "contrats/mon_compte.html", {"contrats": contrats})


@acces(Acces.CONNECTE)
@require_POST
def choisir_organisme(request: HttpRequest, contrat: str, organisme: int) -> HttpResponse:
    """Act for this organisation in this contract, from now on and in this session."""
    objet = get_object_or_404(Contrat.objects.visibles_par(Auteur(utilisateur=request.user)), slug=contrat)
    tenues = Habilitation.objects.actives().filter(utilisateur=request.user, contrat=objet)
    choisi = get_object_or_404(Organisme, pk=organisme, pk__in=tenues.values("organisme"))
    agir_pour(request, objet, choisi)
    messages.success(request, f"Vous agissez maintenant pour {choisi} dans le contrat {objet}.")
    return redirect("contrats:mon_compte")
