"""Yearly statements through the API: what signatories say of their commitments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette, inchange, revision_attendue
from commun.api.curseur import PageSerializer
from commun.api.refus import Refus
from commun.api.reponses import ReponseJson
from commun.auteur import Canal
from commun.erreurs import ActeRefuse

from ..actions import declarer_avancement
from ..etats import EtatEngagement, EtatVisa
from ..forms.echanges import NumeroField, StrictSerializer
from ..lectures import echanges
from ..models import PointAvancement
from ..permissions import voit_les_declarations
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, IF_MATCH, IF_NONE_MATCH, VueDesEngagements, decrire, exemple_de_page


class PointSerializer(serializers.Serializer[Any]):
    """Ce qu’un signataire déclare d’un engagement pour une année, et le visa du chef de projet à côté."""

    id = serializers.CharField()
    engagement = serializers.CharField()
    engagement_reference = serializers.CharField()
    engagement_identifiant_externe = serializers.CharField()
    organisme = serializers.CharField(allow_null=True)
    annee = serializers.IntegerField()
    etat = serializers.ChoiceField(EtatEngagement.choices)
    commentaire = serializers.CharField()
    valeur_atteinte = serializers.DecimalField(14, 3, allow_null=True)
    euros_droit_commun = serializers.DecimalField(12, 2, allow_null=True)
    euros_specifiques = serializers.DecimalField(12, 2, allow_null=True)
    preuves = serializers.ListField(child=serializers.CharField(), help_text="Noms des fichiers joints.")
    declare_le = serializers.DateTimeField()
    canal = serializers.ChoiceField(Canal.choices)
    visa = serializers.ChoiceField(EtatVisa.choices)
    remarque = serializers.CharField(help_text="Remarque du chef de projet.")
    fictif = serializers.BooleanField()
    revision = serializers.IntegerField()
    modifie_le = serializers.DateTimeField()
    retire_le = serializers.DateTimeField(
        allow_null=True, help_text="Renseigné si l’engagement a été retiré : sa déclaration sort des listes avec lui."
    )


class PointSaisieSerializer(StrictSerializer):
    """Ce que le signataire déclare ; le remplace en entier."""

    IGNORES = (
        *("id", "engagement", "engagement_reference", "engagement_identifiant_externe", "organisme", "annee"),
        *("preuves", "declare_le", "canal", "visa", "remarque", "fictif", "revision", "modifie_le", "retire_le"),
    )

    etat = serializers.ChoiceField(EtatEngagement.choices)
    commentaire = serializers.CharField(required=False, default="", allow_blank=True, max_length=20_000)
    valeur_atteinte = serializers.DecimalField(14, 3, required=False, default=None, allow_null=True)
    euros_droit_commun = serializers.DecimalField(
        12, 2, required=False, default=None, allow_null=True, min_value=0, help_text="Droit commun mobilisé, en euros."
    )
    euros_specifiques = serializers.DecimalField(
        12, 2, required=False, default=None, allow_null=True, min_value=0, help_text="Crédits spécifiques, en euros."
    )
    document = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=300,
        help_text="Document lu, quand le pilote déclare pour le compte d’un signataire.",
    )
    motif = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=2_000,
        help_text="Pourquoi la déclaration change, une fois la revue de l’année close.",
    )


class PointsParametres(PageSerializer):
    """The filters of the list of statements."""

    annee = serializers.IntegerField(required=False, min_value=1900, max_value=2200)
    organisme = NumeroField(required=False, help_text="Déclarations sur les engagements de cet organisme.")
    etat = serializers.ChoiceField(EtatEngagement.choices, required=False)
    visa = serializers.ChoiceField(EtatVisa.choices, required=False)


EXEMPLE_POINT = {
    "id": "981",
    "engagement": "214",
    "engagement_reference": "E62",
    "engagement_identifiant_externe": "DEP59-2026-014",
    "organisme": "12",
    "annee": 2026,
    "etat": "en_cours",
    "commentaire": "Neuf QPV sur treize ont un médiateur santé.",
    "valeur_atteinte": "69.000",
    "euros_droit_commun": "84000.00",
    "euros_specifiques": None,
    "preuves": [],
    "declare_le": "2026-11-20T09:00:00+01:00",
    "canal": "api",
    "visa": "non_vu",
    "remarque": "",
    "fictif": False,
    "revision": 1,
    "modifie_le": "2026-11-20T09:00:00+01:00",
    "retire_le": None,
}
LU = OpenApiExample("En cours", response_only=True, status_codes=["200", "201"], value=EXEMPLE_POINT)


class VueDesPoints(VueDesEngagements):
    """What the routes of statements share."""

    adresse: ClassVar[list[Any]] = [
        CONTRAT,
        OpenApiParameter("engagement", int, OpenApiParameter.PATH, description="`id` de l’engagement."),
        OpenApiParameter("annee", int, OpenApiParameter.PATH, description="Année de la déclaration."),
    ]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and not voit_les_declarations(self.portee.roles):
            raise ActeRefuse("Votre organisme ne lit les déclarations que dans les rapports publiés.")


class PointsView(VueDesPoints):
    """The list of statements."""

    portees = {"GET": PorteeApi.AVANCEMENT_LIRE}

    @decrire(
        operation="points_lister",
        resume="Lister les points d’avancement",
        description="Du plus anciennement modifié au plus récent ; un visa, une remarque du chef de projet ou une preuve compte "
        "comme une modification. Sans `modifie_depuis`, les déclarations des engagements retirés sont omises ; avec lui, elles "
        "sont données avec leur `retire_le`.",
        portee=PorteeApi.AVANCEMENT_LIRE,
        parameters=[CONTRAT, PointsParametres],
        reponses={200: page_de("Points", PointSerializer)},
        refus=(400, 404),
        examples=[exemple_de_page("Une déclaration", EXEMPLE_POINT)],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, PointsParametres)
        choisis = PointAvancement.objects.filter(engagement__contrat=self.portee.contrat)
        if "modifie_depuis" not in parametres:
            choisis = choisis.filter(engagement__retire_le__isnull=True)
        for nom, chemin in (
            ("annee", "annee"),
            ("organisme", "engagement__organisme_id"),
            ("etat", "etat"),
            ("visa", "visa"),
        ):
            if nom in parametres:
                choisis = choisis.filter(**{chemin: parametres[nom]})
        return repondre_par_page(request, parametres, choisis, echanges.points)


class PointView(VueDesPoints):
    """The statement of one commitment for one year."""

    portees = {"GET": PorteeApi.AVANCEMENT_LIRE, "PUT": PorteeApi.AVANCEMENT_ECRIRE}

    def _reponse(self, engagement: int, annee: int, *, statut: int = 200) -> HttpResponse:
        lus = echanges.points(
            PointAvancement.objects.filter(
                engagement=engagement,
                annee=annee,
                engagement__contrat=self.portee.contrat,
                engagement__retire_le__isnull=True,
            )
        )
        if not lus:
            raise Http404
        (lu,) = lus
        del lu["_position"]
        etag = etiquette(lu["revision"], lu["modifie_le"])
        if self.request.method in ("GET", "HEAD") and inchange(self.request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return ReponseJson(lu, statut=statut, entetes={"ETag": etag})

    @decrire(
        operation="point_lire",
        resume="Lire le point d’avancement d’une année",
        portee=PorteeApi.AVANCEMENT_LIRE,
        parameters=[*VueDesPoints.adresse, IF_NONE_MATCH],
        reponses={200: PointSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, engagement: int, annee: int) -> HttpResponse:
        return self._reponse(engagement, annee)

    @decrire(
        operation="point_declarer",
        resume="Déclarer l’avancement d’une année",
        description="La première déclaration demande `If-None-Match: *`, les suivantes `If-Match` avec l’ETag lu : personne "
        "n’écrase ce qu’un autre vient d’écrire. La même déclaration renvoyée n’écrit rien de plus. Le chef de projet "
        "qui déclare pour le compte d’un signataire nomme le `document` lu.",
        portee=PorteeApi.AVANCEMENT_ECRIRE,
        parameters=[*VueDesPoints.adresse, IF_MATCH, IF_NONE_MATCH],
        request=PointSaisieSerializer,
        reponses={200: PointSerializer, 201: PointSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[
            OpenApiExample(
                "En cours",
                request_only=True,
                value={
                    "etat": "en_cours",
                    "commentaire": "Neuf QPV sur treize ont un médiateur santé.",
                    "valeur_atteinte": "69",
                    "euros_droit_commun": "84000.00",
                },
            ),
            LU,
        ],
    )
    def put(self, request: Request, contrat: str, engagement: int, annee: int) -> HttpResponse:
        objet = self.a_ecrire(pk=engagement, retire_le=None)
        premiere = request.headers.get("If-None-Match", "").strip() == "*"
        revision = 0 if premiere else revision_attendue(request)
        existait = PointAvancement.objects.filter(engagement=objet, annee=annee).exists()
        if premiere and existait:
            raise Refus(412, "Cette année est déjà déclarée : lisez-la, puis envoyez If-Match.", code="deja_declare")
        donnees = PointSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        declarer_avancement(
            objet,
            annee=annee,
            revision=revision,
            par=self.portee.auteur,
            le=timezone.now(),
            **donnees.validated_data,
        )
        return self._reponse(engagement, annee, statut=200 if existait else 201)
