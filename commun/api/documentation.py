"""The documentation page of the API, made here from its description: French, readable without script, searched by words."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from ..permissions import Acces, acces
from .reference import Reference, lire


@cache
def reference() -> Reference:
    """Read once per process: the description changes with the code only."""
    return lire(SchemaGenerator().get_schema(request=None, public=True))


@require_safe
@acces(Acces.PUBLIC)
def documentation(request: HttpRequest) -> HttpResponse:
    """Every operation and every object, or those that hold the words of `q`."""
    texte = request.GET.get("q", "").strip()[:100]
    racine = request.build_absolute_uri(request.path.removesuffix("/documentation/"))
    contexte = {
        "reference": reference().cherchee(texte),
        "texte": texte,
        "total": reference().nombre,
        "preparation": f"export ADRESSE={racine}\nexport CLE=pv_…",
    }
    return render(request, "api/documentation.html", contexte)
