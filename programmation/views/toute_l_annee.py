"""The list of the schemes open all year, with what awaits in each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contrats.portee import Portee, dans_le_contrat

from ..lectures.toute_l_annee import permanents


@require_safe
@dans_le_contrat()
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What concerns this reader outside the yearly call."""
    assert portee.annee is not None
    lus = permanents(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.localdate())
    contexte = {"permanents": lus, "contrat": portee.contrat, "annee": portee.annee}
    return render(request, "programmation/toute_l_annee/toute_l_annee.html", contexte)
