"""The means of all partners through the API: read them, and write those of one's organisation by lots."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from acteurs.etats import PorteeApi
from commun.api.curseur import PageSerializer
from commun.api.idempotence import idempotente
from commun.api.problemes import ErreurDeChampSerializer
from commun.api.refus import LignesRefusees
from commun.api.reponses import ReponseJson
from commun.auteur import Canal

from ..actions import Issue
from ..etats import StatutMoyen
from ..forms.echanges import NumeroField, Repertoire, StrictSerializer
from ..forms.echanges_moyens import MoyenSaisiSerializer, traiter_lot_de_moyens
from ..lectures import echanges
from ..lectures.moyens import retires, visibles
from ..models import NatureAnnoncee, Section
from .pages import lire_parametres, page_de, repondre_par_page
from .vues import CONTRAT, IDEMPOTENCE, VueDuContrat, decrire, exemple_de_page

LIGNES_AU_PLUS = 2_000


class MoyenSerializer(serializers.Serializer[Any]):
    """Une case du tableau des moyens, telle que son partenaire la dit. Ce qui n’est pas dit n’y est pas."""

    id = serializers.CharField()
    annee = serializers.IntegerField()
    organisme = serializers.CharField()
    organisme_nom = serializers.CharField()
    nature = serializers.ChoiceField(NatureAnnoncee.choices)
    section = serializers.ChoiceField(Section.choices)
    orientation = serializers.CharField(allow_null=True, help_text="Code ; nul : toutes ensemble, non réparti.")
    statut = serializers.ChoiceField(StatutMoyen.choices)
    montant = serializers.DecimalField(14, 2, allow_null=True, help_text="En euros ; nul : non chiffré.")
    precision = serializers.CharField(help_text="Moyens en nature, précisions.")
    source = serializers.CharField(help_text="Document lu.")
    pour_le_compte = serializers.BooleanField(help_text="Saisi par l’équipe du contrat pour cet organisme.")
    canal = serializers.ChoiceField(Canal.choices)
    saisi_le = serializers.DateTimeField()
    fictif = serializers.BooleanField(help_text="Donnée inventée pour la démonstration.")
    revision = serializers.IntegerField(help_text="Augmente à chaque écriture.")
    modifie_le = serializers.DateTimeField()


class MoyensParametres(PageSerializer):
    """The filters of the boxes."""

    annee = serializers.IntegerField(required=False, min_value=1900, max_value=2200)
    organisme = NumeroField(required=False)
    nature = serializers.ChoiceField(NatureAnnoncee.choices, required=False)
    section = serializers.ChoiceField(Section.choices, required=False)


class LotDeMoyensSerializer(StrictSerializer):
    """Des cases à écrire, en une demande."""

    tout_ou_rien = serializers.BooleanField(default=True)
    lignes = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=LIGNES_AU_PLUS)


class LotDeMoyensDecritSerializer(serializers.Serializer[Any]):
    """Des cases à écrire, en une demande (2 000 lignes au plus)."""

    tout_ou_rien = serializers.BooleanField(
        required=False,
        help_text="Vrai (par défaut) : une seule ligne fausse, et rien n’est écrit. Faux : les lignes justes le sont.",
    )
    lignes = MoyenSaisiSerializer(many=True)


class LigneDeMoyensSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenue une ligne."""

    ligne = serializers.IntegerField(help_text="Rang de la ligne dans le lot, à partir de 1.")
    resultat = serializers.ChoiceField([(i.value, i.value) for i in Issue])
    id = serializers.CharField(allow_null=True)
    erreurs = ErreurDeChampSerializer(many=True)


class BilanDeMoyensSerializer(serializers.Serializer[Any]):
    """Ce qu’est devenu un lot de cases."""

    crees = serializers.IntegerField()
    modifies = serializers.IntegerField(help_text="Retraits compris.")
    inchanges = serializers.IntegerField()
    refuses = serializers.IntegerField()
    lignes = LigneDeMoyensSerializer(many=True)


EXEMPLE = {
    "id": "51",
    "annee": 2026,
    "organisme": "9",
    "organisme_nom": "Caisse d’allocations familiales du Nord",
    "nature": "droit_commun",
    "section": "fonctionnement",
    "orientation": "O3",
    "statut": "communique",
    "montant": "120000.00",
    "precision": "",
    "source": "",
    "pour_le_compte": False,
    "canal": "api",
    "saisi_le": "2026-11-20T09:00:00+01:00",
    "fictif": False,
    "revision": 1,
    "modifie_le": "2026-11-20T09:00:00+01:00",
}


