"""Opinions asked: from a file, the list of what is asked, the sheet on which one answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.permissions import verifier
from commun.views import faire, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import QualiteAvis
from ..forms.instruire import ReponseAvisForm, SollicitationForm
from ..lectures.dossier import pour_la_fiche
from ..lectures.sollicitations import avis_demandes, candidats, fiche_pour_avis, lit_le_dossier
from ..models import SollicitationAvis
from ..permissions import peut_repondre_a_l_avis, peut_solliciter, repond_pour_lui
from .acces import adresse_du_dossier, dossier_instruit

# Those who may be asked, and who asks.
CONSULTES = (
    Role.CHEF_DE_PROJET,
    Role.INSTRUCTEUR,
    Role.DECIDEUR,
    Role.DELEGUE_PREFET,
    Role.SIGNATAIRE,
    Role.CONSEIL_CITOYEN,
)
DELAI_DE_REPONSE = timedelta(days=21)


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def solliciter(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Ask opinions on a file."""
    dossier = dossier_instruit(portee, numero)
    verifier(peut_solliciter(portee.auteur, dossier))
    retour = adresse_du_dossier(portee, numero) + "#avis"
    return traiter_formulaire(
        request,
        SollicitationForm(
            request.POST or None,
            groupes=candidats(dossier),
            initial={"echeance": timezone.localdate() + DELAI_DE_REPONSE},
        ),
        lambda saisie: actions.solliciter_avis(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/sollicitations/solliciter.html",
        contexte={"dossier": dossier, "retour": retour},
        retour=retour,
        succes="Les avis sont demandés : chacun reçoit un courriel dans quelques minutes.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def retirer(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Stop waiting for an opinion."""
    dossier = dossier_instruit(portee, numero)
    demandees = SollicitationAvis.objects.select_related("dossier", "organisme", "comite")
    sollicitation = get_object_or_404(demandees, dossier=dossier, pk=pk)
    return faire(
        request,
        lambda: actions.retirer_sollicitation(sollicitation, par=portee.auteur, le=timezone.now()),
        retour=adresse_du_dossier(portee, numero) + "#avis",
        succes="La demande d’avis est retirée.",
    )


@dans_le_contrat(*CONSULTES)
@require_safe
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What is asked of the reader, and of everybody for the team."""
    assert portee.annee is not None
    lues = avis_demandes(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.localdate())
    return render(
        request,
        "programmation/sollicitations/liste.html",
        {
            "attendues": [s for s in lues if not s.rendue],
            "rendues": [s for s in lues if s.rendue],
            "tous": portee.roles.pilote,
        },
    )


@dans_le_contrat(*CONSULTES)
@require_http_methods(["GET", "POST"])
def repondre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The sheet of the file, and the opinion."""
    sollicitation = _sollicitation(portee, pk)
    dossier = sollicitation.dossier
    permis = peut_repondre_a_l_avis(portee.auteur, sollicitation)
    if request.method == "POST":
        verifier(permis)
    connu = sollicitation.avis
    retour = reverse("programmation:avis_demandes", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
    a_sa_place = not repond_pour_lui(portee.auteur, sollicitation) and sollicitation.qualite != QualiteAvis.GROUPE

    def donner(saisie: dict[str, Any]) -> None:
        actions.repondre_a_la_sollicitation(sollicitation, **saisie, par=portee.auteur, le=timezone.now())

    return traiter_formulaire(
        request,
        ReponseAvisForm(
            request.POST or None,
            pour_un_autre=a_sa_place,
            initial={"sens": connu.sens, "texte": connu.texte} if connu else None,
        ),
        donner,
        gabarit="programmation/sollicitations/repondre.html",
        contexte={
            "fiche": fiche_pour_avis(dossier),
            "sollicitation": sollicitation,
            "permis": permis,
            "url_dossier": adresse_du_dossier(portee, dossier.numero) if lit_le_dossier(portee.auteur, dossier) else "",
            "retour": retour,
        },
        retour=retour,
        succes="L’avis est enregistré.",
    )


def _sollicitation(portee: Portee, pk: int) -> SollicitationAvis:
    """What is asked, with its file, or a 404 for who is not asked."""
    lisibles = SollicitationAvis.objects.lisibles_par(portee.auteur, portee.contrat)
    sollicitation = get_object_or_404(
        lisibles.select_related("organisme", "comite", "avis"), pk=pk, dossier__campagne__annee=portee.annee
    )
    sollicitation.dossier = pour_la_fiche().get(pk=sollicitation.dossier_id)
    sollicitation.dossier.contrat = portee.contrat
    return sollicitation
