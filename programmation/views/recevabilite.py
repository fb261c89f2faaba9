"""The tab « Recevabilité »: checks, points, correction requests; and the file declared complete all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.permissions import verifier
from commun.views import appliquer, faire, traiter_formulaire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDossier
from ..forms.instruire import ComplementForm, CompletForm, PointsForm
from ..lectures.pieces import pieces_a_lire
from ..lectures.recevabilite import Recevabilite, controles, recevabilite
from ..models import DemandeDeComplement, Dossier
from ..permissions import peut_corriger, peut_instruire
from ..regles.recevabilite import champs_proposes, motif_propose
from .acces import dossier_delibere
from .onglets import cadre_du_dossier

DELAI_DE_REPONSE = timedelta(days=15)
A_VERIFIER = (EtatDossier.DEPOSE, EtatDossier.INCOMPLET, EtatDossier.COMPLET)


@dans_le_contrat(*INSTRUCTEURS)
@require_safe
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """What the product checked, what people checked, what was asked from the porteur, and what may be declared."""
    dossier = dossier_delibere(portee, numero)
    return _page(request, portee, dossier)


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def verifier_points(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Keep what was found of each point."""
    dossier = dossier_delibere(portee, numero)
    verifier(peut_instruire(portee.auteur, dossier))
    lue = recevabilite(dossier, pour=portee.auteur, le=timezone.localdate())
    form = PointsForm(request.POST, points=lue.points)

    def noter() -> int:
        return actions.noter_les_points(dossier, form.constats, par=portee.auteur, le=timezone.now())

    if appliquer(form, noter) is None:
        return _page(request, portee, dossier, lue=lue, points=form, statut=422)
    return redirect(_adresse(portee, numero) + "#points")


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def declarer_complet(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Declare the file complete; with a reason when a check finds something missing."""
    dossier = dossier_delibere(portee, numero)
    verifier(peut_instruire(portee.auteur, dossier))
    form = CompletForm(request.POST)

    def declarer() -> Dossier:
        return actions.declarer_complet(dossier, motif=form.cleaned_data["motif"], par=portee.auteur, le=timezone.now())

    if appliquer(form, declarer) is None:
        return _page(request, portee, dossier, complet=form, statut=422)
    return redirect(_adresse(portee, numero))


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def demander_complement(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Ask the porteur to correct some fields; what the checks found is proposed."""
    dossier = dossier_delibere(portee, numero)
    verifier(peut_instruire(portee.auteur, dossier))
    trouves = controles(dossier)
    form = ComplementForm(
        request.POST or None,
        initial={
            "motif": motif_propose(trouves),
            "champs": champs_proposes(trouves),
            "echeance": timezone.localdate() + DELAI_DE_REPONSE,
        },
    )
    return traiter_formulaire(
        request,
        form,
        lambda saisie: actions.demander_complement(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/recevabilite/complement.html",
        contexte={"dossier": dossier, "retour": _adresse(portee, numero)},
        retour=_adresse(portee, numero),
        succes="Le complément est demandé : le porteur reçoit un courriel.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def lever_complement(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Stop waiting for the porteur."""
    dossier = dossier_delibere(portee, numero)
    demande = get_object_or_404(DemandeDeComplement.objects.select_related("dossier"), dossier=dossier, pk=pk)
    return faire(
        request,
        lambda: actions.lever_complement(demande, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, numero),
        succes="La demande est levée : le porteur ne peut plus modifier son dossier.",
    )


def _page(
    request: HttpRequest,
    portee: Portee,
    dossier: Dossier,
    *,
    lue: Recevabilite | None = None,
    points: PointsForm | None = None,
    complet: CompletForm | None = None,
    statut: int = 200,
) -> HttpResponse:
    lue = lue or recevabilite(dossier, pour=portee.auteur, le=timezone.localdate())
    cles: dict[str, Any] = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}
    return render(
        request,
        "programmation/recevabilite/recevabilite.html",
        {
            **cadre_du_dossier(portee, dossier, "recevabilite"),
            "lue": lue,
            "pieces_lues": pieces_a_lire(dossier, pour=portee.auteur, le=timezone.localdate()),
            "joindre_une_piece": bool(peut_corriger(portee.auteur, dossier)),
            "points": points or PointsForm(points=lue.points),
            "complet": complet or CompletForm(),
            "a_verifier": dossier.etat in A_VERIFIER,
            "prononcer": [
                {
                    "libelle": dossier.TRANSITIONS[acte].libelle,
                    "url": reverse("programmation:avancer", kwargs=cles | {"acte": acte}),
                }
                for acte in ("declarer_recevable", "ouvrir_instruction")
                if dossier.transition_possible(acte)
            ],
            "peut_completer": dossier.transition_possible("declarer_complet"),
            "peut_demander": dossier.transition_possible("declarer_incomplet")
            or (dossier.etat == EtatDossier.INCOMPLET and lue.ouvert is None),
            "url_irrecevable": reverse("programmation:motiver", kwargs=cles | {"acte": "declarer_irrecevable"})
            if dossier.transition_possible("declarer_irrecevable")
            else "",
        },
        status=statut,
    )


def _adresse(portee: Portee, numero: str) -> str:
    return reverse(
        "programmation:recevabilite", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "numero": numero}
    )
