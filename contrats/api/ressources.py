"""The directory of droit commun through the API: an organisation keeps up its own means."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.concurrence import etiquette, inchange, revision_attendue
from commun.api.curseur import PageSerializer
from commun.api.idempotence import idempotente
from commun.api.refus import Refus
from commun.api.reponses import ReponseJson
from commun.models import LigneJournal

from ..actions.droit_commun import ajouter_ressource, modifier_ressource, retirer_ressource
from ..forms.echanges import NumeroField, Repertoire, StrictSerializer
from ..lectures import echanges
from ..lectures.droit_commun import visibles
from ..models import Ressource
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, VueDuContrat, decrire, exemple_de_page


class RessourceSerializer(serializers.Serializer[Any]):
    """Un moyen de droit commun : qui, pour quoi, à quelles conditions."""

    id = serializers.CharField()
    nom = serializers.CharField()
    organisme = serializers.CharField(allow_null=True)
    organisme_nom = serializers.CharField(allow_null=True)
    orientation = serializers.CharField(allow_null=True, help_text="Code de l’orientation.")
    perimetres = serializers.ListField(child=serializers.CharField(), help_text="Vide : tout le contrat.")
    moyens = serializers.CharField()
    public = serializers.CharField()
    conditions = serializers.CharField()
    contact = serializers.CharField(help_text="Un service, pas une personne.")
    lien = serializers.CharField()
    ouverte = serializers.BooleanField(help_text="Visible des porteurs de projets.")
    verifie_le = serializers.DateField(allow_null=True)
    modifie_le = serializers.DateTimeField()


class RessourceSaisieSerializer(StrictSerializer):
    """Un moyen de droit commun, tel qu’on le saisit. Qui l’écrit vient de le vérifier."""

    IGNORES = ("id", "organisme_nom", "verifie_le", "modifie_le")

    nom = serializers.CharField(max_length=300)
    organisme = NumeroField(required=False, allow_null=True, help_text="Par défaut celui de la clé.")
    orientation = serializers.CharField(required=False, allow_null=True, max_length=10)
    perimetres = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=200)
    moyens = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    public = serializers.CharField(required=False, allow_blank=True, max_length=200)
    conditions = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    contact = serializers.CharField(required=False, allow_blank=True, max_length=200)
    lien = serializers.URLField(required=False, allow_blank=True, max_length=200)
    ouverte = serializers.BooleanField(required=False)


class RessourcesParametres(PageSerializer):
    """The filters of the directory."""

    organisme = NumeroField(required=False)
    orientation = serializers.CharField(required=False, max_length=10, help_text="Code d’une orientation.")


EXEMPLE = {
    "id": "31",
    "nom": "Contrat local d’accompagnement à la scolarité",
    "organisme": "9",
    "organisme_nom": "Caisse d’allocations familiales du Nord",
    "orientation": "O3",
    "perimetres": [],
    "moyens": "Financement d’actions après l’école",
    "public": "Enfants et parents",
    "conditions": "Appel à projets annuel",
    "contact": "Service action sociale",
    "lien": "",
    "ouverte": True,
    "verifie_le": "2026-11-20",
    "modifie_le": "2026-11-20T09:00:00+01:00",
}
LU = OpenApiExample("Une ressource", response_only=True, status_codes=["200", "201"], value=EXEMPLE)
SAISI = OpenApiExample(
    "Une ressource",
    request_only=True,
    value={"nom": EXEMPLE["nom"], "orientation": "O3", "moyens": EXEMPLE["moyens"], "ouverte": True},
)
NUMERO = OpenApiParameter("ressource", int, OpenApiParameter.PATH, description="`id` de la ressource.")


class _Ressources(VueDuContrat):
    """What the routes of the directory share."""

    def visibles(self) -> Any:
        return visibles(self.portee.contrat, pour=self.portee.auteur).select_related(None)

    def champs(self, donnees: dict[str, Any]) -> dict[str, Any]:
        """Codes and numbers become objects, as for a commitment."""
        liens = {nom: donnees[nom] for nom in ("organisme", "orientation", "perimetres") if nom in donnees}
        saisie = Repertoire(self.portee.contrat, self.portee.auteur).saisie(liens | {"libelle": ""})
        return {**donnees, **{nom: getattr(saisie, nom) for nom in liens}}

    def reponse(self, pk: int, *, statut: int = 200) -> HttpResponse:
        lues = echanges.ressources(self.visibles().filter(pk=pk))
        if not lues:
            raise Http404
        (lue,) = lues
        del lue["_position"]
        entetes = {"ETag": etiquette(1, lue["modifie_le"])}
        if self.request.method in ("GET", "HEAD") and inchange(self.request, entetes["ETag"]):
            return HttpResponse(status=304, headers=entetes)
        if statut == 201:
            chemin = reverse("api:ressource", kwargs={"contrat": self.portee.contrat.slug, "ressource": pk})
            entetes["Location"] = self.request.build_absolute_uri(chemin)
        return ReponseJson(lue, statut=statut, entetes=entetes)

    def tenue(self, pk: int) -> Ressource:
        """The means, held until the end of the transaction, as the caller last read it (`If-Match`)."""
        revision_attendue(self.request)
        objet: Ressource | None = (
            Ressource.objects.select_for_update(of=("self",)).filter(pk=pk, pk__in=self.visibles().values("pk")).first()
        )
        if objet is None:
            raise Http404
        if self.request.headers["If-Match"].strip() not in ("*", etiquette(1, objet.modifie_le)):
            raise Refus(412, "Cette ressource a changé depuis votre lecture : relisez-la.", code="revision_depassee")
        return objet


class RessourcesView(_Ressources):
    """The directory, and a new means."""

    portees = {"GET": PorteeApi.RESSOURCES_LIRE, "POST": PorteeApi.RESSOURCES_ECRIRE}

    @decrire(
        operation="ressources_lister",
        resume="Lister les ressources de droit commun",
        description="Avec `modifie_depuis`, `retirees` donne les ressources retirées depuis cet instant.",
        portee=PorteeApi.RESSOURCES_LIRE,
        parameters=[CONTRAT, RessourcesParametres],
        reponses={
            200: page_de(
                "Ressources",
                RessourceSerializer,
                retirees=serializers.ListField(
                    child=serializers.CharField(), required=False, help_text="`id` des ressources retirées."
                ),
            )
        },
        refus=(400, 404),
        examples=[exemple_de_page("Une ressource modifiée, une retirée", EXEMPLE, retirees=["27"])],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, RessourcesParametres)
        choisies = self.visibles()
        for nom, chemin in (("organisme", "organisme_id"), ("orientation", "orientation__code")):
            if nom in parametres:
                choisies = choisies.filter(**{chemin: parametres[nom]})
        suite = {}
        if depuis := parametres.get("modifie_depuis"):
            retraits = LigneJournal.objects.filter(
                contrat_id=self.portee.contrat.pk,
                cible_type=Ressource._meta.label_lower,
                acte="retirer_ressource",
                fait_le__gte=depuis,
            )
            suite["retirees"] = [str(pk) for pk in retraits.order_by("id").values_list("cible_id", flat=True)]
        return repondre_par_page(request, parametres, choisies, echanges.ressources, **suite)

    @decrire(
        operation="ressource_ajouter",
        resume="Ajouter une ressource",
        portee=PorteeApi.RESSOURCES_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=RessourceSaisieSerializer,
        reponses={201: RessourceSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[SAISI, LU],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = RessourceSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        champs = self.champs({"organisme": str(self.portee.auteur.organisme.pk), **donnees.validated_data})
        ajoutee = ajouter_ressource(self.portee.contrat, champs=champs, par=self.portee.auteur, le=timezone.now())
        return self.reponse(ajoutee.pk, statut=201)


class RessourceView(_Ressources):
    """One means of droit commun."""

    portees = {
        "GET": PorteeApi.RESSOURCES_LIRE,
        "PATCH": PorteeApi.RESSOURCES_ECRIRE,
        "DELETE": PorteeApi.RESSOURCES_ECRIRE,
    }

    @decrire(
        operation="ressource_lire",
        resume="Lire une ressource",
        portee=PorteeApi.RESSOURCES_LIRE,
        parameters=[CONTRAT, NUMERO, IF_NONE_MATCH],
        reponses={200: RessourceSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, ressource: int) -> HttpResponse:
        return self.reponse(ressource)

    @decrire(
        operation="ressource_modifier",
        resume="Modifier une ressource",
        description="Seuls les champs envoyés changent. La ressource est alors vérifiée de ce jour.",
        portee=PorteeApi.RESSOURCES_ECRIRE,
        parameters=[CONTRAT, NUMERO, IF_MATCH],
        request=RessourceSaisieSerializer(partial=True),
        reponses={200: RessourceSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[OpenApiExample("Le contact", request_only=True, value={"contact": "Service action sociale"}), LU],
    )
    def patch(self, request: Request, contrat: str, ressource: int) -> HttpResponse:
        donnees = RessourceSaisieSerializer(data=request.data, partial=True)
        donnees.is_valid(raise_exception=True)
        champs = self.champs(donnees.validated_data)
        with transaction.atomic():
            objet = self.tenue(ressource)
            # The organisation is always told: the action checks that one writes in its own name.
            champs.setdefault("organisme", objet.organisme)
            modifier_ressource(objet, champs=champs, par=self.portee.auteur, le=timezone.now())
        return self.reponse(ressource)

    @decrire(
        operation="ressource_retirer",
        resume="Retirer une ressource",
        portee=PorteeApi.RESSOURCES_ECRIRE,
        parameters=[CONTRAT, NUMERO, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, ressource: int) -> HttpResponse:
        with transaction.atomic():
            retirer_ressource(self.tenue(ressource), par=self.portee.auteur, le=timezone.now())
        return HttpResponse(status=204)
