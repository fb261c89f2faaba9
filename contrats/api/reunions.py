"""Meetings through the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.curseur import PageSerializer

from ..etats import EtatReunion
from ..forms.echanges import NumeroField
from ..lectures import echanges
from ..models import DecisionReunion, Reunion
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, VueDuContrat, decrire


class DecisionSerializer(serializers.Serializer[Any]):
    """Une décision prise en réunion, et ce qu’elle est devenue."""

    texte = serializers.CharField()
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
        many=True, help_text="Lues par l’équipe et les cofinanceurs ; par un membre du comité une fois le CR envoyé."
    )
    fictif = serializers.BooleanField()
    modifie_le = serializers.DateTimeField()


class ReunionsParametres(PageSerializer):
    """The filters of the list of meetings."""

    comite = NumeroField(required=False)
    du = serializers.DateField(required=False, help_text="Réunions à partir de ce jour.")
    au = serializers.DateField(required=False, help_text="Réunions jusqu’à ce jour.")


class ReunionsView(VueDuContrat):
    """The list of meetings."""

    portees = {"GET": PorteeApi.REUNIONS_LIRE}

    @decrire(
        operation="reunions_lister",
        resume="Lister les réunions",
        portee=PorteeApi.REUNIONS_LIRE,
        parameters=[CONTRAT, ReunionsParametres],
        reponses={200: page_de("Reunions", ReunionSerializer)},
        refus=(400, 404),
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, ReunionsParametres)
        choisies = Reunion.objects.filter(comite__contrat=self.portee.contrat)
        for nom, chemin in (("comite", "comite_id"), ("du", "le__gte"), ("au", "le__lte")):
            if nom in parametres:
                choisies = choisies.filter(**{chemin: parametres[nom]})
        return repondre_par_page(
            request,
            parametres,
            choisies,
            lambda page: echanges.reunions(page, contrat=self.portee.contrat, pour=self.portee.auteur),
        )
