"""Meetings through the API: the calendar, and one meeting.

A meeting is read and kept whole: its ETag covers its agenda, its attendance, its minutes and its decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.curseur import PageSerializer
from commun.api.idempotence import idempotente
from commun.api.reponses import ReponseJson, en_json

from ..actions import instances as actions
from ..etats import EtatReunion
from ..forms.echanges import NumeroField, Repertoire
from ..forms.echanges_reunions import (
    ItemSerializer,
    PointSerializer,
    ReunionSaisieSerializer,
    comite_et_fiche,
    fiche_modifiee,
)
from ..lectures import echanges
from ..lectures.instances import fiche_reunion, reunions_visibles
from ..models import DecisionReunion, Presence, Reunion
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, VueDuContrat, decrire, exemple_de_page


class DecisionSerializer(serializers.Serializer[Any]):
    """Ce qui est à décider ou décidé en réunion, et ce que c’est devenu."""

    id = serializers.CharField()
    reunion = serializers.CharField()
    texte = serializers.CharField()
    nature = serializers.ChoiceField(DecisionReunion.Nature.choices)
    responsable = serializers.CharField(allow_null=True, help_text="Organisme responsable.")
    echeance = serializers.DateField(allow_null=True)
    execution = serializers.ChoiceField(DecisionReunion.Execution.choices, allow_blank=True)
    suite_donnee = serializers.CharField()


class ReunionSerializer(serializers.Serializer[Any]):
    """Une réunion d’un comité."""

    id = serializers.CharField()
    comite = serializers.CharField()
    comite_nom = serializers.CharField()
    le = serializers.DateField()
    debut = serializers.TimeField(allow_null=True)
    fin = serializers.TimeField(allow_null=True)
    lieu = serializers.CharField()
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE.")
    objet = serializers.CharField()
    etat = serializers.ChoiceField(
        EtatReunion.choices, help_text="Une réunion supprimée du calendrier est « annulee »."
    )
    decisions = DecisionSerializer(
        many=True,
        help_text="Décisions prises : lues par l’équipe et les membres du comité, par ses invités une fois le compte rendu "
        "envoyé, et par l’organisme qui en répond.",
    )
    fictif = serializers.BooleanField()
    modifie_le = serializers.DateTimeField()


class PointLuSerializer(PointSerializer):
    """Un point de l’ordre du jour."""

    id = serializers.CharField()
    texte = serializers.CharField()
    rapporteur = serializers.CharField(allow_null=True, help_text="Organisme.")
    minutes = serializers.IntegerField(allow_null=True)
    piece = serializers.CharField(allow_null=True, help_text="Nom de la pièce jointe.")


class PresenceLueSerializer(serializers.Serializer[Any]):
    """Un siège du comité et ce que l’on sait de sa présence."""

    organisme = serializers.CharField()
    organisme_nom = serializers.CharField()
    invite = serializers.BooleanField(help_text="Invité, sans voix.")
    statut = serializers.ChoiceField(Presence.Statut.choices, allow_blank=True)
    pouvoir_a = serializers.CharField(allow_null=True)


class ItemLuSerializer(ItemSerializer):
    """Un point du compte rendu."""

    id = serializers.CharField()
    point = serializers.CharField(allow_null=True, help_text="`id` du point de l’ordre du jour.")


class ReunionEntiereSerializer(ReunionSerializer):
    """Une réunion avec ce que votre place dans le comité vous en ouvre.

    L’ordre du jour et les présences se lisent dès la convocation, le compte rendu une fois envoyé ; qui conduit la réunion
    lit tout.
    """

    convoquee_le = serializers.DateTimeField(allow_null=True)
    rendue_le = serializers.DateTimeField(allow_null=True)
    ordre_du_jour = PointLuSerializer(many=True)
    presences = PresenceLueSerializer(many=True)
    compte_rendu = ItemLuSerializer(many=True)
    decisions = DecisionSerializer(many=True, help_text="Ce qui est à décider, décidé ou ajourné.")


class ReunionsParametres(PageSerializer):
    """The filters of the list of meetings."""

    comite = NumeroField(required=False)
    du = serializers.DateField(required=False, help_text="Réunions à partir de ce jour.")
    au = serializers.DateField(required=False, help_text="Réunions jusqu’à ce jour.")


REUNION = OpenApiParameter("reunion", int, OpenApiParameter.PATH, description="`id` de la réunion.")
EXEMPLE_DECISION = {
    "id": "73",
    "reunion": "41",
    "texte": "Étendre la médiation santé aux quatre QPV restants.",
    "nature": "decidee",
    "responsable": "12",
    "echeance": "2027-06-30",
    "execution": "a_faire",
    "suite_donnee": "",
}
EXEMPLE = {
    "id": "41",
    "comite": "3",
    "comite_nom": "COTECH Santé",
    "le": "2026-12-08",
    "debut": "14:00:00",
    "fin": "16:30:00",
    "lieu": "Hôtel de la communauté d’agglomération",
    "commune": None,
    "objet": "Revue des engagements",
    "etat": "convoquee",
    "fictif": False,
    "modifie_le": "2026-11-20T09:00:00+01:00",
    "convoquee_le": "2026-11-20T09:00:00+01:00",
    "rendue_le": None,
    "ordre_du_jour": [
        {
            "id": "118",
            "titre": "Médiation santé : où en est-on ?",
            "texte": "",
            "rapporteur": "12",
            "minutes": 20,
            "piece": None,
        }
    ],
    "presences": [
        {
            "organisme": "12",
            "organisme_nom": "Département du Nord",
            "invite": False,
            "statut": "",
            "pouvoir_a": None,
        }
    ],
    "compte_rendu": [],
    "decisions": [],
}
LUE = OpenApiExample("Un COTECH convoqué", response_only=True, status_codes=["200", "201"], value=EXEMPLE)


def exemples(nom: str, valeur: dict[str, Any]) -> list[OpenApiExample]:
    """What is sent, and the meeting that answers."""
    return [OpenApiExample(nom, request_only=True, value=valeur), LUE]


class VueDesReunions(VueDuContrat):
    """What the routes of meetings share."""

    def visibles(self) -> Any:
        return reunions_visibles(self.portee.contrat, pour=self.portee.auteur)

    def repertoire(self) -> Repertoire:
        return Repertoire(self.portee.contrat, self.portee.auteur)

    def une(self, pk: int, *, tenue: bool = False) -> Reunion:
        """A meeting that the caller knows of, held until the end of the transaction if asked; any other is a 404."""
        visibles = self.visibles().select_for_update(of=("self",)) if tenue else self.visibles()
        trouvee: Reunion | None = visibles.filter(pk=pk).first()
        if trouvee is None:
            raise Http404
        return trouvee

    def lire(self, objet: Reunion) -> tuple[dict[str, Any], str]:
        """The meeting as its caller's place opens it, and its ETag."""
        lue = echanges.reunion(fiche_reunion(objet, pour=self.portee.auteur, le=timezone.localdate()))
        return lue, etiquette_du_contenu(en_json(lue))

    def reponse(self, pk: int, *, statut: int = 200) -> HttpResponse:
        lue, etag = self.lire(self.une(pk))
        entetes = {"ETag": etag}
        if self.request.method in ("GET", "HEAD") and inchange(self.request, etag):
            return HttpResponse(status=304, headers=entetes)
        if statut == 201:
            chemin = reverse("api:reunion", kwargs={"contrat": self.portee.contrat.slug, "reunion": pk})
            entetes["Location"] = self.request.build_absolute_uri(chemin)
        return ReponseJson(lue, statut=statut, entetes=entetes)

    def ecrire(self, pk: int, acte: Callable[[Reunion], Any], *, obligatoire: bool = True) -> HttpResponse:
        """Do `acte` on the meeting as the caller last read it, held meanwhile; the answer is the meeting as it then stands."""
        with transaction.atomic():
            objet = self.une(pk, tenue=True)
            exiger_etiquette(self.request, self.lire(objet)[1], obligatoire=obligatoire)
            acte(objet)
        return self.reponse(pk)

    def suite(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"par": self.portee.auteur, "le": timezone.now()}


