"""The structure's editor, continued: the contract's own particulars and the perimeters it covers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from commun.views import agir, appliquer

from ..actions import perimetres as actions
from ..actions.structure import modifier_contrat
from ..etats import Role
from ..forms.ouverture import PerimetresConnusForm
from ..forms.perimetres import ContratForm, PerimetreLocalForm
from ..lectures import perimetres as lectures
from ..lectures.dependances import citations, en_mots
from ..lectures.ouverture import perimetres_proposes
from ..models import Contrat
from ..permissions import peut_modifier_perimetre
from ..portee import Portee, dans_le_contrat
from .structure import GET_ET_POST, rendre


def _saisie(request: HttpRequest) -> QueryDict | None:
    """What was typed; a form sent with nothing ticked is checked all the same."""
    return request.POST if request.method == "POST" else None


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def contrat(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The contract's names, dates and aims."""
    form = ContratForm(_saisie(request), instance=Contrat.objects.get(pk=portee.contrat.pk))
    if request.method == "POST" and appliquer(
        form,
        lambda: modifier_contrat(portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "Le contrat est à jour.")
        return redirect("contrats:contrat", portee.contrat.slug)
    return rendre(request, portee, "contrat", "contrat", form=form)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def perimetres(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The perimeters of the contract, and those known on its communes that it may take in."""
    form = PerimetresConnusForm(_saisie(request), contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.rattacher_perimetres(
            portee.contrat, form.cleaned_data["perimetres"], par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "Les périmètres cochés sont dans le contrat.")
        return redirect("contrats:perimetres", portee.contrat.slug)
    return rendre(
        request,
        portee,
        "perimetres",
        "perimetres",
        form=form,
        proposes=perimetres_proposes(portee.contrat).exists(),
        perimetres=lectures.couverts(portee.contrat),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def tracer_perimetre(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Draw a perimeter of the contract's own."""
    form = PerimetreLocalForm(_saisie(request), contrat=portee.contrat)
    if request.method == "POST" and (
        trace := appliquer(
            form,
            lambda: actions.tracer_perimetre(
                portee.contrat,
                champs=form.champs,
                version={nom: valeur for nom, valeur in form.version.items() if nom != "communes"},
                communes=form.cleaned_data["communes"],
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        messages.success(request, f"« {trace.nom} » est dans le contrat.")
        return redirect("contrats:perimetres", portee.contrat.slug)
    return rendre(request, portee, "perimetre", "perimetres", form=form, objet=None, refus="")


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def perimetre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Correct a perimeter that the contract drew, or take it out of the contract."""
    objet = get_object_or_404(lectures.du_contrat(portee.contrat), pk=pk)
    form = PerimetreLocalForm(_saisie(request), contrat=portee.contrat, perimetre=objet)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_perimetre(
            portee.contrat,
            objet,
            champs=form.champs,
            version=form.version,
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        messages.success(request, f"« {form.cleaned_data['nom']} » est à jour.")
        return redirect("contrats:perimetres", portee.contrat.slug)
    citees = citations(objet, portee.contrat)
    return rendre(
        request,
        portee,
        "perimetre",
        "perimetres",
        form=form,
        objet=objet,
        refus=peut_modifier_perimetre(portee.auteur, portee.contrat, objet).motif,
        refus_de_retrait=f"On ne peut pas le retirer : {en_mots(citees)}." if citees else "",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def detacher_perimetre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take out of the contract a perimeter that nothing there names."""
    objet = get_object_or_404(lectures.du_contrat(portee.contrat), pk=pk)
    retire = agir(
        request,
        lambda: actions.detacher_perimetre(portee.contrat, objet, par=portee.auteur, le=timezone.now()),
        succes=f"« {objet.nom} » n’est plus dans le contrat.",
    )
    if not retire:
        return redirect("contrats:perimetre", portee.contrat.slug, pk)
    return redirect("contrats:perimetres", portee.contrat.slug)
