"""Decisions of meetings through the API: the team writes them, the organisation in charge says what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.idempotence import idempotente
from commun.api.reponses import ReponseJson, en_json
from commun.erreurs import RegleEnfreinte

from ..actions import instances as actions
from ..forms.echanges import NumeroField
from ..forms.echanges_reunions import DecisionSaisieSerializer, ExecutionSerializer, champs_de_decision
from ..lectures import echanges
from ..lectures.instances import decisions_prises, decisions_suivies, fiche_reunion
from ..models import DecisionReunion, Reunion
from .reunions import EXEMPLE_DECISION, REUNION, DecisionSerializer, VueDesReunions
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, decrire

DECISION = OpenApiParameter("decision", int, OpenApiParameter.PATH, description="`id` de la décision.")
LUE = OpenApiExample("Une décision", response_only=True, status_codes=["200", "201"], value=EXEMPLE_DECISION)
ECRITE = OpenApiExample(
    "Une décision",
    request_only=True,
    value={nom: EXEMPLE_DECISION[nom] for nom in ("texte", "nature", "responsable", "echeance")},
)


class DecisionsParametres(serializers.Serializer[Any]):
    """The filters of the decisions followed."""

    responsable = NumeroField(required=False, help_text="Décisions dont cet organisme répond.")
    en_retard = serializers.BooleanField(
        required=False,
        default=None,
        allow_null=True,
        help_text="Vrai : à exécuter avant aujourd’hui, et ni faites ni abandonnées.",
    )


class _Decisions(VueDesReunions):
    """What the routes of decisions share."""

    def decision(self, pk: int) -> DecisionReunion:
        """One that the caller follows, or reads in its meeting; any other is a 404."""
        suivie: DecisionReunion | None = (
            decisions_prises(self.portee.contrat, pour=self.portee.auteur).filter(pk=pk).first()
        )
        if suivie is not None:
            return suivie
        reunion = self.visibles().filter(decisions__pk=pk).first()
        if reunion is not None:
            fiche = fiche_reunion(reunion, pour=self.portee.auteur, le=timezone.localdate())
            for lisible in fiche.decisions:
                if lisible.decision.pk == pk:
                    return lisible.decision
        raise Http404

    def rendue(self, pk: int, *, statut: int = 200) -> HttpResponse:
        """One decision with its ETag."""
        lue = echanges.decision(self.decision(pk))
        entetes = {"ETag": etiquette_du_contenu(en_json(lue))}
        if self.request.method in ("GET", "HEAD") and inchange(self.request, entetes["ETag"]):
            return HttpResponse(status=304, headers=entetes)
        if statut == 201:
            chemin = reverse("api:decision", kwargs={"contrat": self.portee.contrat.slug, "decision": pk})
            entetes["Location"] = self.request.build_absolute_uri(chemin)
        return ReponseJson(lue, statut=statut, entetes=entetes)

    def ecrire_decision(self, pk: int, acte: Callable[[DecisionReunion], Any]) -> HttpResponse:
        """Do `acte` on the decision as the caller last read it; its meeting is held meanwhile."""
        with transaction.atomic():
            reunions = Reunion.objects.filter(comite__contrat=self.portee.contrat, decisions__pk=pk)
            if reunions.select_for_update(of=("self",)).first() is None:
                raise Http404
            objet = self.decision(pk)
            etag = etiquette_du_contenu(en_json(echanges.decision(objet)))
            exiger_etiquette(self.request, etag, obligatoire=True)
            acte(objet)
        return self.rendue(pk)


class DecisionsView(_Decisions):
    """The decisions that the caller follows."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE}

    @decrire(
        operation="decisions_lister",
        resume="Lister les décisions prises et leur exécution",
        description="Celles des comités où votre organisme siège, et celles dont il répond ; en retard d’abord.",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT, DecisionsParametres],
        reponses={200: inline_serializer("Decisions", {"resultats": DecisionSerializer(many=True)})},
        refus=(400, 404),
        examples=[
            OpenApiExample(
                "Une décision", response_only=True, status_codes=["200"], value={"resultats": [EXEMPLE_DECISION]}
            )
        ],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = DecisionsParametres(data=request.query_params)
        parametres.is_valid(raise_exception=True)
        responsable = parametres.validated_data.get("responsable")
        en_retard = parametres.validated_data["en_retard"]
        suivies = decisions_suivies(self.portee.contrat, pour=self.portee.auteur, le=timezone.localdate())
        choisies = [
            echanges.decision(suivie.decision)
            for suivie in suivies
            if responsable in (None, str(suivie.decision.responsable_id)) and en_retard in (None, suivie.en_retard)
        ]
        return ReponseJson({"resultats": choisies})


