"""Reading pages of the contract: what it says, its commitments, its territories."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from ..forms import FiltreEngagementsForm
from ..lectures import engagements as lecture_engagements
from ..lectures import territoires as lecture_territoires
from ..lectures.presentation import presentation as lire_presentation
from ..permissions import peut_creer_engagement, peut_modifier_structure, voit_les_declarations
from ..portee import Portee, dans_le_contrat
from .filtres import puces
from .onglets import onglets_engagements

PAR_PAGE = 50


@require_safe
@dans_le_contrat()
def presentation(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The contract on one page."""
    contexte = {
        "presentation": lire_presentation(portee.contrat),
        "contrat": portee.contrat,
        "edition": peut_modifier_structure(portee.auteur, portee.contrat),
    }
    return render(request, "contrats/presentation.html", contexte)


@require_safe
@dans_le_contrat()
def engagements(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The commitments of the contract."""
    declarations = voit_les_declarations(portee.roles)
    form = FiltreEngagementsForm(request.GET or None, contrat=portee.contrat, declarations=declarations)
    filtres = form.cleaned_data if form.is_valid() else {}
    choisis = lecture_engagements.choisir(
        portee.contrat,
        pour=portee.auteur,
        texte=filtres.get("q", ""),
        signataire=filtres.get("signataire"),
        orientation=filtres.get("orientation"),
        etat=filtres.get("etat", ""),
    )
    page = Paginator(choisis, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "page_obj": page,
        "lignes": lecture_engagements.lire(page, portee.contrat, pour=portee.auteur, le=timezone.localdate()),
        "form_filtres": form,
        "puces": puces(request, form),
        "declarations": declarations,
        "url_creer": reverse("contrats:creer_engagement", args=[portee.contrat.slug])
        if peut_creer_engagement(portee.auteur, portee.contrat)
        else "",
        "onglets": onglets_engagements(portee, "engagements"),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/engagements.html", contexte)


@require_safe
@dans_le_contrat()
def territoires(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The perimeters of the contract, and what is measured on them, one theme at a time."""
    noms = lecture_territoires.themes(portee.contrat)
    theme = request.GET.get("theme", "")
    if theme not in noms:
        theme = noms[0] if noms else ""
    contexte = {
        "groupes": lecture_territoires.perimetres(portee.contrat, le=timezone.localdate()),
        "onglets": [
            {
                "libelle": nom,
                "url": f"?{urlencode({'theme': nom})}#indicateurs",
                "actif": nom == theme,
                "nombre": None,
            }
            for nom in noms
        ],
        "mesures": lecture_territoires.mesures(portee.contrat, theme) if theme else None,
        "contrat": portee.contrat,
    }
    return render(request, "contrats/territoires.html", contexte)
