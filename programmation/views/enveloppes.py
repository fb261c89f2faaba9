"""The envelopes of a year, live."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.permissions import verifier
from commun.views import traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import DepassementForm, MouvementForm
from ..lectures.enveloppes import enveloppes, total
from ..models import Enveloppe
from ..permissions import peut_gerer_enveloppes


@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What each funder has, proposes, programmed, voted; what is left."""
    assert portee.annee is not None
    lues = enveloppes(portee.contrat, portee.annee, pour=portee.auteur)
    return render(
        request,
        "programmation/enveloppes/enveloppes.html",
        {"enveloppes": lues, "total": total(lues), "gere": peut_gerer_enveloppes(portee.auteur, portee.contrat)},
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def mouvementer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Raise or lower an envelope."""
    enveloppe = _enveloppe(portee, pk)
    return traiter_formulaire(
        request,
        MouvementForm(request.POST or None),
        lambda saisie: actions.mouvementer_enveloppe(enveloppe, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/enveloppes/enveloppe.html",
        contexte={
            "enveloppe": enveloppe,
            "titre_acte": "Enregistrer un mouvement",
            "url_depassement": reverse(
                "programmation:depassement",
                kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "pk": enveloppe.pk},
            ),
        },
        retour=_retour(portee),
        succes="Le mouvement est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def depasser(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Allow an overrun, with its reason."""
    enveloppe = _enveloppe(portee, pk)
    return traiter_formulaire(
        request,
        DepassementForm(request.POST or None),
        lambda saisie: actions.autoriser_depassement(enveloppe, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/enveloppes/enveloppe.html",
        contexte={"enveloppe": enveloppe, "titre_acte": "Autoriser un dépassement", "url_depassement": ""},
        retour=_retour(portee),
        succes="Le dépassement est autorisé.",
    )


def _enveloppe(portee: Portee, pk: int) -> Enveloppe:
    verifier(peut_gerer_enveloppes(portee.auteur, portee.contrat))
    lues = Enveloppe.objects.select_related("contrat", "financeur", "dispositif").prefetch_related("mouvements")
    return get_object_or_404(lues, pk=pk, contrat=portee.contrat, annee=portee.annee)


def _retour(portee: Portee) -> str:
    return reverse("programmation:enveloppes", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
