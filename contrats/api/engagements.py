"""Commitments through the API: read, enter, change, withdraw, one by one or by thousands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

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
from commun.api.problemes import ErreurDeChampSerializer
from commun.api.refus import LignesRefusees, Refus
from commun.api.reponses import ReponseJson
from commun.models import EtatTravail, Travail
from commun.permissions import verifier
from commun.travaux import planifier

from ..actions import Issue, creer_engagement, modifier_engagement, retirer_engagement, saisie_de
from ..forms.echanges import (
    CibleSerializer,
    EngagementSaisieSerializer,
    LigneDeLotSerializer,
    NumeroField,
    Repertoire,
    StrictSerializer,
    traiter_lot,
)
from ..lectures import echanges
from ..models import Engagement, NatureMoyens, PorteeEngagement
from ..permissions import peut_creer_engagement
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, IDEMPOTENCE, IF_MATCH, IF_NONE_MATCH, VueDesEngagements, decrire, exemple

EXEMPLE_SAISIE = {
    "identifiant_externe": "DEP59-2026-014",
    "libelle": "Couvrir tous les QPV par un médiateur santé",
    "orientation": "O2",
    "portee": "departementale",
    "nature": "droit_commun",
    "echeance": "2030-12-31",
    "cibles": [
        {
            "type": "couverture",
            "numerateur": "QPV dotés d’un médiateur santé",
            "denominateur": "QPV",
            "unite": "%",
            "valeur": "100",
            "echeance": "2030-12-31",
            "sens": "hausse",
        }
    ],
}
EXEMPLE_LU = {
    "id": "214",
    "reference": "E62",
    "identifiant_externe": "DEP59-2026-014",
    "libelle": "Couvrir tous les QPV par un médiateur santé",
    "organisme": "12",
    "organisme_nom": "Département du Nord",
    "signataire": None,
    "signataire_nom": None,
    "orientation": "O2",
    "objectifs": [],
    "axes_transversaux": [],
    "perimetres": [],
    "partenaires": [],
    "portee": "departementale",
    "nature": "droit_commun",
    "echeance": "2030-12-31",
    "echeance_texte": "",
    "note": "",
    "source": "",
    "cibles": [
        {
            "type": "couverture",
            "numerateur": "QPV dotés d’un médiateur santé",
            "denominateur": "QPV",
            "unite": "%",
            "reference": None,
            "reference_le": None,
            "valeur": "100.000",
            "valeur_haute": None,
            "echeance": "2030-12-31",
            "sens": "hausse",
            "source": "",
        }
    ],
    "fictif": False,
    "revision": 1,
    "modifie_le": "2026-11-20T09:00:00+01:00",
    "retire_le": None,
}
SAISI = OpenApiExample("Couverture des QPV", request_only=True, value=EXEMPLE_SAISIE)
LU = OpenApiExample("Couverture des QPV", response_only=True, status_codes=["200", "201"], value=EXEMPLE_LU)


class CibleLueSerializer(CibleSerializer):
    """Une cible d’un engagement, tous champs présents."""

    def get_fields(self) -> dict[str, Any]:
        champs: dict[str, Any] = super().get_fields()
        for champ in champs.values():
            champ.required, champ.default = True, serializers.empty
        return champs


class EngagementSerializer(serializers.Serializer[Any]):
    """Un engagement. Ce qui n’est pas connu est nul ou vide, jamais deviné."""

    id = serializers.CharField()
    reference = serializers.CharField(help_text="Référence dans le contrat.")
    identifiant_externe = serializers.CharField(help_text="Identifiant chez le partenaire.")
    libelle = serializers.CharField()
    organisme = serializers.CharField(allow_null=True, help_text="Organisme engagé ; null s’il n’est pas connu.")
    organisme_nom = serializers.CharField(allow_null=True)
    signataire = serializers.CharField(allow_null=True, help_text="Organisme du signataire.")
    signataire_nom = serializers.CharField(allow_null=True)
    orientation = serializers.CharField(allow_null=True, help_text="Code de l’orientation.")
    objectifs = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    axes_transversaux = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    perimetres = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    partenaires = serializers.ListField(child=serializers.CharField(), help_text="Organismes associés.")
    portee = serializers.ChoiceField(PorteeEngagement.choices)
    nature = serializers.ChoiceField(NatureMoyens.choices, allow_blank=True)
    echeance = serializers.DateField(allow_null=True)
    echeance_texte = serializers.CharField()
    note = serializers.CharField()
    source = serializers.CharField()
    cibles = CibleLueSerializer(many=True)
    fictif = serializers.BooleanField(help_text="Donnée inventée pour la démonstration.")
    revision = serializers.IntegerField(help_text="Augmente à chaque écriture ; c’est elle que garde l’ETag.")
    modifie_le = serializers.DateTimeField()
    retire_le = serializers.DateTimeField(allow_null=True, help_text="Renseigné si l’engagement a été retiré.")


class EngagementsParametres(PageSerializer):
    """The filters of the list of commitments."""

    organisme = NumeroField(required=False, help_text="Engagements de cet organisme.")
    orientation = serializers.CharField(required=False, max_length=10, help_text="Code d’une orientation.")
    portee = serializers.ChoiceField(PorteeEngagement.choices, required=False)
    identifiant_externe = serializers.CharField(required=False, max_length=100)
    q = serializers.CharField(
        required=False, max_length=100, help_text="Partie de la référence, du libellé ou du nom de l’organisme."
    )


class LotSerializer(StrictSerializer):
    """Des engagements à créer ou à mettre à jour, en une demande."""

    tout_ou_rien = serializers.BooleanField(
        default=True,
        help_text="Vrai : une seule ligne fausse, et rien n’est écrit. Faux : les lignes justes sont écrites.",
    )
    lignes = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=10_000, help_text="10 000 lignes au plus."
    )


class LotDecritSerializer(serializers.Serializer[Any]):
    """Des engagements à créer ou à mettre à jour, en une demande (10 000 lignes au plus)."""

    tout_ou_rien = serializers.BooleanField(
        required=False,
        help_text="Vrai (par défaut) : une seule ligne fausse, et rien n’est écrit. Faux : les lignes justes le sont.",
    )
    lignes = LigneDeLotSerializer(many=True)


class LigneSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenue une ligne."""

    ligne = serializers.IntegerField(help_text="Rang de la ligne dans le lot, à partir de 1.")
    resultat = serializers.ChoiceField([(i.value, i.value) for i in Issue])
    id = serializers.CharField(allow_null=True)
    reference = serializers.CharField()
    erreurs = ErreurDeChampSerializer(many=True)


class BilanDeLotSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenu un lot."""

    crees = serializers.IntegerField()
    modifies = serializers.IntegerField()
    inchanges = serializers.IntegerField()
    refuses = serializers.IntegerField()
    lignes = LigneSerializer(many=True)


class SuiviDeLotSerializer(serializers.Serializer[Any]):
    """Où en est un lot traité en arrière-plan."""

    id = serializers.CharField()
    etat = serializers.ChoiceField(EtatTravail.choices)
    recu_le = serializers.DateTimeField()
    termine_le = serializers.DateTimeField(allow_null=True)
    erreur = serializers.CharField()
    resultat = BilanDeLotSerializer(allow_null=True)


NUMERO = OpenApiParameter("engagement", int, OpenApiParameter.PATH, description="`id` de l’engagement.")
EXTERNE = OpenApiParameter("identifiant", str, OpenApiParameter.PATH, description="Votre identifiant de l’engagement.")
ORGANISME = OpenApiParameter(
    "organisme", str, description="Organisme dont c’est l’identifiant ; par défaut celui de la clé."
)


class _Engagements(VueDesEngagements):
    """What the routes of commitments share."""

    def repertoire(self) -> Repertoire:
        return Repertoire(self.portee.contrat, self.portee.auteur)

    def reponse(self, pk: int, *, statut: int = 200) -> HttpResponse:
        """One commitment with its ETag."""
        (lu,) = echanges.engagements(Engagement.tous.filter(pk=pk))
        del lu["_position"]
        etag = etiquette(lu["revision"], lu["modifie_le"])
        if statut == 200 and self.request.method in ("GET", "HEAD") and inchange(self.request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        entetes = {"ETag": etag}
        if statut == 201:
            entetes["Location"] = self.adresse(pk)
        return ReponseJson(lu, statut=statut, entetes=entetes)

    def adresse(self, pk: int) -> str:
        chemin = reverse("api:engagement", kwargs={"contrat": self.portee.contrat.slug, "engagement": pk})
        return str(self.request.build_absolute_uri(chemin))


class EngagementsView(_Engagements):
    """The list of commitments, and a new one."""

    portees = {"GET": PorteeApi.ENGAGEMENTS_LIRE, "POST": PorteeApi.ENGAGEMENTS_ECRIRE}

    @decrire(
        operation="engagements_lister",
        resume="Lister les engagements",
        description="Du plus anciennement modifié au plus récent. Sans `modifie_depuis`, les engagements retirés sont "
        "omis ; avec lui, ils sont donnés avec leur `retire_le`.",
        portee=PorteeApi.ENGAGEMENTS_LIRE,
        parameters=[CONTRAT, EngagementsParametres],
        reponses={200: page_de("Engagements", EngagementSerializer)},
        refus=(400, 404),
        examples=[
            OpenApiExample(
                "Une page",
                response_only=True,
                status_codes=["200"],
                value={
                    "resultats": [EXEMPLE_LU],
                    "suivante": "https://pilotville.example/api/v1/contrats/porte-du-hainaut/engagements/?curseur=MjAyNi0xMS0y",
                    "reprendre_depuis": "2026-11-20T08:55:00+01:00",
                },
            )
        ],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, EngagementsParametres)
        choisis = Engagement.tous.filter(contrat=self.portee.contrat)
        if "modifie_depuis" not in parametres:
            choisis = choisis.filter(retire_le__isnull=True)
        for nom, chemin in (
            ("organisme", "organisme_id"),
            ("orientation", "orientation__code"),
            ("portee", "portee"),
            ("identifiant_externe", "identifiant_externe"),
        ):
            if nom in parametres:
                choisis = choisis.filter(**{chemin: parametres[nom]})
        if texte := parametres.get("q"):
            choisis = choisis.cherches(texte)
        return repondre_par_page(request, parametres, choisis, echanges.engagements)

    @decrire(
        operation="engagement_creer",
        resume="Saisir un engagement",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=EngagementSaisieSerializer,
        reponses={201: EngagementSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[SAISI, LU],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = EngagementSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        cree = creer_engagement(
            self.portee.contrat,
            self.repertoire().saisie(donnees.validated_data),
            par=self.portee.auteur,
            le=timezone.now(),
        )
        return self.reponse(cree.pk, statut=201)


class EngagementView(_Engagements):
    """One commitment."""

    portees = {
        "GET": PorteeApi.ENGAGEMENTS_LIRE,
        "PATCH": PorteeApi.ENGAGEMENTS_ECRIRE,
        "DELETE": PorteeApi.ENGAGEMENTS_ECRIRE,
    }

    @decrire(
        operation="engagement_lire",
        resume="Lire un engagement",
        portee=PorteeApi.ENGAGEMENTS_LIRE,
        parameters=[CONTRAT, NUMERO, IF_NONE_MATCH],
        reponses={200: EngagementSerializer, 304: None},
        refus=(404,),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, engagement: int) -> HttpResponse:
        return self.reponse(self.un(pk=engagement).pk)

    @decrire(
        operation="engagement_modifier",
        resume="Modifier un engagement",
        description="Seuls les champs envoyés changent ; `cibles` et les listes sont remplacées en entier.",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, NUMERO, IF_MATCH],
        request=EngagementSaisieSerializer(partial=True),
        reponses={200: EngagementSerializer},
        refus=(400, 404, 409, 412, 413, 415, 428),
        examples=[OpenApiExample("Nouvelle échéance", request_only=True, value={"echeance": "2029-12-31"}), LU],
    )
    def patch(self, request: Request, contrat: str, engagement: int) -> HttpResponse:
        objet = self.a_ecrire(pk=engagement)
        revision = revision_attendue(request)
        donnees = EngagementSaisieSerializer(data=request.data, partial=True)
        donnees.is_valid(raise_exception=True)
        saisie = self.repertoire().saisie(donnees.validated_data, saisie_de(objet))
        # The parts not sent are those just read: nobody may have written since.
        lue = objet.revision if revision is None else revision
        modifier_engagement(objet, saisie, revision=lue, par=self.portee.auteur, le=timezone.now())
        return self.reponse(objet.pk)

    @decrire(
        operation="engagement_retirer",
        resume="Retirer un engagement",
        description="Il sort des listes et des totaux ; ses déclarations restent, et le flux des changements le donne avec son "
        "`retire_le`.",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, NUMERO, IF_MATCH],
        reponses={204: None},
        refus=(404, 409, 412, 428),
    )
    def delete(self, request: Request, contrat: str, engagement: int) -> HttpResponse:
        objet = self.a_ecrire(pk=engagement)
        retirer_engagement(objet, revision=revision_attendue(request), par=self.portee.auteur, le=timezone.now())
        return HttpResponse(status=204)


class OrganismeSerializer(serializers.Serializer[Any]):
    """Whose identifier it is."""

    organisme = NumeroField(required=False)


class EngagementParIdentifiantView(_Engagements):
    """A commitment under the partner's own identifier."""

    portees = {"GET": PorteeApi.ENGAGEMENTS_LIRE, "PUT": PorteeApi.ENGAGEMENTS_ECRIRE}

    @decrire(
        operation="engagement_lire_par_identifiant",
        resume="Lire un engagement par votre identifiant",
        portee=PorteeApi.ENGAGEMENTS_LIRE,
        parameters=[CONTRAT, EXTERNE, ORGANISME, IF_NONE_MATCH],
        reponses={200: EngagementSerializer, 304: None},
        refus=(400, 404),
        examples=[LU],
    )
    def get(self, request: Request, contrat: str, identifiant: str) -> HttpResponse:
        parametres = OrganismeSerializer(data=request.query_params)
        parametres.is_valid(raise_exception=True)
        organisme = parametres.validated_data.get("organisme", self.portee.auteur.organisme.pk)
        return self.reponse(self.un(identifiant_externe=identifiant, organisme=organisme).pk)

    @decrire(
        operation="engagement_enregistrer_par_identifiant",
        resume="Créer ou mettre à jour un engagement par votre identifiant",
        description="L’engagement devient ce que décrit le corps, en entier. Renvoyé tel quel, il n’écrit rien de plus. "
        "`If-Match` est facultatif ; `If-None-Match: *` n’accepte qu’une création.",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, EXTERNE, IF_MATCH],
        request=EngagementSaisieSerializer,
        reponses={200: EngagementSerializer, 201: EngagementSerializer},
        refus=(400, 404, 409, 412, 413, 415),
        examples=[SAISI, LU],
    )
    def put(self, request: Request, contrat: str, identifiant: str) -> HttpResponse:
        if isinstance(request.data, dict) and request.data.get("identifiant_externe", identifiant) != identifiant:
            raise serializers.ValidationError({"identifiant_externe": ["Ce n’est pas l’identifiant de l’adresse."]})
        donnees = EngagementSaisieSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        saisie = self.repertoire().saisie({**donnees.validated_data, "identifiant_externe": identifiant})
        if saisie.organisme is None:
            raise serializers.ValidationError(
                {"organisme": ["Un identifiant est celui d’un organisme : dites lequel, ou passez par la référence."]}
            )
        par, le = self.portee.auteur, timezone.now()
        revision = revision_attendue(request, obligatoire=False)
        cle = {"organisme": saisie.organisme, "identifiant_externe": identifiant}
        if not Engagement.tous.filter(contrat=self.portee.contrat, **cle).exists():
            if revision is not None:
                raise Refus(412, "Aucun engagement ne porte encore cet identifiant.", code="revision_depassee")
            return self.reponse(creer_engagement(self.portee.contrat, saisie, par=par, le=le).pk, statut=201)
        existant = self.a_ecrire(**cle)
        if request.headers.get("If-None-Match", "").strip() == "*":
            raise Refus(412, "Un engagement porte déjà cet identifiant.", code="deja_cree")
        modifier_engagement(existant, saisie, revision=revision, par=par, le=le)
        return self.reponse(existant.pk)


