"""The envelopes that the caller's organisation may read."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from acteurs.etats import PorteeApi
from contrats.api.vues import CONTRAT, VueDuContrat, decrire, exemple

from ..lectures.enveloppes import enveloppes
from .parametres import ANNEE


class EnveloppeSerializer(serializers.Serializer[Any]):
    """An envelope, in euros."""

    financeur = serializers.CharField()
    dispositif = serializers.CharField()
    nature = serializers.CharField()
    section = serializers.CharField()
    notifiee = serializers.BooleanField()
    montant = serializers.DecimalField(max_digits=12, decimal_places=2)
    propose = serializers.DecimalField(max_digits=14, decimal_places=2)
    programme = serializers.DecimalField(max_digits=12, decimal_places=2)
    vote = serializers.DecimalField(max_digits=12, decimal_places=2)
    disponible = serializers.DecimalField(max_digits=12, decimal_places=2)


class EnveloppesView(VueDuContrat):
    """The envelopes of a year."""

    portees = {"GET": PorteeApi.PROGRAMMATION_LIRE}

    @decrire(
        operation="enveloppes_lister",
        resume="Lister les enveloppes d’une année : toutes pour l’équipe, les siennes pour un financeur",
        portee=PorteeApi.PROGRAMMATION_LIRE,
        parameters=[CONTRAT, ANNEE],
        reponses={200: EnveloppeSerializer(many=True)},
        refus=(404,),
        examples=[
            exemple(
                "Une enveloppe notifiée",
                {
                    "financeur": "État – préfecture du Nord",
                    "dispositif": "Appel à projets annuel",
                    "nature": "specifique",
                    "section": "fonctionnement",
                    "notifiee": True,
                    "montant": "1500000.00",
                    "propose": "1210000.00",
                    "programme": "200000.00",
                    "vote": "900000.00",
                    "disponible": "400000.00",
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str, annee: int) -> Response:
        portee = self.portee
        lues = enveloppes(portee.contrat, annee, pour=portee.auteur)
        return Response(EnveloppeSerializer(lues, many=True).data)
