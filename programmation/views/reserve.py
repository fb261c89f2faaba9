"""The réserve and the fonds de concours of a year: what is left, what awaits, who decides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..lectures.fil_de_l_eau import au_fil_de_l_eau
from ..lectures.investissement import qui_paie_dans_l_annee
from ..models import FamilleDispositif
from ..permissions import peut_saisir


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Small projects decided all year round by the co-funders."""
    return _page(request, portee, FamilleDispositif.RESERVE, "reserve")


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def fonds_de_concours(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The communes' investments."""
    return _page(request, portee, FamilleDispositif.FONDS_DE_CONCOURS, "fonds_de_concours")


def _page(request: HttpRequest, portee: Portee, famille: FamilleDispositif, gabarit: str) -> HttpResponse:
    assert portee.annee is not None
    le = timezone.localdate()
    return render(
        request,
        f"programmation/toute_l_annee/{gabarit}.html",
        {
            "annee": portee.annee,
            "contrat": portee.contrat,
            "lue": au_fil_de_l_eau(portee.contrat, portee.annee, famille, pour=portee.auteur, le=le),
            "paient": qui_paie_dans_l_annee(portee.contrat, portee.annee, famille, pour=portee.auteur),
            "saisir": peut_saisir(portee.auteur, portee.contrat),
        },
    )
