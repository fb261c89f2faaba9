"""The files that the caller's organisation may read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from acteurs.etats import PorteeApi
from commun.pages import Pagination
from contrats.api.vues import CONTRAT, VueDuContrat, decrire, exemple

from ..lectures.tableau import avec_relations, lignes, totaux
from ..models import Dossier
from .parametres import ANNEE


class DossierSerializer(serializers.Serializer[Any]):
    """Un dossier tel que l’appelant peut le voir : un montant qu’il ne peut pas lire est nul. Euros."""

    numero = serializers.CharField()
    intitule = serializers.CharField()
    porteur = serializers.CharField()
    etat = serializers.CharField()
    orientation = serializers.CharField(allow_blank=True)
    lieux = serializers.CharField(allow_blank=True)
    cout = serializers.DecimalField(max_digits=12, decimal_places=2)
    demande = serializers.DecimalField(max_digits=12, decimal_places=2)
    propose = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    programme = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    vote = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    fictif = serializers.BooleanField()


class PageDeDossiersSerializer(serializers.Serializer[Any]):
    """Une page de dossiers."""

    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    dossiers = DossierSerializer(many=True)


class DossiersView(VueDuContrat):
    """The files of a year."""

    portees = {"GET": PorteeApi.PROGRAMMATION_LIRE}

    @decrire(
        operation="dossiers_lister",
        resume="Lister les dossiers d’une année que l’organisme peut lire",
        portee=PorteeApi.PROGRAMMATION_LIRE,
        parameters=[
            CONTRAT,
            ANNEE,
            OpenApiParameter("page", {"type": "integer", "minimum": 1}, description="Numéro de page, à partir de 1."),
        ],
        reponses={200: PageDeDossiersSerializer},
        refus=(404,),
        examples=[
            exemple(
                "Un dossier en instruction",
                {
                    "total": 1,
                    "page": 1,
                    "pages": 1,
                    "dossiers": [
                        {
                            "numero": "2026-0142",
                            "intitule": "Ateliers du soir",
                            "porteur": "Centre social du Parc",
                            "etat": "en_instruction",
                            "orientation": "Réussite éducative",
                            "lieux": "Couture Savonnerie",
                            "cout": "24000.00",
                            "demande": "12000.00",
                            "propose": "8000.00",
                            "programme": None,
                            "vote": None,
                            "fictif": False,
                        }
                    ],
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str, annee: int) -> Response:
        portee = self.portee
        visibles = Dossier.objects.visibles_par(portee.auteur, portee.contrat).filter(campagne__annee=annee)
        nombre = totaux(visibles, pour=portee.auteur, contrat=portee.contrat).nombre
        page = Pagination(
            avec_relations(visibles, pour=portee.auteur, contrat=portee.contrat).order_by("numero"), total=nombre
        ).get_page(request.query_params.get("page"))
        lues = lignes(page.object_list, pour=portee.auteur, contrat=portee.contrat)
        corps = {"total": nombre, "page": page.number, "pages": page.paginator.num_pages, "dossiers": lues}
        return Response(PageDeDossiersSerializer(corps).data)
