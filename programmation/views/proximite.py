"""Neighbourhood initiatives of a year, and the support offered to those that are financed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from commun.permissions import verifier
from commun.views import suite, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..actions.proximite import proposer_accompagnement, suivre_accompagnement
from ..etats import TRANSITIONS_ACCOMPAGNEMENT
from ..forms.proximite import AccompagnementForm, SuiteAppuiForm
from ..lectures.initiatives import initiatives
from ..models import Accompagnement
from ..permissions import peut_programmer, peut_saisir
from ..permissions.proximite import REPONSES_A_UN_APPUI, peut_faire_avancer, peut_proposer_accompagnement
from .acces import LECTEURS, adresse_du_dossier, dossier_vu

GET_ET_POST = ["GET", "HEAD", "POST"]


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What awaits, what the next commission decides, what is decided; the money left."""
    assert portee.annee is not None
    lue = initiatives(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.localdate())
    programmer = peut_programmer(portee.auteur, portee.contrat)
    return render(
        request,
        "programmation/toute_l_annee/initiatives.html",
        {
            "annee": portee.annee,
            "contrat": portee.contrat,
            "lue": lue,
            "saisir": peut_saisir(portee.auteur, portee.contrat),
            "programmer": programmer,
            # A decision is recorded once a meeting has been held that may have taken it.
            "validable": bool(programmer and lue.prets and lue.enregistrable),
        },
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def proposer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Offer support about a financed file."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_proposer_accompagnement(portee.auteur, dossier))
    return traiter_formulaire(
        request,
        AccompagnementForm(request.POST or None),
        lambda saisie: proposer_accompagnement(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Proposer un appui",
            "explication": f"{dossier.porteur} lira la proposition sur son dossier et pourra l’accepter ou la décliner.",
        },
        retour=suite(request) or adresse_du_dossier(portee, numero),
        succes="L’appui est proposé à l’association.",
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*LECTEURS)
def suivre(request: HttpRequest, portee: Portee, pk: int, acte: str) -> HttpResponse:
    """Accept, decline, or note what was done."""
    if acte not in TRANSITIONS_ACCOMPAGNEMENT:
        raise Http404("Unknown act.")
    vus = Accompagnement.objects.visibles_par(portee.auteur, portee.contrat)
    appui = get_object_or_404(vus.select_related("contrat", "organisme", "dossier__campagne"), pk=pk)
    verifier(peut_faire_avancer(portee.auteur, appui, acte))
    return traiter_formulaire(
        request,
        SuiteAppuiForm(request.POST or None, reponse=acte in REPONSES_A_UN_APPUI),
        lambda saisie: suivre_accompagnement(appui, acte, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/toute_l_annee/appui.html",
        contexte={
            "appui": appui,
            "contrat": portee.contrat,
            "titre_acte": TRANSITIONS_ACCOMPAGNEMENT[acte].libelle,
            "retour": _retour(portee, appui),
        },
        retour=_retour(portee, appui),
        succes="C’est enregistré.",
    )


def _retour(portee: Portee, appui: Accompagnement) -> str:
    """The file that the support is about, else the organisation's card."""
    cles = {"contrat": portee.contrat.slug}
    if appui.dossier is None:
        return reverse("programmation:organisme", kwargs=cles | {"pk": appui.organisme_id})
    cles_du_dossier = {"annee": appui.dossier.campagne.annee, "numero": appui.dossier.numero}
    return reverse("programmation:dossier", kwargs=cles | cles_du_dossier) + "#appui"
