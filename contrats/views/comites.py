"""Committees: their list and frequency, presets, who sits."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.typographie import pluriel
from commun.views import agir, appliquer

from ..actions import instances as actions
from ..etats import Role
from ..forms.instances import ComiteForm, MembreForm
from ..lectures.instances import comites_du_contrat, fiches_comites, pouvoirs, reunions_visibles
from ..lectures.modeles_comites import modele, modeles_proposes
from ..models import Comite, MembreComite
from ..permissions import Place, peut_animer, peut_reunir, place_dans
from ..portee import Portee, dans_le_contrat
from .reunions import onglets


@require_safe
@dans_le_contrat()
def comites(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Every committee: its powers, its next meeting, its frequency. Whoever does not run them sees its own."""
    fiches = fiches_comites(portee.contrat, pour=portee.auteur, le=timezone.localdate())
    if not portee.roles.instruit:
        fiches = [fiche for fiche in fiches if fiche.place != Place.AUCUNE]
    contexte = {
        "fiches": fiches,
        "retards": [f for fiche in fiches for f in fiche.frequences if f.en_retard] if portee.roles.pilote else [],
        "anime": peut_animer(portee.auteur, portee.contrat),
        "onglets": onglets(portee, "comites"),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/comites.html", contexte)


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modeles(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The presets, each created by one click."""
    contexte = {
        "proposes": modeles_proposes(portee.contrat),
        "anime": peut_animer(portee.auteur, portee.contrat),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/modeles.html", contexte)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def adopter(request: HttpRequest, portee: Portee, cle: str) -> HttpResponse:
    """Create the committees of one preset."""
    try:
        choisi = modele(cle)
    except KeyError:
        raise Http404("No such preset.") from None
    crees = actions.adopter_modele(portee.contrat, choisi, par=portee.auteur, le=timezone.now())
    texte = f"{pluriel(len(crees), 'comité créé', 'comités créés')}, avec leurs membres habituels : vérifiez-les."
    agir(request, lambda: None, succes=texte if crees else "Ces comités existaient déjà.")
    return redirect("contrats:comites", contrat=portee.contrat.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def creer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A committee of one's own."""
    form = ComiteForm(request.POST or None, contrat=portee.contrat)
    if request.method == "POST" and (
        nouveau := appliquer(
            form,
            lambda: actions.creer_comite(
                portee.contrat, actions.FicheDeComite(**form.cleaned_data), par=portee.auteur, le=timezone.now()
            ),
        )
    ):
        return redirect("contrats:comite", contrat=portee.contrat.slug, pk=nouveau.pk)
    contexte = {"form": form, "comite": None, "contrat": portee.contrat}
    return render(request, "contrats/instances/comite_form.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat()
def comite(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One committee: who sits, its meetings."""
    objet = _comite(portee, pk)
    return _page(request, portee, objet, MembreForm(contrat=portee.contrat))


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """What it is, what it validates, how often it meets."""
    objet = _comite(portee, pk)
    depart = {nom: getattr(objet, nom) for nom in ComiteForm.base_fields}
    form = ComiteForm(request.POST or None, initial=depart, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_comite(
            objet, actions.FicheDeComite(**form.cleaned_data), par=portee.auteur, le=timezone.now()
        ),
    ):
        return redirect("contrats:comite", contrat=portee.contrat.slug, pk=pk)
    contexte = {"form": form, "comite": objet, "contrat": portee.contrat}
    return render(request, "contrats/instances/comite_form.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ajouter_membre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Seat or invite an organisation."""
    objet = _comite(portee, pk)
    form = MembreForm(request.POST, contrat=portee.contrat)
    if appliquer(form, lambda: actions.faire_sieger(objet, **form.cleaned_data, par=portee.auteur, le=timezone.now())):
        return redirect("contrats:comite", contrat=portee.contrat.slug, pk=pk)
    return _page(request, portee, objet, form)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_membre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """End a seat."""
    membre = get_object_or_404(
        MembreComite.objects.select_related("comite", "organisme"), pk=pk, comite__contrat=portee.contrat
    )
    agir(
        request,
        lambda: actions.retirer_membre(membre, par=portee.auteur, le=timezone.now()),
        succes=f"{membre.organisme} ne siège plus dans ce comité.",
    )
    return redirect("contrats:comite", contrat=portee.contrat.slug, pk=membre.comite_id)


def _page(request: HttpRequest, portee: Portee, objet: Comite, form: MembreForm) -> HttpResponse:
    membres = list(objet.membres.select_related("organisme").order_by("invite", "organisme__nom"))
    contexte = {
        "comite": objet,
        "pouvoirs": pouvoirs(objet),
        "membres": [m for m in membres if not m.invite],
        "invites": [m for m in membres if m.invite],
        "reunions": reunions_visibles(portee.contrat, pour=portee.auteur).filter(comite=objet).order_by("-le")[:20],
        "anime": peut_animer(portee.auteur, portee.contrat),
        "reunit": peut_reunir(portee.auteur, objet) or (objet.par_commune and portee.roles.pilote),
        "form": form,
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/comite.html", contexte, status=422 if form.errors else 200)


def _comite(portee: Portee, pk: int) -> Comite:
    """A committee that the reader knows of."""
    objet = get_object_or_404(comites_du_contrat(portee.contrat), pk=pk)
    if not portee.roles.instruit and place_dans(portee.roles, objet) == Place.AUCUNE:
        raise Http404("Not a committee of this reader.")
    return objet
