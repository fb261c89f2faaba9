"""The contract's structure through the API: orientations, objectives, signatories."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from acteurs.models import Organisme
from commun.api.idempotence import idempotente
from commun.api.reponses import ReponseJson

from ..actions import structure as actions
from ..forms.echanges import StrictSerializer
from ..lectures import echanges
from ..models import NatureOrientation, Objectif, Orientation, QualiteSignataire, Signataire, ThemeP147
from .parties import VueDesParties
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, VueDuContrat, decrire, exemple, resultats

LECTURE, ECRITURE = PorteeApi.CONTRATS_LIRE, PorteeApi.CONTRATS_ECRIRE
PORTEES_D_UNE_PARTIE: dict[str, str] = {"GET": LECTURE, "PUT": ECRITURE, "PATCH": ECRITURE, "DELETE": ECRITURE}
AIDE_SOURCE = "Page ou ligne du contrat."
SANS_RIEN_PERDRE = (
    "`If-Match` est facultatif ; `If-None-Match: *` n’accepte qu’une création. Renvoyé tel quel, le même corps n’écrit rien "
    "de plus."
)


# --- What is read and written ----------------------------------------------------------------------------------------
class ObjectifSerializer(serializers.Serializer[Any]):
    """Ce que vise une orientation."""

    code = serializers.CharField()
    nom = serializers.CharField()
    ambition = serializers.CharField()
    prioritaire = serializers.BooleanField(help_text="Retenu comme prioritaire par les partenaires.")
    source = serializers.CharField(help_text=AIDE_SOURCE)


class OrientationSerializer(serializers.Serializer[Any]):
    """Une priorité du contrat, ou un axe transversal."""

    code = serializers.CharField()
    nature = serializers.ChoiceField(NatureOrientation.choices)
    nom = serializers.CharField()
    nom_court = serializers.CharField()
    theme_etat = serializers.CharField(help_text="Thème correspondant de l’État.")
    theme_p147 = serializers.CharField(allow_null=True, help_text="Code du thème du programme 147.")
    source = serializers.CharField(help_text=AIDE_SOURCE)
    objectifs = ObjectifSerializer(many=True)


class SignataireSerializer(serializers.Serializer[Any]):
    """Un signataire du contrat."""

    organisme = serializers.CharField()
    organisme_nom = serializers.CharField()
    qualite = serializers.ChoiceField(QualiteSignataire.choices)
    signe_le = serializers.DateField(allow_null=True)
    siege_au_copil = serializers.BooleanField()
    source = serializers.CharField(help_text=AIDE_SOURCE)


def _source() -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=200, help_text=AIDE_SOURCE)


def _code(taille: int, **options: Any) -> serializers.RegexField:
    """A code of the contract, which is also the end of an address."""
    messages = {"invalid": "Un code n’a pas de barre oblique."}
    return serializers.RegexField(r"^[^/]+\Z", max_length=taille, error_messages=messages, **options)


class ObjectifSaisieSerializer(StrictSerializer):
    """Un objectif, tel qu’on l’écrit."""

    code = _code(15)
    nom = serializers.CharField(max_length=300)
    ambition = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=250,
        help_text="Les objectifs d’une même ambition sont montrés ensemble.",
    )
    prioritaire = serializers.BooleanField(required=False)
    source = _source()


class ObjectifAdresseSerializer(ObjectifSaisieSerializer):
    """Un objectif, tel qu’on l’écrit à sa propre adresse, qui dit déjà son code."""

    code = _code(15, required=False)


class OrientationSaisieSerializer(StrictSerializer):
    """Une orientation, telle qu’on l’écrit. Ses objectifs s’écrivent à leur propre adresse."""

    IGNORES = ("objectifs",)

    code = _code(10)
    nature = serializers.ChoiceField(
        NatureOrientation.choices,
        required=False,
        help_text="Orientation thématique par défaut. Elle ne change plus ensuite.",
    )
    nom = serializers.CharField(max_length=200)
    nom_court = serializers.CharField(max_length=60, help_text="Celui des tableaux et des filtres.")
    theme_etat = serializers.CharField(required=False, allow_blank=True, max_length=120)
    theme_p147 = serializers.CharField(
        required=False, allow_null=True, max_length=6, help_text="Code d’un thème du programme 147."
    )
    source = _source()

    def validate_theme_p147(self, code: str | None) -> ThemeP147 | None:
        if not code:
            return None
        theme = ThemeP147.objects.filter(code=code).first()
        if theme is None:
            raise serializers.ValidationError(f"« {code} » n’est pas un thème du programme 147.")
        return theme


class OrientationAdresseSerializer(OrientationSaisieSerializer):
    """Une orientation, telle qu’on l’écrit à sa propre adresse, qui dit déjà son code."""

    code = _code(10, required=False)


class SignataireSaisieSerializer(StrictSerializer):
    """Un signataire, tel qu’on l’écrit à l’adresse de son organisme."""

    IGNORES = ("organisme", "organisme_nom")

    qualite = serializers.ChoiceField(QualiteSignataire.choices)
    signe_le = serializers.DateField(
        required=False, allow_null=True, help_text="Nulle tant que l’organisme n’a pas signé."
    )
    siege_au_copil = serializers.BooleanField(required=False)
    source = _source()


EXEMPLE_OBJECTIF = {
    "code": "O2.1",
    "nom": "Rapprocher l’offre de soins des habitants des QPV",
    "ambition": "Accéder aux soins",
    "prioritaire": True,
    "source": "contrat-cadre, L1204",
}
EXEMPLE_SAISIE = {
    "code": "O2",
    "nature": "thematique",
    "nom": "Agir pour la santé et l’accès aux soins",
    "nom_court": "Santé",
    "theme_etat": "Santé",
    "theme_p147": None,
    "source": "contrat-cadre, L1190",
}
ORIENTATION_LUE = OpenApiExample(
    "Santé",
    response_only=True,
    status_codes=["200", "201"],
    value={**EXEMPLE_SAISIE, "objectifs": [EXEMPLE_OBJECTIF]},
)
ORIENTATION_SAISIE = OpenApiExample("Santé", request_only=True, value=EXEMPLE_SAISIE)
OBJECTIF_LU = OpenApiExample("Offre de soins", response_only=True, status_codes=["200", "201"], value=EXEMPLE_OBJECTIF)
OBJECTIF_SAISI = OpenApiExample("Offre de soins", request_only=True, value=EXEMPLE_OBJECTIF)
SIGNATAIRE_LU = OpenApiExample(
    "Le Département",
    response_only=True,
    status_codes=["200", "201"],
    value={
        "organisme": "12",
        "organisme_nom": "Département du Nord",
        "qualite": "signataire",
        "signe_le": "2024-04-10",
        "siege_au_copil": True,
        "source": "",
    },
)
SIGNATAIRE_SAISI = OpenApiExample(
    "Le Département", request_only=True, value={"qualite": "signataire", "signe_le": "2024-04-10"}
)

ORIENTATION = OpenApiParameter("orientation", str, OpenApiParameter.PATH, description="Code de l’orientation.")
OBJECTIF = OpenApiParameter("objectif", str, OpenApiParameter.PATH, description="Code de l’objectif.")
SIGNATAIRE = OpenApiParameter("signataire", int, OpenApiParameter.PATH, description="`id` de l’organisme.")


def _en_entier(donnees: dict[str, Any], **defauts: Any) -> dict[str, Any]:
    """What a PUT leaves out takes its default: the body describes the whole part."""
    return {**defauts, **donnees}


# --- Orientations ----------------------------------------------------------------------------------------------------
class _Orientations(VueDesParties):
    """What the routes of orientations share."""

    saisie = OrientationSaisieSerializer
    route = "orientation"

    def objets(self, code: str) -> QuerySet[Orientation]:
        return self.portee.contrat.orientations.filter(code=code)

    def lire(self, objets: QuerySet[Any]) -> list[echanges.Ligne]:
        return echanges.orientations(objets)

    def cles(self, ligne: echanges.Ligne) -> dict[str, Any]:
        return {"orientation": ligne["code"]}

    def creer(self, donnees: dict[str, Any], le: datetime) -> Orientation:
        nature = NatureOrientation(donnees.pop("nature", NatureOrientation.THEMATIQUE))
        return actions.ajouter_orientation(
            self.portee.contrat, nature=nature, champs=donnees, par=self.portee.auteur, le=le
        )

    def changer(self, objet: Orientation, donnees: dict[str, Any], le: datetime) -> None:
        if donnees.pop("nature", objet.nature) != objet.nature:
            raise serializers.ValidationError(
                {"nature": ["Une orientation ne devient pas un axe, ni l’inverse : retirez-la, puis ajoutez l’autre."]}
            )
        actions.modifier_orientation(objet, champs=donnees, par=self.portee.auteur, le=le)


class OrientationsView(_Orientations):
    """The structure of a contract, and a new orientation."""

    portees = {"GET": LECTURE, "POST": ECRITURE}

    @decrire(
        operation="orientations_lister",
        resume="Lister les orientations, leurs objectifs et les axes transversaux",
        portee=LECTURE,
        parameters=[CONTRAT],
        reponses={200: resultats("Orientations", OrientationSerializer)},
        refus=(404,),
        examples=[exemple("Une orientation", {"resultats": [ORIENTATION_LUE.value]})],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.orientations(self.portee.contrat.orientations.all())})

    @decrire(
        operation="orientation_ajouter",
        resume="Ajouter une orientation ou un axe transversal",
        description="La dernière de sa nature. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=OrientationSaisieSerializer,
        reponses={201: OrientationSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[ORIENTATION_SAISIE, ORIENTATION_LUE],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        return self.ajouter(self.creer)


class OrientationView(_Orientations):
    """One orientation, by its code."""

    portees = PORTEES_D_UNE_PARTIE

    @decrire(
        operation="orientation_lire",
        resume="Lire une orientation et ses objectifs",
        portee=LECTURE,
        parameters=[CONTRAT, ORIENTATION, IF_NONE_MATCH],
        reponses={200: OrientationSerializer, 304: None},
        refus=(404,),
        examples=[ORIENTATION_LUE],
    )
    def get(self, request: Request, contrat: str, orientation: str) -> HttpResponse:
        return self.repondre(self.objets(orientation))

    @decrire(
        operation="orientation_enregistrer",
        resume="Créer ou remplacer une orientation",
        description="Elle devient ce que décrit le corps ; ses objectifs restent. Réservé au pilote du contrat. "
        + SANS_RIEN_PERDRE,
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, IF_MATCH],
        request=OrientationAdresseSerializer,
        reponses={200: OrientationSerializer, 201: OrientationSerializer},
        refus=(400, 404, 409, 412, 413, 415),
        examples=[ORIENTATION_SAISIE, ORIENTATION_LUE],
    )
    def put(self, request: Request, contrat: str, orientation: str) -> HttpResponse:
        def changer(objet: Orientation, donnees: dict[str, Any], le: datetime) -> None:
            self.changer(objet, _en_entier(donnees, theme_etat="", theme_p147=None, source=""), le)

        return self.enregistrer(
            self.objets(orientation), creer=self.creer, changer=changer, adresse={"code": orientation}
        )

    @decrire(
        operation="orientation_modifier",
        resume="Modifier une orientation",
        description="Seuls les champs envoyés changent ; `code` la renomme. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, IF_MATCH],
        request=OrientationSaisieSerializer(partial=True),
        reponses={200: OrientationSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[OpenApiExample("Nouveau nom", request_only=True, value={"nom_court": "Santé"}), ORIENTATION_LUE],
    )
    def patch(self, request: Request, contrat: str, orientation: str) -> HttpResponse:
        return self.modifier(self.objets(orientation), self.changer)

    @decrire(
        operation="orientation_retirer",
        resume="Retirer une orientation",
        description="Refusé tant que quelque chose s’y rattache : objectifs, engagements, dossiers… Réservé au pilote.",
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, orientation: str) -> HttpResponse:
        return self.retirer(
            self.objets(orientation), lambda o, le: actions.retirer_orientation(o, par=self.portee.auteur, le=le)
        )


# --- Objectives ------------------------------------------------------------------------------------------------------
class _Objectifs(VueDesParties):
    """What the routes of objectives share."""

    saisie = ObjectifSaisieSerializer
    route = "objectif"

    def orientation(self) -> Orientation:
        return get_object_or_404(self.portee.contrat.orientations, code=self.kwargs["orientation"])

    def objets(self, code: str) -> QuerySet[Objectif]:
        return self.orientation().objectifs.filter(code=code)

    def lire(self, objets: QuerySet[Any]) -> list[echanges.Ligne]:
        return echanges.objectifs(objets)

    def cles(self, ligne: echanges.Ligne) -> dict[str, Any]:
        return {"orientation": self.kwargs["orientation"], "objectif": ligne["code"]}

    def creer(self, donnees: dict[str, Any], le: datetime) -> Objectif:
        return actions.ajouter_objectif(self.orientation(), champs=donnees, par=self.portee.auteur, le=le)

    def changer(self, objet: Objectif, donnees: dict[str, Any], le: datetime) -> None:
        actions.modifier_objectif(objet, champs=donnees, par=self.portee.auteur, le=le)


class ObjectifsView(_Objectifs):
    """A new objective."""

    portees = {"POST": ECRITURE}

    @decrire(
        operation="objectif_ajouter",
        resume="Ajouter un objectif à une orientation",
        description="Le dernier de son ambition. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, IDEMPOTENCE],
        request=ObjectifSaisieSerializer,
        reponses={201: ObjectifSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[OBJECTIF_SAISI, OBJECTIF_LU],
    )
    @idempotente
    def post(self, request: Request, contrat: str, orientation: str) -> HttpResponse:
        return self.ajouter(self.creer)


class ObjectifView(_Objectifs):
    """One objective, by its code in its orientation."""

    portees = PORTEES_D_UNE_PARTIE

    @decrire(
        operation="objectif_lire",
        resume="Lire un objectif",
        portee=LECTURE,
        parameters=[CONTRAT, ORIENTATION, OBJECTIF, IF_NONE_MATCH],
        reponses={200: ObjectifSerializer, 304: None},
        refus=(404,),
        examples=[OBJECTIF_LU],
    )
    def get(self, request: Request, contrat: str, orientation: str, objectif: str) -> HttpResponse:
        return self.repondre(self.objets(objectif))

    @decrire(
        operation="objectif_enregistrer",
        resume="Créer ou remplacer un objectif",
        description="Il devient ce que décrit le corps. Réservé au pilote du contrat. " + SANS_RIEN_PERDRE,
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, OBJECTIF, IF_MATCH],
        request=ObjectifAdresseSerializer,
        reponses={200: ObjectifSerializer, 201: ObjectifSerializer},
        refus=(400, 404, 409, 412, 413, 415),
        examples=[OBJECTIF_SAISI, OBJECTIF_LU],
    )
    def put(self, request: Request, contrat: str, orientation: str, objectif: str) -> HttpResponse:
        def changer(objet: Objectif, donnees: dict[str, Any], le: datetime) -> None:
            self.changer(objet, _en_entier(donnees, ambition="", prioritaire=False, source=""), le)

        return self.enregistrer(self.objets(objectif), creer=self.creer, changer=changer, adresse={"code": objectif})

    @decrire(
        operation="objectif_modifier",
        resume="Modifier un objectif",
        description="Seuls les champs envoyés changent ; `code` le renomme. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, OBJECTIF, IF_MATCH],
        request=ObjectifSaisieSerializer(partial=True),
        reponses={200: ObjectifSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[OpenApiExample("Retenu", request_only=True, value={"prioritaire": True}), OBJECTIF_LU],
    )
    def patch(self, request: Request, contrat: str, orientation: str, objectif: str) -> HttpResponse:
        return self.modifier(self.objets(objectif), self.changer)

    @decrire(
        operation="objectif_retirer",
        resume="Retirer un objectif",
        description="Refusé tant qu’un engagement, un dossier, une action ou un volet le cite. Réservé au pilote.",
        portee=ECRITURE,
        parameters=[CONTRAT, ORIENTATION, OBJECTIF, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, orientation: str, objectif: str) -> HttpResponse:
        return self.retirer(
            self.objets(objectif), lambda o, le: actions.retirer_objectif(o, par=self.portee.auteur, le=le)
        )


# --- Signatories -----------------------------------------------------------------------------------------------------
class SignatairesView(VueDuContrat):
    """Who signed the contract."""

    portees = {"GET": LECTURE}

    @decrire(
        operation="signataires_lister",
        resume="Lister les signataires",
        portee=LECTURE,
        parameters=[CONTRAT],
        reponses={200: resultats("Signataires", SignataireSerializer)},
        refus=(404,),
        examples=[exemple("Un signataire", {"resultats": [SIGNATAIRE_LU.value]})],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        return ReponseJson({"resultats": echanges.signataires(self.portee.contrat.signataires.all())})


class SignataireView(VueDesParties):
    """One signatory, by the number of its organisation."""

    portees = {"GET": LECTURE, "PUT": ECRITURE, "DELETE": ECRITURE}
    saisie = SignataireSaisieSerializer
    route = "signataire"

    def objets(self, organisme: int) -> QuerySet[Signataire]:
        return self.portee.contrat.signataires.filter(organisme_id=organisme)

    def lire(self, objets: QuerySet[Any]) -> list[echanges.Ligne]:
        return echanges.signataires(objets)

    def cles(self, ligne: echanges.Ligne) -> dict[str, Any]:
        return {"signataire": ligne["organisme"]}

    @decrire(
        operation="signataire_lire",
        resume="Lire un signataire",
        portee=LECTURE,
        parameters=[CONTRAT, SIGNATAIRE, IF_NONE_MATCH],
        reponses={200: SignataireSerializer, 304: None},
        refus=(404,),
        examples=[SIGNATAIRE_LU],
    )
    def get(self, request: Request, contrat: str, signataire: int) -> HttpResponse:
        return self.repondre(self.objets(signataire))

    @decrire(
        operation="signataire_enregistrer",
        resume="Ajouter un signataire ou le remplacer",
        description="Le dernier du bloc des signatures s’il est nouveau. Réservé au pilote du contrat. "
        + SANS_RIEN_PERDRE,
        portee=ECRITURE,
        parameters=[CONTRAT, SIGNATAIRE, IF_MATCH],
        request=SignataireSaisieSerializer,
        reponses={200: SignataireSerializer, 201: SignataireSerializer},
        refus=(400, 404, 409, 412, 413, 415),
        examples=[SIGNATAIRE_SAISI, SIGNATAIRE_LU],
    )
    def put(self, request: Request, contrat: str, signataire: int) -> HttpResponse:
        visibles = echanges.organismes_visibles(self.portee.contrat, pour=self.portee.auteur)
        organisme: Organisme = get_object_or_404(visibles, pk=signataire)
        entier = {"signe_le": None, "siege_au_copil": True, "source": ""}
        par = self.portee.auteur

        def creer(donnees: dict[str, Any], le: datetime) -> Signataire:
            return actions.ajouter_signataire(
                self.portee.contrat, organisme=organisme, champs=_en_entier(donnees, **entier), par=par, le=le
            )

        def changer(objet: Signataire, donnees: dict[str, Any], le: datetime) -> None:
            actions.modifier_signataire(objet, champs=_en_entier(donnees, **entier), par=par, le=le)

        adresse = {"organisme": str(organisme.pk), "organisme_nom": organisme.nom}
        return self.enregistrer(self.objets(signataire), creer=creer, changer=changer, adresse=adresse)

    @decrire(
        operation="signataire_retirer",
        resume="Retirer un signataire",
        description="Refusé tant qu’un engagement est pris à son titre. Réservé au pilote du contrat.",
        portee=ECRITURE,
        parameters=[CONTRAT, SIGNATAIRE, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, signataire: int) -> HttpResponse:
        return self.retirer(
            self.objets(signataire), lambda o, le: actions.retirer_signataire(o, par=self.portee.auteur, le=le)
        )
