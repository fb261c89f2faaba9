"""The letters that tell what became of a request, and the PDF of those that were sent."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun import fichiers
from commun.api.reponses import ReponseJson
from contrats.api.vues import CONTRAT, decrire

from ..etats import EtatCourrier, GenreCourrier
from ..models import Courrier
from .demandes import DEMANDE, VueDesDemandes

COURRIER = OpenApiParameter("courrier", int, OpenApiParameter.PATH, description="`id` du courrier.")


class CourrierSerializer(serializers.Serializer[Any]):
    """Un courrier d’un financeur à un porteur, sur un dossier."""

    id = serializers.CharField()
    reference = serializers.CharField()
    genre = serializers.ChoiceField(GenreCourrier.choices)
    etat = serializers.ChoiceField(EtatCourrier.choices)
    objet = serializers.CharField()
    montant = serializers.DecimalField(
        max_digits=12, decimal_places=2, help_text="Ce que le courrier attribue, en euros ; 0 pour un refus."
    )
    envoye_le = serializers.DateTimeField(allow_null=True)
    adresse = serializers.URLField(allow_null=True, help_text="Où télécharger son PDF, une fois envoyé.")


EXEMPLE = {
    "id": "31",
    "reference": "2026-0142-REGION",
    "genre": "octroi",
    "etat": "envoye",
    "objet": "Attribution d’une subvention pour l’action « Ateliers du soir »",
    "montant": "8000.00",
    "envoye_le": "2026-07-01T10:00:00+02:00",
    "adresse": "https://pilotville.example/api/v1/contrats/porte-du-hainaut/demandes/512/courriers/31/",
}


class CourriersView(VueDesDemandes):
    """The letters about one row."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE}

    @decrire(
        operation="courriers_lister",
        resume="Lister les courriers d’une demande",
        description="Ceux de votre organisme dès leur ouverture ; ceux d’un cofinanceur du dossier une fois envoyés.",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DEMANDE],
        reponses={200: inline_serializer("Courriers", {"resultats": CourrierSerializer(many=True)})},
        refus=(404,),
        examples=[OpenApiExample("Un envoi", response_only=True, status_codes=["200"], value={"resultats": [EXEMPLE]})],
    )
    def get(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        courriers = _courriers(self, demande).order_by("pk")
        lus = [_lu(courrier, demande, self) for courrier in courriers]
        return ReponseJson({"resultats": CourrierSerializer(lus, many=True).data})


class CourrierView(VueDesDemandes):
    """The PDF of a letter that was sent."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE}

    @decrire(
        operation="courrier_telecharger",
        resume="Télécharger le PDF d’un courrier envoyé",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DEMANDE, COURRIER],
        reponses={(200, "application/pdf"): OpenApiTypes.BINARY},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str, demande: int, courrier: int) -> HttpResponseBase:
        trouve = _courriers(self, demande).filter(pk=courrier, etat=EtatCourrier.ENVOYE).first()
        if trouve is None or trouve.pdf is None:
            raise Http404
        return fichiers.reponse(trouve.pdf)


def _courriers(vue: VueDesDemandes, demande: int) -> Any:
    """The letters that tell this row, among those that the caller's people read on the pages."""
    vus = Courrier.objects.visibles_par(vue.portee.auteur, vue.portee.contrat)
    return vus.filter(demandes=vue.une(demande).pk).select_related("pdf")


def _lu(courrier: Courrier, demande: int, vue: VueDesDemandes) -> dict[str, Any]:
    cles = {"contrat": vue.portee.contrat.slug, "demande": demande, "courrier": courrier.pk}
    chemin = reverse("api:courrier", kwargs=cles)
    return {
        "id": str(courrier.pk),
        "reference": courrier.reference,
        "genre": courrier.genre,
        "etat": courrier.etat,
        "objet": courrier.objet,
        "montant": courrier.montant,
        "envoye_le": courrier.envoye_le,
        "adresse": vue.request.build_absolute_uri(chemin) if courrier.pdf else None,
    }
