"""The shared calendar: month and list, other funders' calls, one's own feed."""

from __future__ import annotations

import re
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import ical
from commun.auteur import Auteur
from commun.permissions import Acces, acces
from commun.views import agir, appliquer

from ..actions import instances as actions
from ..etats import Role
from ..forms.instances import AppelForm, FiltreCalendrierForm
from ..lectures.calendrier import appels_sans_date, echeances, fin_de_mois
from ..lectures.calendrier import flux as lire_flux
from ..lectures.calendrier import mois as lire_mois
from ..models import AbonnementCalendrier, AppelExterne
from ..permissions import peut_animer
from ..portee import Portee, dans_le_contrat
from .filtres import puces
from .reunions import onglets

_MOIS = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")


@require_safe
@dans_le_contrat()
def calendrier(request: HttpRequest, portee: Portee) -> HttpResponse:
    """One month of meetings, campaigns, TFPB, bilans and calls: a grid and the same dates as a list."""
    jour = timezone.localdate()
    form = FiltreCalendrierForm(request.GET or None, contrat=portee.contrat)
    filtres = form.cleaned_data if form.is_valid() else {}
    premier = _premier_du_mois(request.GET.get("mois", ""), jour)
    semaines_du, semaines_au = premier.replace(day=1), fin_de_mois(premier)
    commune = filtres.get("commune")
    trouvees = echeances(
        portee.contrat,
        semaines_du,
        semaines_au,
        pour=portee.auteur,
        genre=filtres.get("genre", ""),
        commune_id=commune.pk if commune else None,
    )
    en_liste = request.GET.get("vue") == "liste"
    lu = lire_mois(premier, trouvees, aujourdhui=jour)
    contexte = {
        "mois": lu,
        "echeances": trouvees,
        "en_liste": en_liste,
        "adresses": {
            "precedent": _adresse(request, mois=f"{lu.precedent:%Y-%m}"),
            "suivant": _adresse(request, mois=f"{lu.suivant:%Y-%m}"),
            "aujourdhui": _adresse(request, mois=""),
            "grille": _adresse(request, vue=""),
            "liste": _adresse(request, vue="liste"),
        },
        "form_filtres": form,
        "puces": puces(request, form),
        "onglets": onglets(portee, "calendrier"),
        "pilote": portee.roles.pilote,
        "sans_date": appels_sans_date(portee.contrat),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/calendrier.html", contexte)


def _premier_du_mois(texte: str, jour: date) -> date:
    """The month asked for, this one by default."""
    trouve = _MOIS.match(texte)
    return date(int(trouve[1]), int(trouve[2]), 1) if trouve else jour.replace(day=1)


def _adresse(request: HttpRequest, **change: str) -> str:
    """The same page with one choice changed; an empty choice leaves the address."""
    gardes = {n: v for n, v in request.GET.items() if v} | change
    return f"?{urlencode({n: v for n, v in gardes.items() if v})}"


# --- Other funders' calls --------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def appels(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Calls of other funders, with or without dates."""
    contexte = {
        "appels": AppelExterne.objects.filter(contrat=portee.contrat)
        .select_related("organisme")
        .order_by("organisme__recherche", "nom"),
        "sans_date": appels_sans_date(portee.contrat),
        "anime": peut_animer(portee.auteur, portee.contrat),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/appels.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def appel(request: HttpRequest, portee: Portee, pk: int | None = None) -> HttpResponse:
    """A call, new or not."""
    existant = get_object_or_404(AppelExterne, pk=pk, contrat=portee.contrat) if pk is not None else None
    depart = {n: getattr(existant, n) for n in AppelForm.base_fields} if existant else {}
    form = AppelForm(request.POST or None, initial=depart, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.enregistrer_appel(
            portee.contrat,
            actions.FicheAppel(**form.cleaned_data),
            appel=existant,
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        return redirect("contrats:appels", contrat=portee.contrat.slug)
    contexte = {"form": form, "appel": existant, "contrat": portee.contrat}
    return render(request, "contrats/instances/appel_form.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_appel(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Off the calendar."""
    existant = get_object_or_404(AppelExterne, pk=pk, contrat=portee.contrat)
    agir(
        request,
        lambda: actions.retirer_appel(existant, par=portee.auteur, le=timezone.now()),
        succes="L’appel est retiré du calendrier.",
    )
    return redirect("contrats:appels", contrat=portee.contrat.slug)


# --- One's own calendar ----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@acces(Acces.CONNECTE)
def mon_calendrier(request: HttpRequest) -> HttpResponse:
    """The private address of one's calendar: said once, when it is made."""
    adresse = ""
    if request.method == "POST":
        jeton = actions.ouvrir_calendrier(par=Auteur(utilisateur=request.user), le=timezone.now())
        adresse = request.build_absolute_uri(reverse("contrats:flux_calendrier", kwargs={"jeton": jeton}))
    contexte = {
        "adresse": adresse,
        "abonnement": AbonnementCalendrier.objects.ouverts().filter(utilisateur=request.user.pk).first(),
    }
    reponse = render(request, "contrats/instances/mon_calendrier.html", contexte)
    patch_cache_control(reponse, no_store=True)
    return reponse


@require_POST
@acces(Acces.CONNECTE)
def fermer(request: HttpRequest) -> HttpResponse:
    """Revoke one's address."""
    if actions.fermer_calendrier(par=Auteur(utilisateur=request.user), le=timezone.now()):
        messages.success(request, "L’adresse est révoquée : les agendas abonnés ne reçoivent plus rien.")
    return redirect("contrats:mon_calendrier")


@require_safe
@acces(Acces.PUBLIC)
def flux(request: HttpRequest, jeton: str) -> HttpResponse:
    """The feed behind a private address: the token alone says who reads, and only what that person may see."""
    abonnement = AbonnementCalendrier.objects.ouverts().du_jeton(jeton).select_related("utilisateur").first()
    if abonnement is None or not abonnement.utilisateur.is_active:
        raise Http404("No such calendar.")
    evenements = lire_flux(Auteur(utilisateur=abonnement.utilisateur), le=timezone.now())
    reponse = HttpResponse(ical.calendrier(evenements, nom="Pilotville"), content_type=ical.TYPE_MIME)
    patch_cache_control(reponse, private=True, max_age=900)
    reponse["X-Robots-Tag"] = "noindex"
    reponse["Referrer-Policy"] = "no-referrer"
    return reponse