class MoyensView(VueDuContrat):
    """What partners say of their means."""

    portees = {"GET": PorteeApi.MOYENS_LIRE}

    @decrire(
        operation="moyens_lister",
        resume="Lister les moyens annoncés",
        description="Ceux de tous les partenaires pour ceux qui les partagent, ceux de votre organisme sinon. Avec "
        "`modifie_depuis`, `retires` donne, parmi celles que vous pouvez lire et que les filtres gardent, les cases retirées "
        "depuis cet instant.",
        portee=PorteeApi.MOYENS_LIRE,
        parameters=[CONTRAT, MoyensParametres],
        reponses={
            200: page_de(
                "Moyens",
                MoyenSerializer,
                retires=serializers.ListField(
                    child=serializers.CharField(), required=False, help_text="`id` des cases retirées."
                ),
            )
        },
        refus=(400, 404),
        examples=[exemple_de_page("Une case modifiée, une retirée", EXEMPLE, retires=["48"])],
    )
    def get(self, request: Request, contrat: str) -> HttpResponse:
        parametres = lire_parametres(request, MoyensParametres)
        filtres = {nom: parametres[nom] for nom in ("annee", "organisme", "nature", "section") if nom in parametres}
        choisis = visibles(self.portee.contrat, pour=self.portee.auteur).filter(**filtres)
        suite = {}
        if depuis := parametres.get("modifie_depuis"):
            vues = retires(self.portee.contrat, pour=self.portee.auteur, depuis=depuis, filtres=filtres)
            suite["retires"] = [str(pk) for pk in vues]
        return repondre_par_page(request, parametres, choisis, echanges.moyens, **suite)


class LotDeMoyensView(VueDuContrat):
    """Many boxes in one request."""

    portees = {"POST": PorteeApi.MOYENS_ECRIRE}

    @decrire(
        operation="moyens_enregistrer_lot",
        resume="Annoncer, corriger ou retirer des moyens",
        description="Une ligne désigne une case : organisme, année, nature, section, orientation. La case devient ce que dit la "
        "ligne ; `precision` et `source` omises restent telles quelles ; `statut` nul la retire. Le même lot envoyé deux fois "
        "n’écrit qu’une fois. Le chef de projet qui écrit pour le compte d’un partenaire nomme sa `source`, et n’écrit pas "
        "par-dessus ce que le partenaire a dit lui-même.",
        portee=PorteeApi.MOYENS_ECRIRE,
        parameters=[CONTRAT, IDEMPOTENCE],
        request=LotDeMoyensDecritSerializer,
        reponses={200: BilanDeMoyensSerializer},
        refus=(400, 404, 409, 413, 415, 422),
        examples=[
            OpenApiExample(
                "Un montant, une case sans objet",
                request_only=True,
                value={
                    "lignes": [
                        {
                            "annee": 2026,
                            "nature": "droit_commun",
                            "section": "fonctionnement",
                            "orientation": "O3",
                            "montant": "120000.00",
                        },
                        {"annee": 2026, "nature": "npnru", "section": "investissement", "statut": "sans_objet"},
                    ]
                },
            ),
            OpenApiExample(
                "Deux créées",
                response_only=True,
                status_codes=["200"],
                value={
                    "crees": 2,
                    "modifies": 0,
                    "inchanges": 0,
                    "refuses": 0,
                    "lignes": [
                        {"ligne": 1, "resultat": "cree", "id": "51", "erreurs": []},
                        {"ligne": 2, "resultat": "cree", "id": "52", "erreurs": []},
                    ],
                },
            ),
        ],
    )
    @idempotente
    def post(self, request: Request, contrat: str) -> HttpResponse:
        donnees = LotDeMoyensSerializer(data=request.data)
        donnees.is_valid(raise_exception=True)
        lignes, tout_ou_rien = donnees.validated_data["lignes"], donnees.validated_data["tout_ou_rien"]
        repertoire = Repertoire(self.portee.contrat, self.portee.auteur)
        bilan = traiter_lot_de_moyens(repertoire, lignes, tout_ou_rien=tout_ou_rien)
        if tout_ou_rien and bilan["refuses"]:
            raise LignesRefusees([erreur for ligne in bilan["lignes"] for erreur in ligne["erreurs"]])
        return ReponseJson(bilan)
