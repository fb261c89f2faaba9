"""Lists by cursor: parameters, the page, the instant from which to ask for changes next time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from commun.api.curseur import PageSerializer, page, tranche
from commun.api.reponses import ReponseJson

# A write takes its instant before it ends: whoever reads changes starts again that much earlier, and misses none.
RECOUVREMENT = timedelta(minutes=5)


def page_de(nom: str, objet: type[serializers.Serializer[Any]], **suite: Any) -> Any:
    """The description of a page of these objects."""
    return inline_serializer(
        f"{nom}Page",
        {
            "resultats": objet(many=True),
            "suivante": serializers.URLField(
                allow_null=True, help_text="Adresse de la page suivante ; nulle sur la dernière."
            ),
            "reprendre_depuis": serializers.DateTimeField(
                help_text="Valeur à donner à `modifie_depuis` la prochaine fois, une fois toutes les pages lues. Elle "
                "recouvre les dernières minutes : un objet peut revenir, aucun ne manque."
            ),
            **suite,
        },
    )


def lire_parametres(request: Any, serializer: type[PageSerializer]) -> dict[str, Any]:
    """The parameters of the list; raises a 400 that names the one at fault, also when nobody knows it."""
    lus = serializer(data=request.query_params)
    inconnus = set(request.query_params) - set(lus.fields)
    if inconnus:
        raise serializers.ValidationError({nom: ["Ce paramètre n’existe pas."] for nom in sorted(inconnus)})
    lus.is_valid(raise_exception=True)
    return lus.validated_data


def repondre_par_page(
    request: Any,
    parametres: dict[str, Any],
    objets: QuerySet[Any],
    lire: Callable[[Any], list[dict[str, Any]]],
    **suite: Any,
) -> ReponseJson:
    """One page of `objets`, from the oldest change to the latest; `suite` is added to the body."""
    debut = timezone.now()
    if depuis := parametres.get("modifie_depuis"):
        objets = objets.filter(modifie_le__gte=depuis)
    lignes = lire(tranche(objets, apres=parametres.get("curseur"), taille=parametres["taille"]))
    corps = page(
        lignes,
        taille=parametres["taille"],
        adresse=request.build_absolute_uri(request.path),
        parametres={nom: valeur for nom, valeur in request.query_params.items() if nom != "curseur"},
    )
    return ReponseJson({**corps, "reprendre_depuis": debut - RECOUVREMENT, **suite})
