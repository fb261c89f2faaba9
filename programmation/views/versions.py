"""The request as it was kept at each date, and as a document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from contrats.portee import Portee, dans_le_contrat

from ..lectures.comparaison import versions_de
from ..lectures.demande import demande_de
from ..rapports.demande import rediger
from .acces import LECTEURS
from .depot import demande_lue
from .onglets import cadre_du_dossier


@require_safe
@dans_le_contrat(*LECTEURS)
def lister(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Each version kept, with what it changed."""
    dossier = demande_lue(portee, numero)
    return render(
        request,
        "programmation/depot/versions.html",
        {**cadre_du_dossier(portee, dossier, "demande"), "versions": versions_de(dossier)},
    )


@require_safe
@dans_le_contrat(*LECTEURS)
def telecharger(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The request as a PDF, in the CERFA's order."""
    dossier = demande_lue(portee, numero)
    maintenant = timezone.localtime()
    octets = rediger(demande_de(dossier, maintenant.date()), dossier, le=maintenant)
    nom = f"demande-{dossier.numero}.pdf"
    return HttpResponse(
        octets,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=nom) or ""},
    )
