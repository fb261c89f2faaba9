"""Many rows of funders written in one call, a result per line."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.idempotence import idempotente
from commun.api.problemes import ErreurDeChampSerializer
from commun.api.refus import LignesRefusees
from commun.api.reponses import ReponseJson
from contrats.actions import Issue
from contrats.api.vues import CONTRAT, IDEMPOTENCE, decrire

from ..forms.financeurs import (
    LotDePropositionsDecritSerializer,
    LotDePropositionsSerializer,
    traiter_les_propositions,
)
from ..lectures import financeurs
from .demandes import AUCUNE_DEMANDE, VueDesDemandes


class LigneEcriteSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenue une ligne."""

    ligne = serializers.IntegerField(help_text="Rang de la ligne dans le lot, à partir de 1.")
    resultat = serializers.ChoiceField([(i.value, i.value) for i in Issue])
    demande = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(
        allow_null=True, help_text="Version de la demande, à renvoyer la prochaine fois."
    )
    erreurs = ErreurDeChampSerializer(many=True)


class BilanDePropositionsSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenu un lot."""

    modifies = serializers.IntegerField()
    inchanges = serializers.IntegerField()
    refuses = serializers.IntegerField()
    lignes = LigneEcriteSerializer(many=True)


class LotDePropositionsView(VueDesDemandes):
    """A lot of proposals."""

    portees = {"POST": PorteeApi.INSTRUCTION_ECRIRE}

    @decrire(
        operation="demandes_ecrire_lot",
        resume="Écrire des propositions par lot",
        description="Montants, conditions et numéros d’engagement, 250 lignes au plus. Le même lot renvoyé n’écrit rien de plus. "
        "`tout_ou_rien` (vrai par défaut) : une ligne fausse et rien n’est écrit, toutes les erreurs sont dites (400).",
        portee=PorteeApi.INSTRUCTION_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=LotDePropositionsDecritSerializer,
        reponses={200: BilanDePropositionsSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[
            OpenApiExample(
                "Deux propositions",
                request_only=True,
                value={
                    "tout_ou_rien": False,
                    "lignes": [
                        {"demande": "512", "montant": "4500.00", "version": 2},
                        {"demande": "513", "montant": "90000.00", "conditions": "Sous réserve du budget."},
                    ],
                },
            ),
            OpenApiExample(
                "Une écrite, une refusée",
                response_only=True,
                status_codes=["200"],
                value={
                    "modifies": 1,
                    "inchanges": 0,
                    "refuses": 1,
                    "lignes": [
                        {"ligne": 1, "resultat": "modifie", "demande": "512", "version": 3, "erreurs": []},
                        {
                            "ligne": 2,
                            "resultat": "refuse",
                            "demande": "513",
                            "version": 1,
                            "erreurs": [
                                {
                                    "ligne": 2,
                                    "champ": "montant",
                                    "message": "Ce montant dépasse le coût total de l’action (24 000 €).",
                                }
                            ],
                        },
                    ],
                },
            ),
        ],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = LotDePropositionsSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        tout_ou_rien = donnees.validated_data["tout_ou_rien"]
        bilan = traiter_les_propositions(
            donnees.validated_data["lignes"],
            tout_ou_rien=tout_ou_rien,
            trouver=self._siennes,
            introuvable=AUCUNE_DEMANDE,
            par=self.portee.auteur,
        )
        if tout_ou_rien and bilan["refuses"]:
            raise LignesRefusees([erreur for ligne in bilan["lignes"] for erreur in ligne["erreurs"]])
        return ReponseJson(bilan)

    def _siennes(self, numeros: list[int]) -> dict[int, Any]:
        """Those of these requests that the caller may write, in one query."""
        portee = self.portee
        lisibles = financeurs.demandes_lisibles(portee.contrat, pour=portee.auteur).filter(pk__in=numeros)
        if not portee.roles.pilote:
            lisibles = lisibles.filter(financeur__in=portee.roles.organismes_instructeurs)
        return {demande.pk: demande for demande in lisibles}
