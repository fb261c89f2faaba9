"""A meeting's session through the API: called, held, reported on; its agenda, attendance and minutes given whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.idempotence import idempotente

from ..actions import instances as actions
from ..actions.seances import donner_compte_rendu, donner_ordre_du_jour, donner_presences
from ..forms.echanges_reunions import (
    AnnulationSerializer,
    ClotureSerializer,
    CompteRenduSerializer,
    OrdreDuJourSerializer,
    PresencesSerializer,
    items_voulus,
    points_voulus,
    presences_voulues,
)
from .reunions import LUE, REUNION, ReunionEntiereSerializer, VueDesReunions, exemples
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, decrire

# --- Its life ---------------------------------------------------------------------------------------------------------
_ACTE: dict[str, Any] = {
    "portee": PorteeApi.REUNIONS_ECRIRE,
    "parameters": [CONTRAT, REUNION, IF_MATCH, IDEMPOTENCE],
    "reponses": {200: ReunionEntiereSerializer},
    "refus": (400, 404, 409, 412, 413, 415, 422),
}


class ConvoquerView(VueDesReunions):
    """Calling a meeting."""

    portees = {"POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_convoquer",
        resume="Envoyer les convocations",
        description="Chaque membre et chaque invité reçoit la convocation, avec le fichier d’agenda. Il faut un ordre du jour.",
        request=None,
        examples=[LUE],
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        return self.ecrire(reunion, lambda objet: actions.convoquer(objet, **self.suite()), obligatoire=False)


class AnnulerView(VueDesReunions):
    """Calling a meeting off."""

    portees = {"POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_annuler",
        resume="Annuler une réunion",
        description="Ceux qui étaient convoqués sont prévenus, avec le motif.",
        request=AnnulationSerializer,
        examples=exemples("Quorum", {"motif": "Le quorum ne serait pas atteint."}),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = AnnulationSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        return self.ecrire(
            reunion,
            lambda objet: actions.annuler(objet, **donnees.validated_data, **self.suite()),
            obligatoire=False,
        )


class TenirView(VueDesReunions):
    """Closing a session."""

    portees = {"POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_tenir",
        resume="Clore la séance",
        request=ClotureSerializer,
        examples=exemples("Séance ordinaire", {}),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = ClotureSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        return self.ecrire(
            reunion,
            lambda objet: actions.tenir(objet, **donnees.validated_data, **self.suite()),
            obligatoire=False,
        )


class RendreCompteView(VueDesReunions):
    """Sending the minutes."""

    portees = {"POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_rendre_compte",
        resume="Envoyer le compte rendu",
        description="Chacun reçoit ce qui lui est ouvert. Le compte rendu et les décisions ne changent plus ensuite ; leur "
        "exécution se suit.",
        request=None,
        examples=[LUE],
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        return self.ecrire(reunion, lambda objet: actions.rendre_compte(objet, **self.suite()), obligatoire=False)


# --- What it holds ----------------------------------------------------------------------------------------------------
_ENTIER: dict[str, Any] = {
    "portee": PorteeApi.REUNIONS_ECRIRE,
    "parameters": [CONTRAT, REUNION, IF_MATCH],
    "reponses": {200: ReunionEntiereSerializer},
    "refus": (400, 404, 409, 412, 413, 415, 428),
}


class OrdreDuJourView(VueDesReunions):
    """The agenda, whole."""

    portees = {"PUT": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_ordre_du_jour",
        resume="Donner l’ordre du jour",
        description="L’ordre du jour devient cette liste, dans cet ordre. Un point se reconnaît à son `id`, sinon à son titre ; il "
        "garde sa pièce.",
        request=OrdreDuJourSerializer,
        examples=exemples(
            "Un point",
            {
                "ordre_du_jour": [
                    {"titre": "Médiation santé : où en est-on ?", "rapporteur": "12", "minutes": 20},
                ]
            },
        ),
        **_ENTIER,
    )
    def put(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = OrdreDuJourSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        points = points_voulus(self.repertoire(), donnees.validated_data)
        return self.ecrire(reunion, lambda objet: donner_ordre_du_jour(objet, points, **self.suite()))


class PresencesView(VueDesReunions):
    """The attendance, whole."""

    portees = {"PUT": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_presences",
        resume="Donner les présences",
        description="Une ligne par organisme du comité ; celui qui n’est pas cité n’est pas renseigné.",
        request=PresencesSerializer,
        examples=exemples(
            "Un présent, un pouvoir",
            {
                "presences": [
                    {"organisme": "12", "statut": "present"},
                    {"organisme": "9", "statut": "excuse", "pouvoir_a": "12"},
                ]
            },
        ),
        **_ENTIER,
    )
    def put(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = PresencesSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        presences = presences_voulues(donnees.validated_data)
        return self.ecrire(reunion, lambda objet: donner_presences(objet, presences, **self.suite()))


class CompteRenduView(VueDesReunions):
    """The minutes, whole."""

    portees = {"PUT": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_compte_rendu",
        resume="Écrire le compte rendu",
        description="Le compte rendu devient cette liste, jusqu’à son envoi. Un point se reconnaît à son `id`, sinon à son texte ; "
        "les nouveaux viennent à la fin.",
        request=CompteRenduSerializer,
        examples=exemples(
            "Un point pour tous",
            {
                "compte_rendu": [
                    {
                        "texte": "Neuf QPV sur treize ont un médiateur santé.",
                        "audience": "contrat",
                        "point": "118",
                        "perimetres": ["QN05931M"],
                    }
                ]
            },
        ),
        **_ENTIER,
    )
    def put(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = CompteRenduSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        items = items_voulus(self.repertoire(), donnees.validated_data)
        return self.ecrire(reunion, lambda objet: donner_compte_rendu(objet, items, **self.suite()))
