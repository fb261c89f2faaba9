"""The files that ask the caller's organisation: followed by their changes, read whole."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, inchange
from commun.api.curseur import PageSerializer
from commun.api.reponses import ReponseJson, en_json
from commun.erreurs import ActeRefuse
from contrats.api.pages import lire_parametres, page_de, repondre_par_page
from contrats.api.vues import CONTRAT, IF_NONE_MATCH, VueDuContrat, decrire, exemple, exemple_de_page
from contrats.forms.echanges import NumeroField

from ..etats import EtatDossier
from ..lectures import financeurs
from ..models.dossier import sollicitant
from .objets import EXEMPLE_DOSSIER, EXEMPLE_ENTIER, DossierAInstruireSerializer, DossierEntierSerializer

DOSSIER = OpenApiParameter("dossier", int, OpenApiParameter.PATH, description="`id` du dossier.")


class DossiersParametres(PageSerializer):
    """The filters of the list of files."""

    annee = serializers.IntegerField(required=False, min_value=1900, max_value=2200)
    etat = serializers.ChoiceField(EtatDossier.choices, required=False)
    financeur = NumeroField(required=False, help_text="Dossiers qui sollicitent cet organisme.")
    numero = serializers.CharField(required=False, max_length=20, help_text="Numéro exact du dossier.")


class VueDeLInstruction(VueDuContrat):
    """A route for those who work on files before the decision: the team and the funders."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.portee.roles.instruit:
            raise ActeRefuse(
                "Les dossiers se lisent ici par l’équipe du contrat et par les financeurs qu’ils sollicitent."
            )


class DossiersAInstruireView(VueDeLInstruction):
    """The list of files, followed by its changes."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE}

    @decrire(
        operation="instruction_dossiers_lister",
        resume="Lister les dossiers qui sollicitent votre organisme",
        description="Du plus anciennement modifié au plus récent : un acte sur le dossier, un avis, une proposition ou une décision "
        "que vous y lisez compte comme une modification ; le brouillon d’un autre financeur, non. Les brouillons des porteurs n’y "
        "sont pas ; un dossier retiré y reste, dans l’état « retire ». Celui qui ne sollicite plus votre organisme n’y est plus.",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DossiersParametres],
        reponses={200: page_de("DossiersAInstruire", DossierAInstruireSerializer)},
        refus=(400, 404),
        examples=[exemple_de_page("Un dossier en instruction", EXEMPLE_DOSSIER)],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, DossiersParametres)
        portee = self.portee
        choisis = financeurs.dossiers_a_instruire(portee.contrat, pour=portee.auteur)
        for nom, chemin in (("annee", "campagne__annee"), ("etat", "etat"), ("numero", "numero")):
            if nom in parametres:
                choisis = choisis.filter(**{chemin: parametres[nom]})
        if financeur := parametres.get("financeur"):
            choisis = choisis.filter(pk__in=sollicitant([int(financeur)]))
        return repondre_par_page(
            request,
            parametres,
            choisis,
            lambda page: financeurs.dossiers(page, pour=portee.auteur, contrat=portee.contrat),
        )


class VueDUnDossier(VueDeLInstruction):
    """A route about one file."""

    def un(self, pk: int) -> Any:
        """A file on which the caller works; any other is a 404."""
        trouve = financeurs.un_dossier(self.portee.contrat, pk, pour=self.portee.auteur)
        if trouve is None:
            raise Http404
        return trouve


class DossierAInstruireView(VueDUnDossier):
    """One file, whole."""

    portees = {"GET": PorteeApi.INSTRUCTION_LIRE}

    @decrire(
        operation="instruction_dossier_lire",
        resume="Lire un dossier en entier",
        description="La demande telle que son porteur l’a déposée et corrigée, chaque financeur comme sa page le montre, les avis et "
        "l’an passé. Les coordonnées bancaires et les noms des personnes ne sortent pas par l’API.",
        portee=PorteeApi.INSTRUCTION_LIRE,
        parameters=[CONTRAT, DOSSIER, IF_NONE_MATCH],
        reponses={200: DossierEntierSerializer, 304: None},
        refus=(404,),
        examples=[exemple("Un dossier en instruction", EXEMPLE_ENTIER)],
    )
    def get(self, request: Request, contrat: str, dossier: int) -> HttpResponse:
        portee = self.portee
        lu = financeurs.dossier(self.un(dossier), pour=portee.auteur, contrat=portee.contrat, le=timezone.localdate())
        etag = etiquette_du_contenu(en_json(lu))
        if inchange(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return ReponseJson(lu, entetes={"ETag": etag})
