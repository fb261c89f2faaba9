"""The team's side of the requests to join: the list, one request, accept or refuse."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.views import appliquer

from .. import actions
from ..etats import Role
from ..forms.inscriptions import AccepterInscriptionForm, RefuserInscriptionForm
from ..lectures.inscriptions import inscriptions, lue, rapprochement
from ..models import Inscription, Invitation
from ..permissions import peut_trancher_les_inscriptions
from ..portee import Portee, dans_le_contrat


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def a_verifier(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The requests to verify, then those already decided."""
    contexte = {
        "contrat": portee.contrat,
        "a_trancher": inscriptions(portee.contrat, a_trancher=True),
        "tranchees": inscriptions(portee.contrat, a_trancher=False)[:50],
        "nb_invitations": Invitation.objects.en_attente().filter(contrat=portee.contrat).count(),
        "adresse_publique": request.build_absolute_uri(_publique(portee)),
    }
    return render(request, "contrats/inscription/a_verifier.html", contexte)


@require_http_methods(["GET", "HEAD"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def inscription(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One request: what was said, what the directory says, what is already known."""
    return _page(request, portee, _inscription(portee, pk))


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def accepter(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Accept: the organisation joins, the person is invited."""
    objet = _inscription(portee, pk)
    form = AccepterInscriptionForm(request.POST, ressemblants=rapprochement(objet).ressemblants)
    if appliquer(
        form,
        lambda: actions.accepter_inscription(objet, **form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, f"{objet.nom_organisme} est inscrit : une invitation part à {objet.email}.")
        return redirect("contrats:inscriptions_a_verifier", contrat=portee.contrat.slug)
    return _page(request, portee, objet, accepter=form)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def refuser(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Refuse, with the reason that the person reads."""
    objet = _inscription(portee, pk)
    form = RefuserInscriptionForm(request.POST)
    if appliquer(
        form,
        lambda: actions.refuser_inscription(objet, **form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, f"La demande de {objet.personne} est refusée : un courriel lui dit pourquoi.")
        return redirect("contrats:inscriptions_a_verifier", contrat=portee.contrat.slug)
    return _page(request, portee, objet, refuser=form)


def _inscription(portee: Portee, pk: int) -> Inscription:
    return get_object_or_404(
        Inscription.objects.visibles_par(portee.auteur, portee.contrat).select_related(
            "contrat", "organisme", "tranchee_par"
        ),
        pk=pk,
    )


def _page(
    request: HttpRequest,
    portee: Portee,
    objet: Inscription,
    *,
    accepter: AccepterInscriptionForm | None = None,
    refuser: RefuserInscriptionForm | None = None,
) -> HttpResponse:
    trouve = rapprochement(objet)
    contexte = {
        "contrat": portee.contrat,
        "inscription": objet,
        "lue": lue(objet),
        "rapprochement": trouve,
        "droit": peut_trancher_les_inscriptions(portee.auteur, portee.contrat),
        "form_accepter": accepter
        or AccepterInscriptionForm(
            initial={"gestionnaire": not trouve.a_un_gestionnaire}, ressemblants=trouve.ressemblants
        ),
        "form_refuser": refuser or RefuserInscriptionForm(),
    }
    statut = 422 if (accepter or refuser) else 200
    return render(request, "contrats/inscription/inscription.html", contexte, status=statut)


def _publique(portee: Portee) -> str:
    return reverse("contrats:inscription", args=[portee.contrat.slug])
