"""Proof files of a yearly statement through the API: joined, listed, downloaded, taken away."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun import fichiers
from commun.api.corps import AnalyseurDeFichier
from commun.api.idempotence import idempotente
from commun.api.reponses import ReponseJson
from commun.models import Fichier
from commun.permissions import verifier
from commun.televersement import OCTETS_AU_PLUS

from ..actions import joindre_preuve, retirer_preuve
from ..models import PointAvancement
from ..permissions import peut_declarer
from .avancement import VueDesPoints
from .vues import IDEMPOTENCE, decrire


class PreuveSerializer(serializers.Serializer[Any]):
    """Un fichier joint à une déclaration."""

    id = serializers.CharField()
    nom = serializers.CharField()
    type = serializers.CharField(help_text="Type MIME.")
    octets = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Empreinte du contenu.")
    depose_le = serializers.DateTimeField()
    adresse = serializers.URLField(help_text="Où le télécharger, avec la même clé.")


class PreuveParametres(serializers.Serializer[Any]):
    """How the file is called."""

    nom = serializers.CharField(
        max_length=200, help_text="Nom du fichier, avec son extension : c’est elle qui dit son format."
    )


EXEMPLE = {
    "id": "57",
    "nom": "bilan-mediation-2026.pdf",
    "type": "application/pdf",
    "octets": 184_220,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "depose_le": "2026-11-20T09:00:00+01:00",
    "adresse": "https://pilotville.example/api/v1/contrats/porte-du-hainaut/engagements/214/points/2026/preuves/57/",
}
FICHIER = OpenApiParameter("fichier", int, OpenApiParameter.PATH, description="`id` de la preuve.")


class _Preuves(VueDesPoints):
    """What the routes of proofs share."""

    def point(self, engagement: int, annee: int) -> PointAvancement:
        """The statement, within those that may be read; to write it, within those of one's own organisation."""
        choisis = PointAvancement.objects.filter(
            engagement=engagement,
            annee=annee,
            engagement__contrat=self.portee.contrat,
            engagement__retire_le__isnull=True,
        )
        trouve = choisis.select_related("engagement").first()
        if trouve is None:
            raise Http404
        return trouve

    def fichier(self, point: PointAvancement, pk: int) -> Fichier:
        trouve: Fichier | None = point.preuves.filter(pk=pk).first()
        if trouve is None:
            raise Http404
        return trouve

    def dite(self, point: PointAvancement, fichier: Fichier) -> dict[str, Any]:
        """One file and the address of its content."""
        cles = {"contrat": self.portee.contrat.slug, "engagement": point.engagement_id, "annee": point.annee}
        chemin = reverse("api:preuve", kwargs={**cles, "fichier": fichier.pk})
        return {
            "id": str(fichier.pk),
            "nom": fichier.nom,
            "type": fichier.type_mime,
            "octets": fichier.octets,
            "sha256": fichier.sha256,
            "depose_le": fichier.depose_le,
            "adresse": self.request.build_absolute_uri(chemin),
        }


class PreuvesView(_Preuves):
    """The files of a statement, and a new one."""

    portees = {"GET": PorteeApi.AVANCEMENT_LIRE, "POST": PorteeApi.AVANCEMENT_ECRIRE}
    parser_classes = [AnalyseurDeFichier]
    octets_max = OCTETS_AU_PLUS
    corps_attendu = ("le fichier lui-même", AnalyseurDeFichier.media_type)

    @decrire(
        operation="preuves_lister",
        resume="Lister les preuves d’une déclaration",
        portee=PorteeApi.AVANCEMENT_LIRE,
        parameters=VueDesPoints.adresse,
        reponses={200: inline_serializer("Preuves", {"resultats": PreuveSerializer(many=True)})},
        refus=(404,),
        examples=[OpenApiExample("Un bilan", response_only=True, status_codes=["200"], value={"resultats": [EXEMPLE]})],
    )
    def get(self, request: Request, contrat: str, engagement: int, annee: int) -> HttpResponse:
        point = self.point(engagement, annee)
        return ReponseJson({"resultats": [self.dite(point, f) for f in point.preuves.order_by("pk")]})

    @decrire(
        operation="preuve_joindre",
        resume="Joindre une preuve à une déclaration",
        description="Le corps est le fichier lui-même (`curl --data-binary @bilan.pdf`), 10 Mo au plus : PDF, PNG, JPEG, DOCX, "
        "XLSX, ODT ou ODS. Le même contenu n’est joint qu’une fois. La déclaration doit exister. Aucun nom d’habitant.",
        portee=PorteeApi.AVANCEMENT_ECRIRE,
        parameters=[*VueDesPoints.adresse, PreuveParametres, IDEMPOTENCE],
        request={AnalyseurDeFichier.media_type: OpenApiTypes.BINARY},
        reponses={201: PreuveSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[OpenApiExample("Un bilan", response_only=True, status_codes=["201"], value=EXEMPLE)],
    )
    @idempotente
    def post(self, request: Request, contrat: str, engagement: int, annee: int) -> HttpResponse:
        verifier(peut_declarer(self.portee.auteur, self.a_ecrire(pk=engagement, retire_le=None)))
        parametres = PreuveParametres(data=request.query_params)
        parametres.is_valid(raise_exception=True)
        point = self.point(engagement, annee)
        contenu = request.data if isinstance(request.data, bytes) else b""  # no body at all is an empty file
        fichier = joindre_preuve(
            point, nom=parametres.validated_data["nom"], contenu=contenu, par=self.portee.auteur, le=timezone.now()
        )
        dite = self.dite(point, fichier)
        return ReponseJson(dite, statut=201, entetes={"Location": dite["adresse"]})


class PreuveView(_Preuves):
    """One file of a statement."""

    portees = {"GET": PorteeApi.AVANCEMENT_LIRE, "DELETE": PorteeApi.AVANCEMENT_ECRIRE}

    @decrire(
        operation="preuve_telecharger",
        resume="Télécharger une preuve",
        portee=PorteeApi.AVANCEMENT_LIRE,
        parameters=[*VueDesPoints.adresse, FICHIER],
        reponses={(200, "*/*"): OpenApiTypes.BINARY},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str, engagement: int, annee: int, fichier: int) -> HttpResponseBase:
        return fichiers.reponse(self.fichier(self.point(engagement, annee), fichier))

    @decrire(
        operation="preuve_retirer",
        resume="Retirer une preuve",
        portee=PorteeApi.AVANCEMENT_ECRIRE,
        parameters=[*VueDesPoints.adresse, FICHIER],
        reponses={204: None},
        refus=(404, 409),
    )
    def delete(self, request: Request, contrat: str, engagement: int, annee: int, fichier: int) -> HttpResponse:
        self.a_ecrire(pk=engagement, retire_le=None)
        point = self.point(engagement, annee)
        retirer_preuve(point, self.fichier(point, fichier), par=self.portee.auteur, le=timezone.now())
        return HttpResponse(status=204)
