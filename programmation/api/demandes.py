"""One funder's row: read, proposed, refused, voted, notified, engaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.refus import Refus
from commun.api.reponses import ReponseJson, en_json
from contrats.api.vues import CONTRAT, IF_NONE_MATCH, VueDuContrat, decrire

from ..actions.ecriture import verrouiller_demande
from ..lectures import financeurs
from ..models import DemandeFinancement
from .objets import EXEMPLE_DEMANDE, DemandeSerializer

DEMANDE = OpenApiParameter("demande", int, OpenApiParameter.PATH, description="`id` de la demande.")
LUE = OpenApiExample("Une proposition", response_only=True, status_codes=["200"], value=EXEMPLE_DEMANDE)
AUCUNE_DEMANDE = "Aucune demande adressée à votre organisme ne porte ce numéro."


class VueDesDemandes(VueDuContrat):
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
