"""The perimeters of a contract through the API: in force in one year, and kept up by the lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.reponses import ReponseJson
from geographie.models import Commune, Perimetre, TypePerimetre

from ..actions import perimetres as actions
from ..forms.echanges import StrictSerializer
from ..lectures import echanges
from ..models import PerimetreDuContrat
from .parties import VueDesParties
from .vues import CONTRAT, IF_MATCH, IF_NONE_MATCH, VueDuContrat, decrire, exemple, resultats

LECTURE, ECRITURE = PorteeApi.PERIMETRES_LIRE, PorteeApi.PERIMETRES_ECRIRE


class PerimetreProprietesSerializer(serializers.Serializer[Any]):
    """Ce que l’on sait d’un périmètre une année donnée."""

    perimetre = serializers.CharField(help_text="Code à citer dans les engagements.")
    code = serializers.CharField(help_text="Code de la version en vigueur.")
    nom = serializers.CharField()
    type = serializers.CharField()
    generation = serializers.IntegerField()
    communes = serializers.ListField(child=serializers.CharField(), help_text="Codes INSEE.")


class PerimetreSerializer(serializers.Serializer[Any]):
    """Un périmètre en vigueur, en GeoJSON ; sa géométrie est nulle tant que son contour n’est pas connu."""

    type = serializers.ChoiceField(["Feature"])
    properties = PerimetreProprietesSerializer()
    geometry = serializers.DictField(allow_null=True)


class PerimetresSerializer(serializers.Serializer[Any]):
    """Une collection GeoJSON (RFC 7946, WGS 84)."""

    type = serializers.ChoiceField(["FeatureCollection"])
    features = PerimetreSerializer(many=True)


class PerimetreDuContratSerializer(serializers.Serializer[Any]):
    """Un périmètre que couvre le contrat, tel que le dit sa dernière version."""

    code = serializers.CharField()
    type = serializers.ChoiceField(TypePerimetre.choices)
    nom = serializers.CharField()
    communes = serializers.ListField(child=serializers.CharField(), help_text="Codes INSEE.")
    texte = serializers.CharField(help_text="Texte qui le délimite.")
    valide_du = serializers.DateField(allow_null=True)
    valide_au = serializers.DateField(allow_null=True, help_text="Nulle s’il est toujours en vigueur.")
    modifiable = serializers.BooleanField(
        help_text="Vrai si le contrat l’a tracé lui-même : ni quartier prioritaire, ni périmètre d’un autre contrat."
    )


class PerimetreSaisieSerializer(StrictSerializer):
    """Un périmètre, tel qu’on l’écrit. Déjà connu, il se rattache sans rien dire de lui : `{}`."""

    IGNORES = ("code", "modifiable")

    type = serializers.ChoiceField(TypePerimetre.choices, required=False)
    nom = serializers.CharField(required=False, max_length=200)
    communes = serializers.ListField(
        child=serializers.CharField(max_length=5),
        required=False,
        min_length=1,
        max_length=200,
        help_text="Codes INSEE de communes du contrat.",
    )
    texte = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Texte qui le délimite.")
    valide_du = serializers.DateField(required=False)
    valide_au = serializers.DateField(required=False, allow_null=True)


EXEMPLE_SAISIE = {
    "type": "poche_pauvrete",
    "nom": "Quartier de la gare",
    "communes": ["59172"],
    "texte": "Délibération du 12/03/2026",
    "valide_du": "2026-01-01",
    "valide_au": None,
}
LU = OpenApiExample(
    "Un périmètre local",
    response_only=True,
    status_codes=["200", "201"],
    value={"code": "DENAIN-GARE", **EXEMPLE_SAISIE, "modifiable": True},
)
SAISIS = [
    OpenApiExample("Rattacher un quartier connu", request_only=True, value={}),
    OpenApiExample("Tracer un périmètre local", request_only=True, value=EXEMPLE_SAISIE),
]
PERIMETRE = OpenApiParameter("perimetre", str, OpenApiParameter.PATH, description="Code du périmètre.")
DE_VERSION = ("texte", "valide_du", "valide_au")


class PerimetresView(VueDuContrat):
    """The perimeters of a contract in one year."""

    portees = {"GET": PorteeApi.PERIMETRES_LIRE}

    @decrire(
        operation="perimetres_lister",
        resume="Lister les périmètres en vigueur une année, en GeoJSON",
        portee=PorteeApi.PERIMETRES_LIRE,
        parameters=[
            CONTRAT,
            OpenApiParameter("annee", int, OpenApiParameter.PATH, description="Une année du contrat."),
        ],
        reponses={200: PerimetresSerializer},
        refus=(404,),
        examples=[
            exemple(
                "Un périmètre dont le contour n’est pas connu",
                {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "properties": {
                                "perimetre": "QN05953M",
                                "code": "QN05953M",
                                "nom": "Couture Savonnerie",
                                "type": "qpv",
                                "generation": 2024,
                                "communes": ["59205"],
                            },
                            "geometry": None,
                        }
                    ],
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str, annee: int) -> HttpResponse:
        return ReponseJson(echanges.perimetres(self.portee.contrat, annee))


class PerimetresDuContratView(VueDuContrat):
    """The perimeters that a contract covers, whatever the year."""

    portees = {"GET": LECTURE}

    @decrire(
        operation="perimetres_du_contrat_lister",
        resume="Lister les périmètres du contrat, toutes années confondues",
        portee=LECTURE,
        parameters=[CONTRAT],
        reponses={200: resultats("PerimetresDuContrat", PerimetreDuContratSerializer)},
        refus=(404,),
        examples=[exemple("Un périmètre local", {"resultats": [LU.value]})],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.perimetres_du_contrat(self.portee.contrat.perimetres.all())})


class PerimetreDuContratView(VueDesParties):
    """One perimeter of the contract, by its code."""

    portees = {"GET": LECTURE, "PUT": ECRITURE, "DELETE": ECRITURE}
    saisie = PerimetreSaisieSerializer
    route = "perimetre"

    def objets(self, code: str) -> QuerySet[PerimetreDuContrat]:
        return self.portee.contrat.perimetres.filter(perimetre__code=code)

    def lire(self, objets: QuerySet[Any]) -> list[echanges.Ligne]:
        return echanges.perimetres_du_contrat(objets)

    def cles(self, ligne: echanges.Ligne) -> dict[str, Any]:
        return {"perimetre": ligne["code"]}

    @decrire(
        operation="perimetre_lire",
        resume="Lire un périmètre du contrat",
        portee=LECTURE,
        parameters=[CONTRAT, PERIMETRE, IF_NONE_MATCH],
        reponses={200: PerimetreDuContratSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, perimetre: str) -> HttpResponse:
        return self.repondre(self.objets(perimetre))

    @decrire(
        operation="perimetre_enregistrer",
        resume="Rattacher un périmètre au contrat, en tracer un ou le corriger",
        description="Un périmètre connu qui porte sur une commune du contrat s’y rattache. Un code inconnu trace un "
        "périmètre local : son type, son nom, ses communes et son début sont alors obligatoires. Ce que le contrat a tracé "
        "se corrige, les champs omis restent ; un quartier prioritaire (QPV) est délimité par décret. Réservé au pilote du "
        "contrat. `If-Match` est facultatif ; `If-None-Match: *` n’accepte qu’un ajout.",
        portee=ECRITURE,
        parameters=[CONTRAT, PERIMETRE, IF_MATCH],
        request=PerimetreSaisieSerializer,
        reponses={200: PerimetreDuContratSerializer, 201: PerimetreDuContratSerializer},
        refus=(400, 404, 409, 412, 413, 415),
        examples=[*SAISIS, LU],
    )
    def put(self, request: Request, contrat: str, perimetre: str) -> HttpResponse:
        def creer(donnees: dict[str, Any], le: datetime) -> PerimetreDuContrat:
            connu = Perimetre.objects.filter(code=perimetre).first()
            if connu is None:
                connu = self._tracer(perimetre, donnees, le)
            else:
                actions.rattacher_perimetre(self.portee.contrat, connu, par=self.portee.auteur, le=le)
            lien = self.objets(perimetre).get()
            self._corriger(lien, donnees, le)
            return lien

        return self.enregistrer(
            self.objets(perimetre), creer=creer, changer=self._corriger, adresse={"code": perimetre}
        )

    @decrire(
        operation="perimetre_detacher",
        resume="Retirer un périmètre du contrat",
        description="Il reste connu de l’installation. Refusé tant qu’un engagement, un dossier ou un autre objet du contrat le "
        "cite. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, PERIMETRE, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, perimetre: str) -> HttpResponse:
        def retirer(lien: PerimetreDuContrat, le: datetime) -> None:
            actions.detacher_perimetre(self.portee.contrat, lien.perimetre, par=self.portee.auteur, le=le)

        return self.retirer(self.objets(perimetre), retirer)

    def _tracer(self, code: str, donnees: dict[str, Any], le: datetime) -> Perimetre:
        manquants = [nom for nom in ("type", "nom", "communes", "valide_du") if nom not in donnees]
        if manquants:
            raise serializers.ValidationError(
                {nom: ["Aucun périmètre connu ne porte ce code : pour en tracer un, dites-le."] for nom in manquants}
            )
        return actions.tracer_perimetre(
            self.portee.contrat,
            champs={"type": donnees["type"], "code": code, "nom": donnees["nom"]},
            version={"nom": donnees["nom"], **{nom: donnees[nom] for nom in DE_VERSION if nom in donnees}},
            communes=self._communes(donnees["communes"]),
            par=self.portee.auteur,
            le=le,
        )

    def _corriger(self, lien: PerimetreDuContrat, donnees: dict[str, Any], le: datetime) -> None:
        """Write what differs from what is read: a perimeter sent back as it was read changes nothing."""
        (lue,) = self.lire(self._seul(lien))
        donnees = {nom: sorted(set(v)) if nom == "communes" else v for nom, v in donnees.items()}
        changes = {nom: valeur for nom, valeur in donnees.items() if valeur != lue[nom]}
        if not changes:
            return
        version = {nom: changes[nom] for nom in ("nom", *DE_VERSION) if nom in changes}
        if "communes" in changes:
            version["communes"] = self._communes(changes["communes"])
        actions.modifier_perimetre(
            self.portee.contrat,
            lien.perimetre,
            champs={nom: changes[nom] for nom in ("type", "nom") if nom in changes},
            version=version,
            par=self.portee.auteur,
            le=le,
        )

    def _communes(self, codes: list[str]) -> list[Commune]:
        connues = {c.code: c for c in self.portee.contrat.communes.filter(code__in=codes)}
        erreurs = [
            f"« {code} » n’est pas une commune du contrat." for code in dict.fromkeys(codes) if code not in connues
        ]
        if erreurs:
            raise serializers.ValidationError({"communes": erreurs})
        return list(connues.values())
