"""Keys of the API and subscriptions: pages of those who manage the accesses of an organisation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.views import dire_l_erreur, faire

from ..actions import acces_api, equipe
from ..etats import Role
from ..forms.acces_api import AbonnerForm, CreerCleForm
from ..lectures import acces_api as lectures
from ..models import AbonnementApi, CleDuContrat, Habilitation
from ..permissions import organismes_geres
from ..portee import Portee, dans_le_contrat


def _geres(portee: Portee) -> frozenset[int]:
    """The organisations whose accesses the person manages; raises `ActeRefuse` when there is none."""
    geres = organismes_geres(portee.auteur, portee.contrat)
    if not geres:
        raise ActeRefuse(
            "Les clés d’API se créent par le gestionnaire des accès de votre organisme. Demandez au chef de projet du contrat "
            "de vous nommer gestionnaire."
        )
    return geres


@require_safe
@dans_le_contrat()
def cles(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The keys and subscriptions of the organisations that one manages."""
    geres = _geres(portee)
    contexte = {
        "contrat": portee.contrat,
        "cles": lectures.cles(portee.contrat, organismes=geres, le=timezone.now()),
        "abonnements": lectures.abonnements(portee.contrat, organismes=geres),
        "plusieurs_organismes": len(geres) > 1,
    }
    return render(request, "contrats/cles.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat()
def creer_cle(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new key; the answer shows it, this once."""
    form = CreerCleForm(request.POST or None, organismes=_geres(portee))
    contexte = {"contrat": portee.contrat, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            cle, secret = acces_api.creer_cle(
                portee.contrat,
                form.organisme_choisi,
                nom=form.cleaned_data["nom"],
                portees=form.cleaned_data["portees"],
                expire_le=form.cleaned_data["expire_le"],
                par=portee.auteur,
                le=timezone.now(),
            )
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            # Not a redirection: the key must stand in no session, no cookie, no address.
            adresse = request.build_absolute_uri(f"/api/v1/contrats/{portee.contrat.slug}/")
            return render(
                request,
                "contrats/cle_creee.html",
                {"contrat": portee.contrat, "jeton": cle.jeton, "secret": secret, "adresse": adresse},
            )
    return render(request, "contrats/creer_cle.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat()
def revoquer_cle(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """End a key now."""
    cle = get_object_or_404(
        CleDuContrat.objects.select_related("jeton"),
        pk=pk,
        contrat=portee.contrat,
        jeton__organisme__in=_geres(portee),
    )
    retour = redirect("contrats:cles", contrat=portee.contrat.slug).url
    return faire(
        request,
        lambda: acces_api.revoquer_cle(cle, par=portee.auteur, le=timezone.now()),
        retour=retour,
        succes=f"La clé « {cle.jeton.nom} » est révoquée : son prochain appel sera refusé.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat()
def abonner(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new address to call."""
    form = AbonnerForm(request.POST or None, organismes=_geres(portee))
    if request.method == "POST" and form.is_valid():
        try:
            abonnement = acces_api.abonner(
                portee.contrat,
                form.organisme_choisi,
                adresse=form.cleaned_data["adresse"],
                evenements=form.cleaned_data["evenements"],
                par=portee.auteur,
                le=timezone.now(),
            )
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            return redirect("contrats:abonnement", contrat=portee.contrat.slug, pk=abonnement.pk)
    contexte = {"contrat": portee.contrat, "form": form}
    return render(request, "contrats/abonner.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat()
def abonnement(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One subscription: its secret, its latest calls."""
    objet = _abonnement(portee, pk)
    contexte = {
        "contrat": portee.contrat,
        "abonnement": lectures.abonnement_lu(objet),
        "secret": objet.secret,
        "livraisons": lectures.livraisons(objet),
    }
    return render(request, "contrats/abonnement.html", contexte)


@require_POST
@dans_le_contrat()
def resilier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Call an address no more."""
    objet = _abonnement(portee, pk)
    return faire(
        request,
        lambda: acces_api.resilier(objet, par=portee.auteur, le=timezone.now()),
        retour=redirect("contrats:cles", contrat=portee.contrat.slug).url,
        succes=f"L’adresse {objet.adresse} ne sera plus appelée.",
    )


def _abonnement(portee: Portee, pk: int) -> AbonnementApi:
    return get_object_or_404(
        AbonnementApi.objects.select_related("organisme", "contrat"),
        pk=pk,
        contrat=portee.contrat,
        organisme__in=_geres(portee),
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nommer_gestionnaire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Let a person manage the accesses of its organisation, or no more."""
    habilitation = get_object_or_404(
        Habilitation.objects.select_related("utilisateur", "organisme"), pk=pk, contrat=portee.contrat
    )
    nommer = request.POST.get("gestionnaire") == "oui"
    suite = "crée maintenant les clés d’API" if nommer else "ne crée plus les clés d’API"
    return faire(
        request,
        lambda: equipe.nommer_gestionnaire(habilitation, nommer=nommer, par=portee.auteur, le=timezone.now()),
        retour=redirect("contrats:habilitation", contrat=portee.contrat.slug, pk=pk).url,
        succes=f"{habilitation.utilisateur} {suite} de {habilitation.organisme}.",
    )
