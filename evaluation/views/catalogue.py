"""The catalogue of funded actions: the published edition for all, the one in preparation for the team and co-funders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from commun import fichiers
from commun.erreurs import RegleEnfreinte
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat
from contrats.views.filtres import puces
from programmation.lectures.catalogue import prepare_le_catalogue

from .. import actions
from ..etats import EtatRapport, TypeRapport
from ..forms import FiltreCatalogueForm
from ..lectures.catalogue import Catalogue, catalogue_en_preparation, filtrer, regrouper
from ..models import Rapport
from ..permissions import peut_produire
from ..rapports.catalogue import imprimer, relire_edition, reprise

PAR_PAGE = 24
EN_PREPARATION = "preparation"


@require_safe
@dans_le_contrat()
def catalogue(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The funded actions of a year, by orientation, commune or QPV."""
    prepare = prepare_le_catalogue(portee.contrat, pour=portee.auteur)
    edition = _derniere_publiee(portee)
    lu = relire_edition(edition) if edition is not None else None
    production = peut_produire(portee.auteur, portee.contrat)
    a_reprendre = reprise(edition, lu) if edition is not None and production else None
    en_preparation = prepare and (lu is None or request.GET.get("vue") == EN_PREPARATION)
    if en_preparation:
        assert portee.annee is not None
        lu = catalogue_en_preparation(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.now())
    contexte: dict[str, Any] = {
        "edition": edition,
        "en_preparation": en_preparation,
        "onglets": _onglets(portee, en_preparation) if prepare and edition is not None else [],
        "production": production,
        "a_publier": _a_publier(portee) if production else None,
        "reprise": a_reprendre,
        "catalogue": lu,
        "annee": portee.annee,
        "contrat": portee.contrat,
    }
    return render(request, "evaluation/catalogue/catalogue.html", contexte | _liste(request, lu))


def _liste(request: HttpRequest, lu: Catalogue | None) -> dict[str, Any]:
    """The cards of one page, under the names of their groups."""
    if lu is None:
        return {"groupes": [], "page_obj": None, "form_filtres": None, "puces": [], "nombre": 0}
    form = FiltreCatalogueForm(request.GET or None, catalogue=lu)
    retenues = filtrer(lu.actions, form.filtres)
    quartiers = (form.filtres.qpv,) if form.filtres.qpv else lu.quartiers
    rangees = [
        (nom, action)
        for nom, actions in regrouper(retenues, form.regroupement, quartiers=quartiers)
        for action in actions
    ]
    page = Paginator(rangees, PAR_PAGE).get_page(request.GET.get("page"))
    groupes: dict[str, list[Any]] = {}
    for nom, action in page.object_list:
        groupes.setdefault(nom, []).append(imprimer(action))
    return {
        "groupes": list(groupes.items()),
        "page_obj": page,
        "form_filtres": form,
        "puces": puces(request, form),
        "nombre": len(retenues),
    }


def _onglets(portee: Portee, en_preparation: bool) -> list[dict[str, Any]]:
    adresse = reverse("evaluation:catalogue", args=[portee.contrat.slug, portee.annee])
    vue = urlencode({"vue": EN_PREPARATION})
    return [
        {"libelle": "Édition publiée", "url": adresse, "actif": not en_preparation, "nombre": None},
        {"libelle": "En préparation", "url": f"{adresse}?{vue}", "actif": en_preparation, "nombre": None},
    ]


def _editions(portee: Portee) -> Any:
    return (
        Rapport.objects.visibles_par(portee.auteur, portee.contrat)
        .du_type(TypeRapport.CATALOGUE)
        .filter(annee=portee.annee)
        .select_related("instantane", "pdf", "travail", "contrat")
        .order_by("-version")
    )


def _derniere_publiee(portee: Portee) -> Rapport | None:
    edition: Rapport | None = _editions(portee).publies().first()
    return edition


def _a_publier(portee: Portee) -> Rapport | None:
    """The latest edition, when it is still to be made or published."""
    derniere: Rapport | None = _editions(portee).first()
    if derniere is None or derniere.etat not in (EtatRapport.EN_PREPARATION, EtatRapport.PRET):
        return None
    return derniere


@require_safe
@dans_le_contrat()
def catalogue_pdf(request: HttpRequest, portee: Portee) -> HttpResponseBase:
    """The published brochure."""
    edition = _derniere_publiee(portee)
    if edition is None or edition.pdf is None:
        raise Http404("No edition is published for this year.")
    return fichiers.reponse(edition.pdf)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def produire_catalogue(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Ask for the next edition, then watch it being made."""
    assert portee.annee is not None
    try:
        rapport = actions.demander_rapport(
            portee.contrat, portee.annee, TypeRapport.CATALOGUE, par=portee.auteur, le=timezone.now()
        )
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
        return redirect("evaluation:catalogue", portee.contrat.slug, portee.annee)
    return redirect("evaluation:avancement", contrat=portee.contrat.slug, numero=rapport.pk)
