"""The team's acts on a file: forward in one click, or with the reason that they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier
from commun.views import suite, traiter_formulaire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import MotifForm
from ..models import Dossier
from ..permissions import peut_instruire, peut_programmer_dossier
from .acces import adresse_du_dossier, dossier_vu

SANS_MOTIF: dict[str, Callable[..., object]] = {
    "declarer_complet": actions.declarer_complet,
    "declarer_recevable": actions.declarer_recevable,
    "ouvrir_instruction": actions.ouvrir_instruction,
    "reprendre": actions.reprendre,
}
AVEC_MOTIF: dict[str, Callable[..., object]] = {
    "declarer_incomplet": actions.declarer_incomplet,
    "declarer_irrecevable": actions.declarer_irrecevable,
    "reprendre_l_examen": actions.reprendre_l_examen,
    "retirer": actions.retirer,
    "deprogrammer": actions.deprogrammer,
}
_EXPLICATIONS = {
    "declarer_incomplet": "Le porteur lira ce motif : dites ce qui manque et pour quand.",
    "declarer_irrecevable": "Le porteur lira ce motif : citez la règle de l’appel à projets.",
    "reprendre_l_examen": "Le dossier redevient « déposé » : sa forme est vérifiée de nouveau. Le porteur lira ce motif.",
    "retirer": "Le dossier quitte la programmation ; il reste consultable.",
    "deprogrammer": "Les montants retournent aux enveloppes. Possible tant qu’aucun financeur n’a pris son acte.",
}


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def avancer(request: HttpRequest, portee: Portee, numero: str, acte: str) -> HttpResponse:
    """An act of the team that needs no reason; when it turns out to need one, the page that asks it says why."""
    if acte not in SANS_MOTIF:
        raise Http404
    dossier = dossier_vu(portee, numero)
    libelle = dossier.TRANSITIONS[acte].libelle
    try:
        SANS_MOTIF[acte](dossier, par=portee.auteur, le=timezone.now())
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
        if erreur.champ == "motif":
            return redirect(reverse("programmation:recevabilite", args=[portee.contrat.slug, portee.annee, numero]))
    else:
        messages.success(request, f"{libelle} : c’est fait.")
    return redirect(suite(request) or adresse_du_dossier(portee, numero))


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def motiver(request: HttpRequest, portee: Portee, numero: str, acte: str) -> HttpResponse:
    """An act of the team that must say why."""
    if acte not in AVEC_MOTIF:
        raise Http404
    dossier = dossier_vu(portee, numero)
    verifier(_permission(portee, dossier, acte))
    libelle = dossier.TRANSITIONS[acte].libelle
    return traiter_formulaire(
        request,
        MotifForm(request.POST or None),
        lambda saisie: AVEC_MOTIF[acte](dossier, motif=saisie["motif"], par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/acte.html",
        contexte={"dossier": dossier, "titre_acte": libelle, "explication": _EXPLICATIONS.get(acte, "")},
        retour=suite(request) or adresse_du_dossier(portee, numero),
        succes=f"{libelle} : c’est fait.",
    )


def _permission(portee: Portee, dossier: Dossier, acte: str) -> Any:
    if acte == "deprogrammer":
        return peut_programmer_dossier(portee.auteur, dossier)
    return peut_instruire(portee.auteur, dossier)