class DecisionsDeLaReunionView(_Decisions):
    """A new decision of a meeting."""

    portees = {"POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="decision_inscrire",
        resume="Inscrire une décision, ou ce qui est à décider",
        description="Avant la réunion, seulement ce qui est à décider ; plus rien après l’envoi du compte rendu.",
        portee=PorteeApi.REUNIONS_ECRIRE,
        parameters=[CONTRAT, REUNION, IDEMPOTENCE],
        request=DecisionSaisieSerializer,
        reponses={201: DecisionSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[ECRITE, LUE],
    )
    @idempotente
    def post(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = DecisionSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        champs = champs_de_decision(self.repertoire(), donnees.validated_data)
        return self.rendue(actions.inscrire_decision(self.une(reunion), **champs, **self.suite()).pk, statut=201)


class DecisionView(_Decisions):
    """One decision."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE, "PATCH": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="decision_lire",
        resume="Lire une décision",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT, DECISION, IF_NONE_MATCH],
        reponses={200: DecisionSerializer, 304: None},
        refus=(404,),
        examples=[LUE],
    )
    def get(self, request: Request, contrat: str, decision: int) -> HttpResponse:
        return self.rendue(decision)

    @decrire(
        operation="decision_modifier",
        resume="Modifier une décision",
        description="Seuls les champs envoyés changent, jusqu’à l’envoi du compte rendu.",
        portee=PorteeApi.REUNIONS_ECRIRE,
        parameters=[CONTRAT, DECISION, IF_MATCH],
        request=DecisionSaisieSerializer(partial=True),
        reponses={200: DecisionSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[OpenApiExample("Décidée", request_only=True, value={"nature": "decidee", "responsable": "12"}), LUE],
    )
    def patch(self, request: Request, contrat: str, decision: int) -> HttpResponse:
        donnees = DecisionSaisieSerializer(data=request.data, partial=True)
        donnees.is_valid(raise_exception=True)
        champs = champs_de_decision(self.repertoire(), donnees.validated_data)

        def modifier(objet: DecisionReunion) -> None:
            lue = {nom: getattr(objet, nom) for nom in ("texte", "nature", "responsable", "echeance")}
            actions.inscrire_decision(objet.reunion, decision=objet, **{**lue, **champs}, **self.suite())

        return self.ecrire_decision(decision, modifier)


class ExecutionView(_Decisions):
    """What became of a decision."""

    portees = {"PUT": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="decision_executer",
        resume="Dire où en est l’exécution d’une décision",
        description="Par l’organisme qui en répond, ou par l’équipe du contrat.",
        portee=PorteeApi.REUNIONS_ECRIRE,
        parameters=[CONTRAT, DECISION, IF_MATCH],
        request=ExecutionSerializer,
        reponses={200: DecisionSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[
            OpenApiExample(
                "En cours",
                request_only=True,
                value={"execution": "en_cours", "suite_donnee": "Deux postes de médiateur sont publiés."},
            ),
            LUE,
        ],
    )
    def put(self, request: Request, contrat: str, decision: int) -> HttpResponse:
        donnees = ExecutionSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        execution, suite = donnees.validated_data["execution"], donnees.validated_data["suite_donnee"]

        def suivre(objet: DecisionReunion) -> None:
            try:
                actions.suivre_decision(objet, execution=execution, suite=suite, **self.suite())
            except RegleEnfreinte as erreur:
                # The API calls it as it reads it.
                champ = "suite_donnee" if erreur.champ == "suite" else erreur.champ
                raise RegleEnfreinte(erreur.message, champ=champ, code=erreur.code) from erreur

        return self.ecrire_decision(decision, suivre)
