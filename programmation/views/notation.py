"""The tab « Grille » of a file: its readings side by side, one's own, taken up again for a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.permissions import verifier
from commun.views import appliquer, traiter_formulaire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import MotifForm
from ..forms.notation import GrilleForm
from ..lectures.notation import grille
from ..permissions import delibere, peut_noter, peut_rouvrir_sa_lecture
from .acces import dossier_instruit
from .onglets import cadre_du_dossier


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Read the grid, write one's own reading, end it."""
    dossier = dossier_instruit(portee, numero)
    if not delibere(portee.auteur, dossier):
        raise Http404
    lue = grille(dossier, pour=portee.auteur)
    form = GrilleForm(request.POST or None, grille=lue) if lue.noter.permis and lue.lignes else None
    if request.method == "POST":
        verifier(peut_noter(portee.auteur, dossier))
    if request.method == "POST" and form is not None:
        valider = "valider" in request.POST
        faite = appliquer(
            form,
            lambda: actions.noter(
                dossier,
                notes=form.notes,
                commentaire=form.cleaned_data["commentaire"],
                valider=valider,
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
        if faite is not None:
            dit = "Votre lecture est validée : ceux qui instruisent le dossier la lisent." if valider else ""
            messages.success(
                request, dit or "Vos notes sont enregistrées. Vous seul les lisez tant que la lecture dure."
            )
            return redirect(request.path)
    contexte = {**cadre_du_dossier(portee, dossier, "grille"), "grille": lue, "form": form}
    return render(request, "programmation/grille/grille.html", contexte, status=422 if form and form.errors else 200)


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def rouvrir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Take up again the reading that one had ended."""
    dossier = dossier_instruit(portee, numero)
    if not delibere(portee.auteur, dossier):
        raise Http404
    verifier(peut_rouvrir_sa_lecture(portee.auteur, dossier))
    retour = reverse("programmation:grille", args=[portee.contrat.slug, portee.annee, numero])
    return traiter_formulaire(
        request,
        MotifForm(request.POST or None),
        lambda saisie: actions.rouvrir_sa_lecture(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Rouvrir ma lecture",
            "explication": "Vos notes quittent la moyenne jusqu’à ce que vous la validiez à nouveau. Le motif est lu par ceux qui "
            "instruisent le dossier.",
            "retour": retour,
        },
        retour=retour,
        succes="Votre lecture est rouverte : changez vos notes, puis validez-la.",
    )
