"""The plan d'actions: list with its filters, one action, its form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.views import agir, appliquer

from ..actions import plan as actions
from ..etats import Role, StatutAction
from ..forms.plan import ActionContratForm, FiltrePlanForm
from ..lectures import plan as lectures
from ..models import ActionContrat
from ..permissions import peut_modifier_plan
from ..portee import Portee, dans_le_contrat
from .filtres import puces

PAR_PAGE = 50
GET_ET_POST = ["GET", "HEAD", "POST"]


def _rendre(request: HttpRequest, portee: Portee, gabarit: str, **contexte: Any) -> HttpResponse:
    form = contexte.get("form")
    contexte |= {"contrat": portee.contrat}
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"contrats/structure/{gabarit}.html", contexte, status=statut)


@require_safe
@dans_le_contrat()
def plan(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The actions of the plan, by orientation."""
    form = FiltrePlanForm(request.GET or None, contrat=portee.contrat)
    filtres = form.cleaned_data if form.is_valid() else {}
    lues = lectures.plan(
        portee.contrat,
        le=timezone.localdate(),
        texte=filtres.get("q", ""),
        orientation=filtres.get("orientation"),
        statut=filtres.get("statut", ""),
        organisme=filtres.get("organisme"),
        perimetre=filtres.get("perimetre"),
    )
    nombres = {statut: sum(lue.action.statut == statut for lue in lues) for statut in StatutAction}
    return _rendre(
        request,
        portee,
        "plan",
        page_obj=Paginator(lues, PAR_PAGE).get_page(request.GET.get("page")),
        nombres=[(lectures.en_nombre(statut, n), lectures.TONS[statut]) for statut, n in nombres.items() if n],
        form_filtres=form,
        puces=puces(request, form),
        edition=peut_modifier_plan(portee.auteur, portee.contrat),
    )


def _action(portee: Portee, pk: int) -> ActionContrat:
    return get_object_or_404(
        ActionContrat.objects.select_related("objectif__orientation", "organisme", "contrat"),
        pk=pk,
        contrat=portee.contrat,
    )


@require_safe
@dans_le_contrat()
def action(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One action of the plan, and what it links."""
    objet = _action(portee, pk)
    return _rendre(
        request,
        portee,
        "action",
        objet=objet,
        etat=lectures.ActionLue(objet, (), (), (), False).etat,
        partenaires=list(objet.partenaires.all()),
        engagements=list(objet.engagements.dans_l_ordre().select_related("organisme")),
        perimetres=list(objet.perimetres.all()),
        edition=peut_modifier_plan(portee.auteur, portee.contrat, objet.objectif.orientation_id),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouvelle_action(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Add an action to the plan."""
    form = ActionContratForm(
        request.POST or None,
        initial={"objectif": request.GET.get("objectif"), "statut": StatutAction.A_METTRE_EN_PLACE},
        contrat=portee.contrat,
    )
    if request.method == "POST" and (
        ajoutee := appliquer(
            form,
            lambda: actions.ajouter_action(
                portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
            ),
        )
    ):
        messages.success(request, "L’action est au plan.")
        return redirect("contrats:action_du_plan", portee.contrat.slug, ajoutee.pk)
    return _rendre(request, portee, "action_edition", form=form, objet=None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier_action(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change an action of the plan."""
    objet = _action(portee, pk)
    form = ActionContratForm(request.POST or None, instance=ActionContrat.objects.get(pk=pk), contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_action(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "L’action est enregistrée.")
        return redirect("contrats:action_du_plan", portee.contrat.slug, pk)
    return _rendre(request, portee, "action_edition", form=form, objet=objet)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_action(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove an action from the plan."""
    objet = _action(portee, pk)
    agir(
        request,
        lambda: actions.retirer_action(objet, par=portee.auteur, le=timezone.now()),
        succes=f"« {objet.intitule} » n’est plus au plan.",
    )
    return redirect("contrats:plan", portee.contrat.slug)