LOT_IMMEDIAT = 1_000
TRAVAIL_DE_LOT = "contrats.enregistrer_lot"


LOT_EN_ATTENTE = {
    "id": "6f1c7a52-3f0e-4a55-9d34-6c9f5f0f7f1b",
    "etat": "a_faire",
    "recu_le": "2026-11-20T10:00:00+01:00",
    "termine_le": None,
    "erreur": "",
    "resultat": None,
}


class LotView(_Engagements):
    """Many commitments in one request."""

    portees = {"POST": PorteeApi.ENGAGEMENTS_ECRIRE}
    octets_max = 30_000_000

    @decrire(
        operation="engagements_enregistrer_lot",
        resume="Créer ou mettre à jour beaucoup d’engagements",
        description="Une ligne désigne un engagement par votre identifiant, sinon par sa référence ; sans l’un ni l’autre, "
        "elle en crée un. Une ligne qui donne sa `revision` est refusée si l’engagement a changé depuis. "
        f"Le même lot envoyé deux fois n’écrit qu’une fois. Au-delà de {LOT_IMMEDIAT} lignes, la réponse est "
        "202 : l’en-tête `Location` donne l’adresse où suivre le traitement et lire le résultat de chaque ligne.",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=LotDecritSerializer,
        reponses={200: BilanDeLotSerializer, 202: SuiviDeLotSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[
            OpenApiExample(
                "Deux lignes",
                request_only=True,
                value={
                    "tout_ou_rien": False,
                    "lignes": [
                        EXEMPLE_SAISIE,
                        {"identifiant_externe": "DEP59-2026-015", "libelle": "Ouvrir deux maisons de santé"},
                    ],
                },
            ),
            exemple("Plus tard", LOT_EN_ATTENTE, codes=("202",)),
            OpenApiExample(
                "Une créée, une refusée",
                response_only=True,
                status_codes=["200"],
                value={
                    "crees": 1,
                    "modifies": 0,
                    "inchanges": 0,
                    "refuses": 1,
                    "lignes": [
                        {"ligne": 1, "resultat": "cree", "id": "214", "reference": "E62", "erreurs": []},
                        {
                            "ligne": 2,
                            "resultat": "refuse",
                            "id": None,
                            "reference": "",
                            "erreurs": [
                                {
                                    "ligne": 2,
                                    "champ": "orientation",
                                    "message": "« O9 » n’est pas une orientation du contrat : voyez GET …/orientations/.",
                                }
                            ],
                        },
                    ],
                },
            ),
        ],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = LotSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        lignes, tout_ou_rien = donnees.validated_data["lignes"], donnees.validated_data["tout_ou_rien"]
        if len(lignes) > LOT_IMMEDIAT:
            return self._plus_tard(lignes, tout_ou_rien=tout_ou_rien)
        bilan = traiter_lot(self.repertoire(), lignes, tout_ou_rien=tout_ou_rien)
        if tout_ou_rien and bilan["refuses"]:
            raise LignesRefusees([erreur for ligne in bilan["lignes"] for erreur in ligne["erreurs"]])
        return ReponseJson(bilan)

    def _plus_tard(self, lignes: list[dict[str, Any]], *, tout_ou_rien: bool) -> HttpResponse:
        par = self.portee.auteur
        verifier(peut_creer_engagement(par, self.portee.contrat))
        travail = planifier(
            TRAVAIL_DE_LOT,
            cible=self.portee.contrat,
            parametres={
                "emetteur": self.emetteur,
                "cle": par.cle.pk if par.cle else None,
                "organisme": par.organisme.pk,
                "tout_ou_rien": tout_ou_rien,
                "lignes": lignes,
            },
            par=par,
        )
        chemin = reverse("api:lot_suivi", kwargs={"contrat": self.portee.contrat.slug, "lot": travail.pk})
        return ReponseJson(
            suivi_de_lot(travail), statut=202, entetes={"Location": self.request.build_absolute_uri(chemin)}
        )


class SuiviDeLotView(_Engagements):
    """What became of a batch done in the background."""

    portees = {"GET": PorteeApi.ENGAGEMENTS_ECRIRE}

    @decrire(
        operation="engagements_suivre_lot",
        resume="Suivre un lot traité en arrière-plan",
        portee=PorteeApi.ENGAGEMENTS_ECRIRE,
        parameters=[CONTRAT, OpenApiParameter("lot", UUID, OpenApiParameter.PATH, description="`id` du lot.")],
        reponses={200: SuiviDeLotSerializer},
        refus=(404,),
        examples=[exemple("Lot en attente", LOT_EN_ATTENTE)],
    )
    def get(self, request: Request, contrat: str, lot: Any) -> HttpResponse:
        travail = (
            Travail.objects.filter(
                pk=lot,
                nom=TRAVAIL_DE_LOT,
                cible_id=self.portee.contrat.pk,
                parametres__emetteur=self.emetteur,
            )
            .defer("parametres")
            .first()
        )
        if travail is None:
            raise Http404
        return ReponseJson(suivi_de_lot(travail))


def suivi_de_lot(travail: Travail) -> dict[str, Any]:
    """The state of a background batch, with its result once done."""
    return {
        "id": str(travail.pk),
        "etat": travail.etat,
        "recu_le": travail.cree_le,
        "termine_le": travail.termine_le,
        "erreur": travail.erreur,
        "resultat": travail.resultat or None,
    }
