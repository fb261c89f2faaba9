"""Where each funder may pay: read by all, written by the team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import eligibilite as actions
from ..forms.eligibilite import EligibiliteForm
from ..lectures.eligibilite import eligibilites
from ..models import EligibilitePerimetre
from ..permissions.campagne import peut_preparer_campagne
from .campagne import GET_ET_POST, rendre


@require_safe
@dans_le_contrat()
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The rules of the year, by funder."""
    assert portee.annee is not None
    return rendre(
        request,
        portee,
        "eligibilites",
        "eligibilites",
        financeurs=eligibilites(portee.contrat, portee.annee),
        edition=peut_preparer_campagne(portee.auteur, portee.contrat),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ajouter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new rule."""
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    form = EligibiliteForm(request.POST or None, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ajouter_eligibilite(
            portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "La règle est ajoutée : les alertes des dossiers en tiennent compte.")
        return redirect(_retour(portee))
    return rendre(request, portee, "eligibilite", "eligibilites", form=form, pk=None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change a rule."""
    objet = _regle(portee, pk)
    form = EligibiliteForm(
        request.POST or None, instance=EligibilitePerimetre.objects.get(pk=objet.pk), contrat=portee.contrat
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_eligibilite(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "La règle est enregistrée.")
        return redirect(_retour(portee))
    return rendre(request, portee, "eligibilite", "eligibilites", form=form, pk=pk)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove a rule."""
    objet = _regle(portee, pk)
    return faire(
        request,
        lambda: actions.retirer_eligibilite(objet, par=portee.auteur, le=timezone.now()),
        retour=_retour(portee),
        succes="La règle est retirée.",
    )


def _regle(portee: Portee, pk: int) -> EligibilitePerimetre:
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    return get_object_or_404(EligibilitePerimetre, pk=pk, contrat=portee.contrat)


def _retour(portee: Portee) -> str:
    return reverse("programmation:eligibilites", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
