"""Reading pages of the contract: what it says, its commitments, its territories."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..lectures.presentation import presentation as lire_presentation
from ..portee import Portee, dans_le_contrat


@require_safe
@dans_le_contrat()
def presentation(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The contract on one page."""
    contexte = {"presentation": lire_presentation(portee.contrat), "contrat": portee.contrat}
    return render(request, "contrats/presentation.html", contexte)
