"""The holidays of a year, as those who instruct read them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..lectures.vacances import vacances
from ..permissions.campagne import peut_preparer_campagne


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What takes place when and where, and which quarters have nothing."""
    assert portee.annee is not None
    demande = request.GET.get("dispositif", "")
    choisi = int(demande) if demande.isdecimal() and len(demande) < 10 else None
    return render(
        request,
        "programmation/toute_l_annee/vacances.html",
        {
            "contrat": portee.contrat,
            "annee": portee.annee,
            "choisi": choisi,
            "lue": vacances(portee.contrat, portee.annee, pour=portee.auteur, dispositif=choisi),
            "dater": peut_preparer_campagne(portee.auteur, portee.contrat),
        },
    )
