"""One funder's row: read, proposed, refused, voted, notified, engaged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.idempotence import idempotente
from commun.api.refus import Refus
from commun.api.reponses import ReponseJson, en_json
from contrats.api.vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, decrire

from .. import actions
from ..actions.ecriture import verrouiller_demande
from ..forms.financeurs import (
    MotifSerializer,
    NotificationSerializer,
    NumeroEjSerializer,
    PropositionSerializer,
    VoteSerializer,
)
from ..lectures import financeurs
from ..models import DemandeFinancement
from .instruction import VueDeLInstruction
from .objets import EXEMPLE_DEMANDE, DemandeSerializer

DEMANDE = OpenApiParameter("demande", int, OpenApiParameter.PATH, description="`id` de la demande.")
LUE = OpenApiExample("Une proposition", response_only=True, status_codes=["200"], value=EXEMPLE_DEMANDE)
AUCUNE_DEMANDE = "Aucune demande adressée à votre organisme ne porte ce numéro."


class VueDesDemandes(VueDeLInstruction):
    """What the routes of rows share."""

    def une(self, pk: int) -> Any:
        """A row of a file on which the caller works; any other is a 404."""
        trouvee = financeurs.demandes_lisibles(self.portee.contrat, pour=self.portee.auteur).filter(pk=pk).first()
        if trouvee is None:
            raise Http404
        trouvee.dossier.contrat = self.portee.contrat
        return trouvee

    def sienne(self, pk: int) -> Any:
        """The same, to write it: another funder's, which may be read, is a 404 as well, that says so. The team writes for all."""
        tenus = self.portee.roles
        try:
            trouvee = self.une(pk)
        except Http404:
            trouvee = None
        if trouvee is not None and (tenus.pilote or trouvee.financeur_id in tenus.organismes_instructeurs):
            return trouvee
        raise Refus(404, AUCUNE_DEMANDE, code="demande_d_autrui")

    def lire(self, demande: Any) -> tuple[dict[str, Any], str]:
        """The row as its caller reads it, and its ETag."""
        (lue,) = financeurs.demandes([demande], pour=self.portee.auteur, contrat=self.portee.contrat)
        return lue, etiquette_du_contenu(en_json(lue))

    def reponse(self, pk: int) -> HttpResponse:
        lue, etag = self.lire(self.une(pk))
        if self.request.method in ("GET", "HEAD") and inchange(self.request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return ReponseJson(lue, entetes={"ETag": etag})

    def ecrire(self, pk: int, acte: Callable[[DemandeFinancement], Any], *, obligatoire: bool) -> HttpResponse:
        """Do `acte` on the row as the caller last read it, held meanwhile; the answer is the row as it then stands."""
        with transaction.atomic():
            verrouiller_demande(self.sienne(pk))
            demande = self.une(pk)
            exiger_etiquette(self.request, self.lire(demande)[1], obligatoire=obligatoire)
            acte(demande)
        return self.reponse(pk)

    def suite(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"par": self.portee.auteur, "le": timezone.now()}


class DemandeView(VueDesDemandes):
    """One row."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE}

    @decrire(
        operation="demande_lire",
        resume="Lire une demande de financement",
        description="Celle de votre organisme, ou d’un cofinanceur du même dossier. Son ETag sert à écrire.",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DEMANDE, IF_NONE_MATCH],
        reponses={200: DemandeSerializer, 304: None},
        refus=(404,),
        examples=[LUE],
    )
    def get(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        return self.reponse(demande)


# --- What is given whole ----------------------------------------------------------------------------------------------
_ENTIER: dict[str, Any] = {
    "portee": PorteeApi.INSTRUCTION_ECRIRE,
    "parameters": [CONTRAT, DEMANDE, IF_MATCH],
    "reponses": {200: DemandeSerializer},
    "refus": (400, 404, 409, 412, 413, 415, 428),
}


def _exemples(nom: str, valeur: dict[str, Any]) -> list[OpenApiExample]:
    """What is sent, and the row that answers."""
    return [OpenApiExample(nom, request_only=True, value=valeur), LUE]


class PropositionView(VueDesDemandes):
    """The funder's proposal."""

    portees = {"PUT": PorteeApi.INSTRUCTION_ECRIRE}

    @decrire(
        operation="demande_proposer",
        resume="Proposer un montant",
        description="Pendant l’instruction, jusqu’à la validation du COPIL. La même proposition renvoyée n’écrit rien de plus. Le "
        "pilote qui écrit pour le compte d’un financeur nomme le document lu (`piece_source`) ; elle est alors partagée.",
        request=PropositionSerializer,
        examples=_exemples(
            "Une proposition avec une condition",
            {"montant": "4500.00", "conditions": "Ouvrir les ateliers aux collégiens de Denain."},
        ),
        **_ENTIER,
    )
    def put(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        donnees = PropositionSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        valeurs = dict(donnees.validated_data)
        piece = valeurs.pop("piece_source")
        return self.ecrire(
            demande,
            lambda objet: actions.saisir(objet, actions.Saisie(**valeurs), piece_source=piece, **self.suite()),
            obligatoire=True,
        )


class NumeroEjView(VueDesDemandes):
    """The number under which the funder commits the money."""

    portees = {"PUT": PorteeApi.INSTRUCTION_ECRIRE}

    @decrire(
        operation="demande_engager",
        resume="Donner le numéro d’engagement juridique",
        description="Une fois le montant programmé. Vide, il efface celui qui était donné.",
        request=NumeroEjSerializer,
        examples=_exemples("Un numéro de Chorus", {"numero_ej": "2104567890"}),
        **_ENTIER,
    )
    def put(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        donnees = NumeroEjSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        saisie = actions.Saisie(numero_ej=donnees.validated_data["numero_ej"])
        piece = donnees.validated_data["piece_source"]
        return self.ecrire(
            demande,
            lambda objet: actions.saisir(objet, saisie, piece_source=piece, **self.suite()),
            obligatoire=True,
        )


# --- Its decision -----------------------------------------------------------------------------------------------------
_ACTE: dict[str, Any] = {
    "portee": PorteeApi.INSTRUCTION_ECRIRE,
    "parameters": [CONTRAT, DEMANDE, IF_MATCH, IDEMPOTENCE],
    "reponses": {200: DemandeSerializer},
    "refus": (400, 404, 409, 412, 413, 415, 422),
}


class _Decision(VueDesDemandes):
    """An act of the funder's decider, done once."""

    portees = {"POST": PorteeApi.INSTRUCTION_ECRIRE}

    def decider(self, demande: int, saisie: type[Any], acte: Callable[..., Any]) -> HttpResponse:
        """Do `acte` with what the body says, read by `saisie`."""
        donnees = saisie(data=self.request.data)
        donnees.is_valid(raise_exception=True)
        return self.ecrire(
            demande, lambda objet: acte(objet, **donnees.validated_data, **self.suite()), obligatoire=False
        )


class RefuserView(_Decision):
    """The funder says no."""

    @decrire(
        operation="demande_refuser",
        resume="Refuser",
        description="Demande un décideur du financeur. Ce qui était programmé retourne à l’enveloppe ; le porteur lit le motif une "
        "fois notifié.",
        request=MotifSerializer,
        examples=_exemples("Hors des priorités", {"motif": "L’action relève de « Devoirs faits »."}),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        return self.decider(demande, MotifSerializer, actions.refuser)


class VoterView(_Decision):
    """The funder's own act."""

    @decrire(
        operation="demande_voter",
        resume="Enregistrer l’acte qui rend le montant ferme",
        description="Demande un décideur du financeur, après la validation du COPIL. Le montant peut différer de celui qui est "
        "programmé ; l’enveloppe le supporte.",
        request=VoteSerializer,
        examples=_exemples(
            "Une délibération",
            {
                "montant": "4500.00",
                "instance": "Commission permanente",
                "numero": "CP/2026/118",
                "pris_le": "2026-06-15",
            },
        ),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        return self.decider(demande, VoteSerializer, _voter)


class RectifierView(_Decision):
    """An act or a refusal undone."""

    @decrire(
        operation="demande_rectifier",
        resume="Revenir sur un acte ou un refus enregistré par erreur",
        description="Tant que le porteur n’est pas notifié. Après un acte, la demande redevient programmée ; après un refus, vous "
        "proposez à nouveau.",
        request=MotifSerializer,
        examples=_exemples("Mauvais numéro", {"motif": "Le numéro de la délibération était celui d’une autre séance."}),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        return self.decider(demande, MotifSerializer, actions.rectifier)


class NotifierView(_Decision):
    """The porteur told."""

    @decrire(
        operation="demande_notifier",
        resume="Notifier la décision au porteur",
        description="Un montant voté, ou un refus. Le porteur le lit aussitôt ; la décision ne se rectifie plus ensuite.",
        request=NotificationSerializer,
        examples=_exemples("Par courrier", {"jour": "2026-07-01"}),
        **_ACTE,
    )
    @idempotente
    def post(self, request: Request, contrat: str, demande: int) -> HttpResponse:
        return self.decider(demande, NotificationSerializer, actions.notifier)


def _voter(demande: DemandeFinancement, *, instance: str, numero: str, pris_le: date, **suite: Any) -> None:
    actions.voter(demande, acte=actions.NouvelActe(instance, numero, pris_le), **suite)
