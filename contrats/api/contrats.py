"""The contract as the API tells it: contracts, orientations, signatories, organisations, perimeters, committees."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from acteurs.models import TypeOrganisme
from commun.api.reponses import ReponseJson

from ..lectures import echanges
from ..models import Contrat, NatureOrientation, QualiteSignataire, TypeComite
from .vues import CONTRAT, VueDApi, VueDuContrat, decrire


class ContratSerializer(serializers.Serializer[Any]):
    """Un contrat de ville."""

    slug = serializers.CharField(help_text="Identifiant court, employé dans les adresses.")
    nom = serializers.CharField()
    intitule = serializers.CharField(help_text="Intitulé complet, tel que signé.")
    pilote = serializers.CharField(help_text="Organisme pilote (EPCI).")
    pilote_nom = serializers.CharField()
    debut = serializers.IntegerField(help_text="Première année.")
    fin = serializers.IntegerField(help_text="Dernière année.")
    signe_le = serializers.DateField(allow_null=True)


class ObjectifSerializer(serializers.Serializer[Any]):
    """Ce que vise une orientation."""

    code = serializers.CharField()
    nom = serializers.CharField()
    ambition = serializers.CharField()
    prioritaire = serializers.BooleanField(help_text="Retenu comme prioritaire par les partenaires.")


class OrientationSerializer(serializers.Serializer[Any]):
    """Une priorité du contrat, ou un axe transversal."""

    code = serializers.CharField()
    nature = serializers.ChoiceField(NatureOrientation.choices)
    nom = serializers.CharField()
    nom_court = serializers.CharField()
    theme_etat = serializers.CharField(help_text="Thème correspondant de l’État.")
    theme_p147 = serializers.CharField(allow_null=True, help_text="Code du thème du programme 147.")
    objectifs = ObjectifSerializer(many=True)


class SignataireSerializer(serializers.Serializer[Any]):
    """Un signataire du contrat."""

    organisme = serializers.CharField()
    organisme_nom = serializers.CharField()
    qualite = serializers.ChoiceField(QualiteSignataire.choices)
    signe_le = serializers.DateField(allow_null=True)
    siege_au_copil = serializers.BooleanField()


class OrganismeSerializer(serializers.Serializer[Any]):
    """Un organisme : c’est son `id` que citent les engagements."""

    id = serializers.CharField()
    nom = serializers.CharField()
    sigle = serializers.CharField()
    type = serializers.ChoiceField(TypeOrganisme.choices)
    siren = serializers.CharField(help_text="Vide s’il n’est pas connu.")
    siret = serializers.CharField(help_text="Vide s’il n’est pas connu.")


class PerimetreProprietesSerializer(serializers.Serializer[Any]):
    """Ce que l’on sait d’un périmètre une année donnée."""

    perimetre = serializers.CharField(help_text="Code à citer dans les engagements.")
    code = serializers.CharField(help_text="Code de la version en vigueur.")
    nom = serializers.CharField()
    type = serializers.CharField()
    generation = serializers.IntegerField()
    communes = serializers.ListField(child=serializers.CharField(), help_text="Codes INSEE.")


class PerimetreSerializer(serializers.Serializer[Any]):
    """Un périmètre en vigueur, en GeoJSON ; sa géométrie est nulle tant que son contour n’est pas connu."""

    type = serializers.ChoiceField(["Feature"])
    properties = PerimetreProprietesSerializer()
    geometry = serializers.DictField(allow_null=True)


class PerimetresSerializer(serializers.Serializer[Any]):
    """Une collection GeoJSON (RFC 7946, WGS 84)."""

    type = serializers.ChoiceField(["FeatureCollection"])
    features = PerimetreSerializer(many=True)


class ComiteSerializer(serializers.Serializer[Any]):
    """Une instance du contrat."""

    id = serializers.CharField()
    type = serializers.ChoiceField(TypeComite.choices)
    nom = serializers.CharField()
    mission = serializers.CharField()
    reunions_par_an = serializers.IntegerField(allow_null=True, help_text="Nombre minimal de réunions par an.")
    orientation = serializers.CharField(allow_null=True)


def resultats(nom: str, objet: type[serializers.Serializer[Any]]) -> Any:
    """A short list, given whole."""
    return inline_serializer(f"{nom}Liste", {"resultats": objet(many=True)})


class ContratsView(VueDApi):
    """The contracts that the caller sees."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE}

    @decrire(
        operation="contrats_lister",
        resume="Lister les contrats visibles",
        portee=PorteeApi.CONTRATS_LIRE,
        reponses={200: resultats("Contrats", ContratSerializer)},
        examples=[
            OpenApiExample(
                "La Porte du Hainaut",
                response_only=True,
                status_codes=["200"],
                value={
                    "resultats": [
                        {
                            "slug": "porte-du-hainaut",
                            "nom": "Contrat de ville de La Porte du Hainaut",
                            "intitule": "Contrat de ville « Quartiers 2030 » de La Porte du Hainaut 2024-2030",
                            "pilote": "1",
                            "pilote_nom": "Communauté d’agglomération de La Porte du Hainaut",
                            "debut": 2024,
                            "fin": 2030,
                            "signe_le": "2024-04-10",
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        return ReponseJson({"resultats": echanges.contrats(Contrat.objects.visibles_par(self.auteur()))})


class ContratView(VueDuContrat):
    """One contract."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE}

    @decrire(
        operation="contrat_lire",
        resume="Lire un contrat",
        portee=PorteeApi.CONTRATS_LIRE,
        parameters=[CONTRAT],
        reponses={200: ContratSerializer},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        (lu,) = echanges.contrats(Contrat.objects.filter(pk=self.portee.contrat.pk))
        return ReponseJson(lu)


class OrientationsView(VueDuContrat):
    """The structure of a contract."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE}

    @decrire(
        operation="orientations_lister",
        resume="Lister les orientations, leurs objectifs et les axes transversaux",
        portee=PorteeApi.CONTRATS_LIRE,
        parameters=[CONTRAT],
        reponses={200: resultats("Orientations", OrientationSerializer)},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.orientations(self.portee.contrat)})


class SignatairesView(VueDuContrat):
    """Who signed the contract."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE}

    @decrire(
        operation="signataires_lister",
        resume="Lister les signataires",
        portee=PorteeApi.CONTRATS_LIRE,
        parameters=[CONTRAT],
        reponses={200: resultats("Signataires", SignataireSerializer)},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.signataires(self.portee.contrat)})


class RechercheSerializer(serializers.Serializer[Any]):
    """The parameters of a search by name."""

    q = serializers.CharField(
        required=False, max_length=100, help_text="Partie du nom, du sigle ou du SIRET, sans casse ni accents."
    )


ORGANISMES_MAX = 1000


class OrganismesView(VueDuContrat):
    """The organisations that one may name."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE}

    @decrire(
        operation="organismes_lister",
        resume="Chercher un organisme",
        description=f"Les organismes du contrat ; pour son pilote, tous ceux de l’installation. {ORGANISMES_MAX} au plus : "
        "précisez la recherche au-delà.",
        portee=PorteeApi.CONTRATS_LIRE,
        parameters=[CONTRAT, RechercheSerializer],
        reponses={200: resultats("Organismes", OrganismeSerializer)},
        refus=(400, 404),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = RechercheSerializer(data=request.query_params)
        parametres.is_valid(raise_exception=True)
        visibles = echanges.organismes_visibles(self.portee.contrat, pour=self.portee.auteur)
        if texte := parametres.validated_data.get("q"):
            visibles = visibles.cherches(texte)
        return ReponseJson({"resultats": echanges.organismes(visibles.order_by("nom", "pk")[:ORGANISMES_MAX])})


class PerimetresView(VueDuContrat):
    """The perimeters of a contract in one year."""

    portees = {"GET": PorteeApi.PERIMETRES_LIRE}

    @decrire(
        operation="perimetres_lister",
        resume="Lister les périmètres en vigueur une année, en GeoJSON",
        portee=PorteeApi.PERIMETRES_LIRE,
        parameters=[
            CONTRAT,
            OpenApiParameter("annee", int, OpenApiParameter.PATH, description="Une année du contrat."),
        ],
        reponses={200: PerimetresSerializer},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str, annee: int) -> HttpResponse:
        return ReponseJson(echanges.perimetres(self.portee.contrat, annee))


class ComitesView(VueDuContrat):
    """The bodies of a contract."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE}

    @decrire(
        operation="comites_lister",
        resume="Lister les comités",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT],
        reponses={200: resultats("Comites", ComiteSerializer)},
        refus=(404,),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.comites(self.portee.contrat)})
