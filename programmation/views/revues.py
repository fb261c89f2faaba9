"""Revues de projets: which projects a meeting looks at, and the sheet that people print for it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from commun.typographie import pluriel
from commun.views import appliquer
from contrats.etats import Role
from contrats.models import Reunion
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..actions import intentions as actions
from ..etats import EtatIntention
from ..forms.intentions import RevueForm
from ..lectures.intentions import lire
from ..models import Campagne, Intention
from .campagne import GET_ET_POST, rendre

_FINIES = (EtatIntention.DEPOSEE, EtatIntention.ABANDONNEE)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def preparer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Choose the projects of a meeting among those that none looks at yet."""
    campagnes = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee)
    campagne = get_object_or_404(campagnes.select_related("contrat"))
    attendues = Intention.objects.filter(campagne=campagne, reunion=None).exclude(etat__in=_FINIES)
    form = RevueForm(request.POST or None, campagne=campagne)
    choisies = {int(pk) for pk in request.POST.getlist("intention") if pk.isdecimal()}
    if request.method == "POST" and not choisies:
        form.add_error(None, "Cochez les intentions que la réunion regardera.")
    elif request.method == "POST" and (
        inscrites := appliquer(
            form,
            lambda: actions.inscrire_a_la_revue(
                form.cleaned_data["reunion"],
                attendues.filter(pk__in=choisies).select_related("contrat"),
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        nombre = pluriel(len(inscrites), "intention inscrite", "intentions inscrites")
        messages.success(request, f"{nombre} à la revue.")
        return redirect("programmation:revue", portee.contrat.slug, portee.annee, form.cleaned_data["reunion"].pk)
    return rendre(
        request,
        portee,
        "revue_preparer",
        "intentions",
        form=form,
        choisies=choisies,
        intentions=lire(attendues, portee.contrat, pour=portee.auteur),
    )


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The projects that a meeting looks at, one after the other; made to be printed."""
    reunion = get_object_or_404(
        Reunion.objects.filter(comite__contrat=portee.contrat).select_related("comite", "commune"), pk=pk
    )
    inscrites = Intention.objects.visibles_par(portee.auteur, portee.contrat).filter(
        campagne__annee=portee.annee, reunion=reunion
    )
    return rendre(
        request,
        portee,
        "revue",
        "intentions",
        reunion=reunion,
        intentions=lire(inscrites.order_by("orientation__ordre", "intitule", "pk"), portee.contrat, pour=portee.auteur),
    )
