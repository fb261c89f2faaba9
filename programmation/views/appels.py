"""Calls for expressions of interest, as a porteur reads and answers them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import besoins as actions
from ..forms.besoins import CandidatureForm
from ..lectures.besoins import appels_ouverts, candidatures_de, derniere_main, lire, mes_candidatures
from ..models import Besoin, Candidature
from ..permissions.besoins import peut_candidater, peut_retirer_candidature


@require_safe
@dans_le_contrat(Role.PORTEUR)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The open calls, and what one answered."""
    jour = timezone.localdate()
    contexte = {
        "contrat": portee.contrat,
        "annee": portee.annee,
        "ouverts": appels_ouverts(portee.contrat, pour=portee.auteur, le=jour),
        "miennes": mes_candidatures(portee.contrat, pour=portee.auteur),
    }
    return render(request, "programmation/toute_l_annee/appels.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One call, and the answers of one's own organisations; each is written apart."""
    objet = _appel(portee, pk)
    jour = timezone.localdate()
    (lu,) = lire(Besoin.objects.filter(pk=objet.pk), portee.contrat, pour=portee.auteur, le=jour)
    siens = list(Organisme.objects.filter(pk__in=portee.roles.organismes_porteurs).order_by("recherche"))
    siennes = [c for c in candidatures_de(objet, pour=portee.auteur) if c.candidature.organisme in siens]
    connues = {lue.candidature.organisme_id: lue.candidature for lue in siennes}
    permis = peut_candidater(portee.auteur, objet, jour)
    ouverts = [o for o in siens if o.pk not in connues or connues[o.pk].se_repond_encore] if permis else []
    organisme = _pour_qui(request, siens, ouverts)
    connue = connues.get(organisme.pk) if organisme else None
    form = None
    if permis and organisme is not None:
        qui = partial(derniere_main, connue, "deposer", "modifier") if connue else str
        form = CandidatureForm(request.POST or None, organisme=organisme, connue=connue, qui=qui)
    if request.method == "POST":
        verifier(permis)
        if form is not None and appliquer(
            form,
            lambda: actions.candidater(
                objet, **form.valeurs, revision=form.revision, par=portee.auteur, le=timezone.now()
            ),
        ):
            messages.success(request, "Votre candidature est déposée. Vous pouvez la modifier jusqu’à la date limite.")
            return redirect("programmation:appel", portee.contrat.slug, portee.annee, pk)
    contexte: dict[str, Any] = {
        "contrat": portee.contrat,
        "annee": portee.annee,
        "objet": objet,
        "lu": lu,
        "siennes": [(lue, peut_retirer_candidature(portee.auteur, lue.candidature)) for lue in siennes],
        "connue": connue,
        "organisme": organisme,
        "ouverts": [(o, connues.get(o.pk)) for o in ouverts],
        "plusieurs": len(siens) > 1,
        "permis": permis,
        "form": form,
    }
    statut = 422 if form is not None and form.errors else 200
    return render(request, "programmation/toute_l_annee/appel.html", contexte, status=statut)


def _pour_qui(request: HttpRequest, siens: list[Organisme], ouverts: list[Organisme]) -> Organisme | None:
    """The organisation that is answered for: the one sent, else the one asked for, else the only one that still may.

    One that no longer may is kept when it is sent: the refusal comes back beside what was typed.
    """
    if envoye := request.POST.get("organisme"):
        return next((organisme for organisme in siens if str(organisme.pk) == envoye), None)
    demande = request.GET.get("organisme")
    choisis = [organisme for organisme in ouverts if str(organisme.pk) == demande] or ouverts
    return choisis[0] if len(choisis) == 1 else None


@require_POST
@dans_le_contrat(Role.PORTEUR)
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Give one's answer up."""
    siennes = Candidature.objects.filter(besoin__contrat=portee.contrat, organisme__in=portee.roles.organismes_porteurs)
    candidature = get_object_or_404(siennes.select_related("besoin__contrat"), pk=pk)
    return faire(
        request,
        lambda: actions.retirer_candidature(candidature, par=portee.auteur, le=timezone.now()),
        retour=_retour(portee, candidature),
        succes="Votre candidature est retirée.",
    )


def _retour(portee: Portee, candidature: Candidature) -> str:
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "pk": candidature.besoin_id}
    return reverse("programmation:appel", kwargs=cles)


def _appel(portee: Portee, pk: int) -> Besoin:
    """A call published, or one that this porteur answered: its answer stays readable whatever becomes of the call."""
    visibles = Besoin.objects.visibles_par(portee.auteur, portee.contrat)
    siennes = Candidature.objects.filter(organisme__in=portee.roles.organismes_porteurs)
    visibles = visibles.filter(Q(publie_le__isnull=False) | Q(pk__in=siennes.values("besoin")))
    relations = ("contrat", "signale_pour", "orientation", "dispositif", "porteur")
    return get_object_or_404(visibles.select_related(*relations), pk=pk)
