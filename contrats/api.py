"""REST API of the contract: which contracts one sees, their orientations and perimeters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from commun.api import ProblemeSerializer
from commun.auteur import Auteur, Canal
from geographie.models import VersionPerimetre

from .models import Contrat, Orientation
from .portee import portee_de


class ContratSerializer(serializers.ModelSerializer[Contrat]):
    """A contract, by its short identifier."""

    pilote = serializers.CharField(source="pilote.nom", help_text="Organisme pilote (EPCI).")

    class Meta:
        model = Contrat
        fields = ["slug", "nom", "intitule", "pilote", "debut", "fin", "signe_le"]


class OrientationSerializer(serializers.ModelSerializer[Orientation]):
    """A priority of the contract."""

    class Meta:
        model = Orientation
        fields = ["code", "nature", "nom", "nom_court", "theme_etat"]


class PerimetreSerializer(serializers.Serializer[Any]):
    """A perimeter in force, as a GeoJSON feature; its geometry is null while the contour is unknown."""

    type = serializers.CharField(default="Feature")
    properties = serializers.DictField()
    geometry = serializers.JSONField(allow_null=True)


class PerimetresSerializer(serializers.Serializer[Any]):
    """A GeoJSON collection (RFC 7946, WGS 84)."""

    type = serializers.CharField(default="FeatureCollection")
    features = PerimetreSerializer(many=True)


class VueDuContrat(APIView):
    """A view below a contract: `self.portee` tells who reads and what it may see; elsewhere is a 404."""

    permission_classes = [IsAuthenticated]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.portee = portee_de(request, kwargs["contrat"], kwargs.get("annee"), canal=Canal.API)


class ContratsView(APIView):
    """The contracts that the caller sees."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="contrats_lister",
        summary="Lister les contrats visibles",
        responses={200: ContratSerializer(many=True), 403: ProblemeSerializer},
    )
    def get(self, request: Request) -> Response:
        visibles = Contrat.objects.visibles_par(Auteur(utilisateur=request.user, canal=Canal.API))
        return Response(ContratSerializer(visibles.select_related("pilote"), many=True).data)


class OrientationsView(VueDuContrat):
    """The structure of a contract."""

    @extend_schema(
        operation_id="orientations_lister",
        summary="Lister les orientations et les axes transversaux d’un contrat",
        responses={200: OrientationSerializer(many=True), 403: ProblemeSerializer, 404: ProblemeSerializer},
    )
    def get(self, request: Request, contrat: str) -> Response:
        return Response(OrientationSerializer(self.portee.contrat.orientations.all(), many=True).data)


class PerimetresView(VueDuContrat):
    """The perimeters of a contract in one year."""

    @extend_schema(
        operation_id="perimetres_lister",
        summary="Lister les périmètres en vigueur une année, en GeoJSON",
        responses={200: PerimetresSerializer, 403: ProblemeSerializer, 404: ProblemeSerializer},
    )
    def get(self, request: Request, contrat: str, annee: int) -> Response:
        versions = (
            VersionPerimetre.objects.de_l_annee(annee)
            .filter(perimetre__contrats__contrat=self.portee.contrat)
            .select_related("perimetre")
            .prefetch_related("communes")
        )
        entites = [
            {
                "type": "Feature",
                "properties": {
                    "code": version.code or version.perimetre.code,
                    "nom": version.nom,
                    "type": version.perimetre.type,
                    "generation": version.generation,
                    "communes": [commune.code for commune in version.communes.all()],
                },
                "geometry": version.contour,
            }
            for version in versions
        ]
        return Response({"type": "FeatureCollection", "features": entites})
