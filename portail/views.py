"""Home, choice of a contract, legal pages, health."""

from __future__ import annotations

from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from commun.auteur import Auteur
from commun.permissions import Acces, acces
from contrats.models import Contrat
from contrats.portee import Portee, dans_le_contrat

from .lectures.accueil import accueil as lire_accueil
from .lectures.accueil import annee_d_arrivee


@acces(Acces.CONNECTE)
def accueil(request: HttpRequest) -> HttpResponse:
    """Straight to the only contract; else the choice; or why there is nothing."""
    personne = Auteur(utilisateur=request.user)
    choix = [(contrat, annee_d_arrivee(contrat, pour=personne)) for contrat in Contrat.objects.visibles_par(personne)]
    if len(choix) == 1:
        ((seul, annee),) = choix
        return redirect("portail:contrat", contrat=seul.slug, annee=annee)
    return render(request, "portail/contrats.html", {"contrats": choix})


@dans_le_contrat()
def contrat(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What awaits me and my organisation; the year's figures."""
    assert portee.annee is not None
    lu = lire_accueil(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.localdate())
    return render(request, "portail/accueil.html", {"accueil": lu})


@acces(Acces.PUBLIC)
def page(request: HttpRequest, nom: str) -> HttpResponse:
    """A legal page."""
    return render(request, f"portail/pages/{nom}.html")


@acces(Acces.PUBLIC)
def sante(request: HttpRequest) -> JsonResponse:
    """For the load balancer: 200 while the process reaches PostgreSQL, 503 else. Redis is told, not required."""
    try:
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"postgresql": "absent"}, status=503)
    return JsonResponse({"postgresql": "bon", "redis": "bon" if caches["default"].repond() else "absent"})
