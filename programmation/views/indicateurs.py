"""The library of indicators: those of the contract are written here, common ones are read."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from commun.permissions import verifier
from commun.views import appliquer
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..actions import indicateurs as actions
from ..forms.indicateurs import IndicateurForm
from ..lectures.indicateurs import bibliotheque
from ..models import IndicateurAction
from ..permissions.campagne import peut_modifier_indicateur, peut_preparer_campagne
from .campagne import GET_ET_POST, rendre


@require_safe
@dans_le_contrat(*INSTRUCTEURS, Role.PORTEUR)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What porteurs may choose from to tell what their action does."""
    assert portee.annee is not None
    return rendre(
        request,
        portee,
        "indicateurs",
        "indicateurs",
        indicateurs=bibliotheque(portee.contrat, portee.annee),
        edition=peut_preparer_campagne(portee.auteur, portee.contrat),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ajouter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new indicator of the contract."""
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    form = IndicateurForm(request.POST or None, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ajouter_indicateur(
            portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "L’indicateur est ajouté : les porteurs peuvent le choisir.")
        return redirect("programmation:indicateurs", portee.contrat.slug, portee.annee)
    return rendre(request, portee, "indicateur", "indicateurs", form=form, objet=None, refus="")


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change an indicator of the contract; read a common one."""
    du_contrat = IndicateurAction.objects.filter(Q(contrat=portee.contrat) | Q(contrat__isnull=True))
    objet = get_object_or_404(du_contrat, pk=pk)
    reponse = peut_modifier_indicateur(portee.auteur, portee.contrat, objet)
    form = IndicateurForm(request.POST or None, instance=IndicateurAction.objects.get(pk=pk), contrat=portee.contrat)
    if not reponse:
        for champ in form.fields.values():
            champ.disabled = True
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_indicateur(
            objet, portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "L’indicateur est enregistré.")
        return redirect("programmation:indicateurs", portee.contrat.slug, portee.annee)
    return rendre(request, portee, "indicateur", "indicateurs", form=form, objet=objet, refus=reponse.motif)