class ReunionsView(VueDesReunions):
    """The list of meetings, and a new one."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE, "POST": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunions_lister",
        resume="Lister les réunions",
        description="Celles que votre organisme connaît : les instructeurs les connaissent toutes, les autres celles des comités "
        "où ils siègent ou sont invités, et celles dont un compte rendu s’adresse à tous.",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT, ReunionsParametres],
        reponses={200: page_de("Reunions", ReunionSerializer)},
        refus=(400, 404),
        examples=[exemple_de_page("Un COTECH", EXEMPLE)],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, ReunionsParametres)
        choisies = self.visibles().select_related(None).select_related("comite", "commune")
        for nom, chemin in (("comite", "comite_id"), ("du", "le__gte"), ("au", "le__lte")):
            if nom in parametres:
                choisies = choisies.filter(**{chemin: parametres[nom]})
        return repondre_par_page(
            request,
            parametres,
            choisies,
            lambda page: echanges.reunions(page, contrat=self.portee.contrat, pour=self.portee.auteur),
        )

    @decrire(
        operation="reunion_prevoir",
        resume="Inscrire une réunion au calendrier",
        description="Personne n’est encore prévenu : préparez l’ordre du jour, puis convoquez.",
        portee=PorteeApi.REUNIONS_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=ReunionSaisieSerializer,
        reponses={201: ReunionEntiereSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=exemples(
            "Un COTECH",
            {"comite": "3", "le": "2026-12-08", "debut": "14:00", "fin": "16:30", "objet": "Revue des engagements"},
        ),
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = ReunionSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        comite, fiche = comite_et_fiche(self.portee.contrat, donnees.validated_data)
        return self.reponse(actions.prevoir_reunion(comite, fiche, **self.suite()).pk, statut=201)


class ReunionView(VueDesReunions):
    """One meeting."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE, "PATCH": PorteeApi.REUNIONS_ECRIRE}

    @decrire(
        operation="reunion_lire",
        resume="Lire une réunion",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT, REUNION, IF_NONE_MATCH],
        reponses={200: ReunionEntiereSerializer, 304: None},
        refus=(404,),
        examples=[LUE],
    )
    def get(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        return self.reponse(reunion)

    @decrire(
        operation="reunion_modifier",
        resume="Changer la date, les heures, le lieu ou l’objet d’une réunion",
        description="Seuls les champs envoyés changent. Si elle est convoquée, chacun reçoit le changement.",
        portee=PorteeApi.REUNIONS_ECRIRE,
        parameters=[CONTRAT, REUNION, IF_MATCH],
        request=ReunionSaisieSerializer(partial=True),
        reponses={200: ReunionEntiereSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=exemples("Une autre date", {"le": "2026-12-15"}),
    )
    def patch(self, request: Request, contrat: str, reunion: int) -> HttpResponse:
        donnees = ReunionSaisieSerializer(data=request.data, partial=True)
        donnees.is_valid(raise_exception=True)
        return self.ecrire(
            reunion,
            lambda objet: actions.modifier_reunion(
                objet, fiche_modifiee(objet, donnees.validated_data), **self.suite()
            ),
        )
