"""The schemes through which funders pay: those of the contract are written here, national ones are read."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.permissions import verifier
from commun.views import agir, appliquer, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import dispositifs as actions
from ..forms.campagne import CalendrierForm, DispositifForm
from ..lectures.calendriers import calendriers
from ..lectures.dispositifs import dispositifs_lus
from ..models import Dispositif
from ..permissions.campagne import peut_modifier_dispositif, peut_preparer_campagne
from .campagne import GET_ET_POST, rendre


@require_safe
@dans_le_contrat()
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The schemes of the year: what each funds, for whom, where each funder takes requests."""
    assert portee.annee is not None
    return rendre(
        request,
        portee,
        "dispositifs",
        "dispositifs",
        dispositifs=dispositifs_lus(portee.contrat, portee.annee, le=timezone.localdate()),
        edition=peut_preparer_campagne(portee.auteur, portee.contrat),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ajouter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new scheme of the contract."""
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    form = DispositifForm(request.POST or None)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ajouter_dispositif(
            portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "Le dispositif est ajouté.")
        return redirect("programmation:dispositifs", portee.contrat.slug, portee.annee)
    return rendre(request, portee, "dispositif", "dispositifs", form=form, objet=None, refus="")


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change a scheme of the contract; read a national one."""
    objet = _dispositif(portee, pk)
    reponse = peut_modifier_dispositif(portee.auteur, portee.contrat, objet)
    form = DispositifForm(request.POST or None, instance=Dispositif.objects.get(pk=pk))
    if not reponse:
        for champ in form.fields.values():
            champ.disabled = True
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_dispositif(
            objet, portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "Le dispositif est enregistré.")
        return redirect("programmation:dispositifs", portee.contrat.slug, portee.annee)
    return rendre(request, portee, "dispositif", "dispositifs", form=form, objet=objet, refus=reponse.motif)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def dater(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The scheme's own days of deposit this year, and its theme."""
    assert portee.annee is not None
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    objet, annee = _dispositif(portee, pk), portee.annee
    connu = calendriers(portee.contrat, annee).get(pk)
    form = CalendrierForm(request.POST or None, instance=connu)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.dater_dispositif(
            objet, portee.contrat, annee, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, f"Les dates {annee} de « {objet.nom} » sont enregistrées.")
        return redirect("programmation:dispositifs", portee.contrat.slug, annee)
    return rendre(request, portee, "calendrier", "dispositifs", form=form, objet=objet, connu=connu is not None)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_dates(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Back to the days of the yearly call."""
    assert portee.annee is not None
    objet, annee = _dispositif(portee, pk), portee.annee
    return faire(
        request,
        lambda: actions.retirer_dates(objet, portee.contrat, annee, par=portee.auteur, le=timezone.now()),
        retour=reverse("programmation:dispositifs", args=[portee.contrat.slug, annee]),
        succes=f"« {objet.nom} » suit de nouveau l’appel annuel.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove a scheme that nothing names."""
    objet = _dispositif(portee, pk)
    retire = agir(
        request,
        lambda: actions.retirer_dispositif(objet, portee.contrat, par=portee.auteur, le=timezone.now()),
        succes=f"« {objet.nom} » est retiré.",
    )
    if retire:
        return redirect("programmation:dispositifs", portee.contrat.slug, portee.annee)
    return redirect("programmation:dispositif", portee.contrat.slug, portee.annee, pk)


def _dispositif(portee: Portee, pk: int) -> Dispositif:
    ceux_du_contrat = Dispositif.objects.filter(Q(contrat=portee.contrat) | Q(contrat__isnull=True))
    return get_object_or_404(ceux_du_contrat, pk=pk)
