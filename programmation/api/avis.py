"""The opinion of the caller's organisation on a file."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.reponses import ReponseJson, en_json
from contrats.api.vues import CONTRAT, IF_MATCH, IF_NONE_MATCH, decrire

from .. import actions
from ..actions.ecriture import verrouiller_dossier
from ..etats import SensAvis
from ..forms.financeurs import AvisSaisieSerializer
from ..lectures import financeurs
from ..models import Dossier
from .instruction import DOSSIER, VueDUnDossier


class AvisSerializer(serializers.Serializer[Any]):
    """L’avis de votre organisme sur un dossier."""

    dossier = serializers.CharField()
    organisme = serializers.CharField()
    sens = serializers.ChoiceField(SensAvis.choices)
    texte = serializers.CharField()
    rendu_le = serializers.DateTimeField()


EXEMPLE = {
    "dossier": "142",
    "organisme": "12",
    "sens": "reserve",
    "texte": "Favorable si les ateliers restent gratuits.",
    "rendu_le": "2026-01-20T11:00:00+01:00",
}
LU = OpenApiExample("Avec réserve", response_only=True, status_codes=["200", "201"], value=EXEMPLE)


class AvisView(VueDUnDossier):
    """One's opinion, given or changed."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE, "PUT": PorteeApi.INSTRUCTION_ECRIRE}

    def _lu(self, dossier: Dossier) -> tuple[dict[str, Any] | None, str | None]:
        """The opinion and its ETag; None twice when none is given."""
        connu = financeurs.avis_de(dossier, pour=self.portee.auteur)
        lu = financeurs.avis(connu) if connu else None
        return lu, etiquette_du_contenu(en_json(lu)) if lu else None

    @decrire(
        operation="avis_lire",
        resume="Lire l’avis de votre organisme",
        description="404 tant qu’il n’est pas donné. Les avis des autres se lisent avec le dossier.",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DOSSIER, IF_NONE_MATCH],
        reponses={200: AvisSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, dossier: int) -> HttpResponse:
        lu, etag = self._lu(self.un(dossier))
        if lu is None or etag is None:
            raise Http404
        if inchange(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return ReponseJson(lu, entetes={"ETag": etag})

    @decrire(
        operation="avis_donner",
        resume="Donner l’avis de votre organisme",
        description="Avant la décision du COPIL. Le premier avis ne demande rien ; pour le changer, `If-Match` avec l’ETag lu. Le même "
        "avis renvoyé n’écrit rien de plus. Si un avis vous était demandé, il y répond.",
        portee=PorteeApi.INSTRUCTION_ECRIRE,
        parameters=[CONTRAT, DOSSIER, IF_MATCH, IF_NONE_MATCH],
        request=AvisSaisieSerializer,
        reponses={200: AvisSerializer, 201: AvisSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[
            OpenApiExample("Avec réserve", request_only=True, value={n: EXEMPLE[n] for n in ("sens", "texte")}),
            LU,
        ],
    )
    def put(self, request: Request, contrat: str, dossier: int) -> HttpResponse:
        donnees = AvisSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        with transaction.atomic():
            objet = self.un(dossier)
            verrouiller_dossier(objet)
            ancien, etag = self._lu(objet)
            if ancien is None or donnees.validated_data != {nom: ancien[nom] for nom in ("sens", "texte")}:
                exiger_etiquette(request, etag, obligatoire=etag is not None)
                actions.donner_avis(objet, **donnees.validated_data, par=self.portee.auteur, le=timezone.now())
        lu, etag = self._lu(objet)
        return ReponseJson(lu, statut=200 if ancien else 201, entetes={"ETag": str(etag)})
