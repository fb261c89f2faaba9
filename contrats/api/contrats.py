"""The contract as the API tells it, and what it may name: contracts, organisations, committees."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from acteurs.models import TypeOrganisme
from commun.api.reponses import ReponseJson

from ..actions.structure import modifier_contrat
from ..forms.echanges import StrictSerializer
from ..lectures import echanges
from ..models import Contrat, TypeComite
from .parties import VueDesParties
from .vues import CONTRAT, IF_MATCH, IF_NONE_MATCH, VueDApi, VueDuContrat, decrire, exemple, resultats


class ContratSerializer(serializers.Serializer[Any]):
    """Un contrat de ville."""

    slug = serializers.CharField(help_text="Identifiant court, employé dans les adresses.")
    nom = serializers.CharField()
    intitule = serializers.CharField(help_text="Intitulé complet, tel que signé.")
    pilote = serializers.CharField(help_text="Organisme pilote (EPCI).")
    pilote_nom = serializers.CharField()
    debut = serializers.IntegerField(help_text="Première année.")
    fin = serializers.IntegerField(help_text="Dernière année.")
    valide_le = serializers.DateField(allow_null=True, help_text="Validé par les partenaires.")
    signe_le = serializers.DateField(allow_null=True)
    signe_a = serializers.CharField(help_text="Lieu de la signature.")
    part_cpo_visee = serializers.DecimalField(
        5, 2, help_text="Part des crédits spécifiques visée en conventions pluriannuelles, en %."
    )
    part_femmes_visee = serializers.DecimalField(
        5,
        2,
        allow_null=True,
        help_text="Part des crédits visée pour les femmes, en % ; nulle si le contrat n’en fixe pas.",
    )
    part_adolescents_visee = serializers.DecimalField(
        5,
        2,
        allow_null=True,
        help_text="Part des crédits visée pour les 12 à 17 ans, en % ; nulle si le contrat n’en fixe pas.",
    )
    actions_renforcees = serializers.IntegerField(help_text="Nombre d’actions à suivi renforcé.")


class ContratSaisieSerializer(StrictSerializer):
    """Ce que le pilote tient à jour de son contrat. Son identifiant, son pilote et ses années ne changent pas ici."""

    IGNORES = ("slug", "pilote", "pilote_nom", "debut", "fin")

    nom = serializers.CharField(max_length=200)
    intitule = serializers.CharField(max_length=300)
    valide_le = serializers.DateField(required=False, allow_null=True)
    signe_le = serializers.DateField(required=False, allow_null=True)
    signe_a = serializers.CharField(required=False, allow_blank=True, max_length=120)
    part_cpo_visee = serializers.DecimalField(5, 2, required=False, min_value=Decimal(0), max_value=Decimal(100))
    part_femmes_visee = serializers.DecimalField(
        5, 2, required=False, allow_null=True, min_value=Decimal(0), max_value=Decimal(100)
    )
    part_adolescents_visee = serializers.DecimalField(
        5, 2, required=False, allow_null=True, min_value=Decimal(0), max_value=Decimal(100)
    )
    actions_renforcees = serializers.IntegerField(required=False, min_value=0, max_value=100)


EXEMPLE = {
    "slug": "porte-du-hainaut",
    "nom": "Contrat de ville de La Porte du Hainaut",
    "intitule": "Contrat de ville « Quartiers 2030 » de La Porte du Hainaut 2024-2030",
    "pilote": "1",
    "pilote_nom": "Communauté d’agglomération de La Porte du Hainaut",
    "debut": 2024,
    "fin": 2030,
    "valide_le": None,
    "signe_le": "2024-04-10",
    "signe_a": "Denain",
    "part_cpo_visee": "50.00",
    "part_femmes_visee": None,
    "part_adolescents_visee": None,
    "actions_renforcees": 3,
}
LU = OpenApiExample("La Porte du Hainaut", response_only=True, status_codes=["200"], value=EXEMPLE)


class OrganismeSerializer(serializers.Serializer[Any]):
    """Un organisme : c’est son `id` que citent les engagements."""

    id = serializers.CharField()
    nom = serializers.CharField()
    sigle = serializers.CharField()
    type = serializers.ChoiceField(TypeOrganisme.choices)
    siren = serializers.CharField(help_text="Vide s’il n’est pas connu.")
    siret = serializers.CharField(help_text="Vide s’il n’est pas connu.")


class ComiteSerializer(serializers.Serializer[Any]):
    """Une instance du contrat."""

    id = serializers.CharField()
    type = serializers.ChoiceField(TypeComite.choices)
    nom = serializers.CharField()
    mission = serializers.CharField()
    reunions_par_an = serializers.IntegerField(allow_null=True, help_text="Nombre minimal de réunions par an.")
    orientation = serializers.CharField(allow_null=True)


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
                value={"resultats": [EXEMPLE]},
            )
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        return ReponseJson({"resultats": echanges.contrats(Contrat.objects.visibles_par(self.auteur()))})


class ContratView(VueDesParties):
    """One contract."""

    portees = {"GET": PorteeApi.CONTRATS_LIRE, "PATCH": PorteeApi.CONTRATS_ECRIRE}
    saisie = ContratSaisieSerializer

    def lire(self, objets: QuerySet[Any]) -> list[echanges.Ligne]:
        return echanges.contrats(objets)

    def objets(self) -> QuerySet[Contrat]:
        return Contrat.objects.filter(pk=self.portee.contrat.pk)

    @decrire(
        operation="contrat_lire",
        resume="Lire un contrat",
        portee=PorteeApi.CONTRATS_LIRE,
        parameters=[CONTRAT, IF_NONE_MATCH],
        reponses={200: ContratSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return self.repondre(self.objets())

    @decrire(
        operation="contrat_modifier",
        resume="Modifier un contrat",
        description="Seuls les champs envoyés changent. Réservé au pilote du contrat.",
        portee=PorteeApi.CONTRATS_ECRIRE,
        parameters=[CONTRAT, IF_MATCH],
        request=ContratSaisieSerializer(partial=True),
        reponses={200: ContratSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[
            OpenApiExample("La signature", request_only=True, value={"signe_le": "2024-04-10", "signe_a": "Denain"}),
            LU,
        ],
    )
    def patch(self, request: Request, contrat: str) -> HttpResponse:
        def changer(objet: Contrat, donnees: dict[str, Any], le: datetime) -> None:
            modifier_contrat(objet, champs=donnees, par=self.portee.auteur, le=le)

        return self.modifier(self.objets(), changer)


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
        examples=[
            exemple(
                "Le Département",
                {
                    "resultats": [
                        {
                            "id": "12",
                            "nom": "Département du Nord",
                            "sigle": "",
                            "type": "departement",
                            "siren": "225900018",
                            "siret": "",
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = RechercheSerializer(data=request.query_params)
        parametres.is_valid(raise_exception=True)
        visibles = echanges.organismes_visibles(self.portee.contrat, pour=self.portee.auteur)
        if texte := parametres.validated_data.get("q"):
            visibles = visibles.cherches(texte)
        return ReponseJson({"resultats": echanges.organismes(visibles.order_by("nom", "pk")[:ORGANISMES_MAX])})


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
        examples=[
            exemple(
                "Le comité technique",
                {
                    "resultats": [
                        {
                            "id": "2",
                            "type": "cotech",
                            "nom": "Comité technique (COTECH)",
                            "mission": "Préparer les décisions du comité de pilotage.",
                            "reunions_par_an": 3,
                            "orientation": None,
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.comites(self.portee.contrat)})
