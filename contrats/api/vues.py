"""What every route stands on: who calls, what its key may be used for, how often, below which contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from acteurs.etats import PorteeApi
from acteurs.models import JetonApi
from commun.api.corps import ToujoursJson
from commun.api.debit import Debit
from commun.api.problemes import ProblemeSerializer
from commun.api.refus import Refus
from commun.auteur import Auteur, Canal

from ..models import Engagement
from ..permissions import AUCUN_ENGAGEMENT, engagement_d_autrui, roles
from ..portee import Portee, portee_de


class CleAuthentificationSchema(OpenApiAuthenticationExtension):
    """How the description of the API presents it."""

    target_class = "contrats.api.authentification.CleAuthentification"
    name = "cle"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Clé d’API de votre organisme, créée dans « Clés d’API » par le gestionnaire de ses accès : "
            "`Authorization: Bearer pv_…`.",
        }


class UsagePermis(BasePermission):
    """A signed-in person, or a key that may be used for this."""

    message = "Cette clé ne permet pas cet usage : il demande la portée « {portee} »."

    def has_permission(self, request: Request, view: Any) -> bool:
        portee = view.portees.get("GET" if request.method == "HEAD" else request.method)
        if portee is None:
            raise MethodNotAllowed(str(request.method))
        if isinstance(request.auth, JetonApi):
            self.message = type(self).message.format(portee=portee)
            return request.auth.permet(portee)
        return bool(request.user and request.user.is_authenticated)


class VueDApi(APIView):
    """A route of the API. `portees` gives the use that each method asks of a key."""

    permission_classes = [UsagePermis]
    throttle_classes = [Debit]
    content_negotiation_class = ToujoursJson
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    portees: ClassVar[dict[str, str]]

    @property
    def emetteur(self) -> str:
        """Who calls, as the rate limits and the idempotency keys count it."""
        appel = self.request
        return f"cle:{appel.auth.pk}" if isinstance(appel.auth, JetonApi) else f"personne:{appel.user.pk}"

    def auteur(self) -> Auteur:
        """Who calls, before any contract is known."""
        appel = self.request
        if isinstance(appel.auth, JetonApi):
            return Auteur(organisme=appel.auth.organisme, canal=Canal.API, cle=appel.auth)
        return Auteur(utilisateur=appel.user, canal=Canal.API)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reponse: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        reponse.headers.setdefault("Cache-Control", "private, no-store")
        return reponse


class VueDuContrat(VueDApi):
    """A route below a contract: `self.portee` tells who calls and what it is there; elsewhere is a 404."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        slug, annee = kwargs["contrat"], kwargs.get("annee")
        if isinstance(request.auth, JetonApi):
            self.portee = _portee_de_la_cle(request.auth, self.auteur(), slug, annee)
        else:
            self.portee = portee_de(request, slug, annee, canal=Canal.API)


class VueDesEngagements(VueDuContrat):
    """A route about commitments, or about what is said of one."""

    def un(self, **cle: Any) -> Engagement:
        """The commitment, withdrawn or not; a foreign one is a 404."""
        trouve = self._cherche(**cle)
        if trouve is None:
            raise Http404
        return trouve

    def a_ecrire(self, **cle: Any) -> Engagement:
        """The same, to write it: another organisation's, which may be read, is a 404 as well, that says so."""
        trouve = self._cherche(**cle)
        if trouve is not None and not engagement_d_autrui(self.portee.auteur, trouve):
            return trouve
        if self.portee.roles.pilote:
            raise Http404
        raise Refus(404, AUCUN_ENGAGEMENT, code="engagement_d_autrui")

    def _cherche(self, **cle: Any) -> Engagement | None:
        choisis = Engagement.tous.filter(contrat=self.portee.contrat, **cle)
        return choisis.select_related("contrat", "organisme__parent", "signataire__organisme", "orientation").first()


def _portee_de_la_cle(jeton: JetonApi, auteur: Auteur, slug: str, annee: int | None) -> Portee:
    contrat = jeton.ouverture.contrat
    tenus = roles(auteur, contrat)
    if contrat.slug != slug or not tenus or (annee is not None and annee not in contrat.annees):
        raise Http404
    return Portee(contrat, annee, auteur, tenus)


PROBLEME = "application/problem+json"
_REFUS_DE_TOUS = (401, 403, 429)
# How the documentation groups the operations.
_THEMES = {
    "contrats": "Contrat",
    "perimetres": "Périmètres",
    "engagements": "Engagements",
    "avancement": "Avancement",
    "reunions": "Comités et réunions",
    "ressources": "Droit commun",
    "moyens": "Moyens",
    "programmation": "Programmation",
    "instruction": "Instruction",
}


def decrire(
    *,
    operation: str,
    resume: str,
    description: str = "",
    portee: PorteeApi | None = None,
    reponses: dict[Any, Any],
    refus: tuple[int, ...] = (),
    **suite: Any,
) -> Callable[[Any], Any]:
    """`extend_schema` with what all operations share: the refusals, the use asked of a key, the languages of errors."""
    if portee is not None:
        suite.setdefault("tags", [_THEMES[portee.value.partition(":")[0]]])
        description = f"{description}\n\nPortée demandée à une clé : `{portee.value}`.".strip()
    erreurs: dict[Any, Any] = {(statut, PROBLEME): ProblemeSerializer for statut in (*_REFUS_DE_TOUS, *refus)}
    return extend_schema(
        operation_id=operation,
        summary=resume,
        description=description,
        responses={**reponses, **erreurs},
        **suite,
    )


def resultats(nom: str, objet: type[serializers.Serializer[Any]]) -> Any:
    """A short list, given whole."""
    return inline_serializer(f"{nom}Liste", {"resultats": objet(many=True)})


def exemple(nom: str, valeur: Any, *, codes: tuple[str, ...] = ("200",)) -> OpenApiExample:
    """What an answer looks like, under the name that says what it is about."""
    return OpenApiExample(nom, response_only=True, status_codes=list(codes), value=valeur)


def exemple_de_page(nom: str, *lignes: Any, **suite: Any) -> OpenApiExample:
    """The last page of a list that one follows by its changes."""
    return exemple(
        nom,
        {"resultats": list(lignes), "suivante": None, "reprendre_depuis": "2026-11-20T09:55:00+01:00", **suite},
    )


CONTRAT = OpenApiParameter(
    "contrat", str, OpenApiParameter.PATH, description="Identifiant court du contrat, lu dans `GET /contrats/`."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETag de la révision lue : l’écriture est refusée (412) si l’objet a changé depuis. `*` accepte toute "
    "révision.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETag déjà connu : la réponse est 304, sans corps, si rien n’a changé.",
)
IDEMPOTENCE = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Une valeur de votre choix, propre à cette demande (un UUID, par exemple). Renvoyée avec le même corps, elle "
    "reçoit la même réponse sans rien écrire de plus ; avec un autre corps, 422 ; pendant le traitement, 409.",
)
