"""The OpenAPI description against the API itself: generated calls, no 5xx, no status or body that it does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from contrats.etats import Role
from tests.fabriques import (
    AvisFactory,
    BudgetPrevisionnelFactory,
    CibleEngagementFactory,
    DecisionReunionFactory,
    DemandeFactory,
    DossierFactory,
    EngagementFactory,
    FichierFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    PointAvancementFactory,
    PointOrdreDuJourFactory,
    PresenceFactory,
    RessourceFactory,
    ReunionFactory,
    SignataireFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db
EXEMPLES = 12  # for each operation, called with the team's key
EXEMPLES_DES_AUTRES = 5  # with each of the others: mostly refused, and the same way
CONTROLES = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
APPELANTS: dict[str, Callable[[Any], Any]] = {
    "la clé du pilote": lambda appelant: appelant(Role.CHEF_DE_PROJET),
    "la clé d’un signataire": lambda appelant: appelant(Role.SIGNATAIRE),
    "une clé qui ne fait que lire": lambda appelant: appelant(
        Role.SIGNATAIRE, portees=["contrats:lire", "engagements:lire", "avancement:lire", "ressources:lire"]
    ),
    "personne": lambda appelant: None,
}


@pytest.fixture
def connexion_gardee() -> Iterator[None]:
    """A call through WSGI ends by closing old connections: the test's own stays open, as with Django's client."""
    signaux = (request_started, request_finished)
    for signal in signaux:
        signal.disconnect(close_old_connections)
    yield
    for signal in signaux:
        signal.connect(close_old_connections)


def serveur(environ: Any, start_response: Any) -> list[bytes]:
    """The application as a server runs it: each answer, a file too, is read to its end and closed."""
    reponse: Any = application(environ, start_response)
    try:
        return [b"".join(reponse)]
    finally:
        reponse.close()


@pytest.fixture
def schema(connexion_gardee: None) -> Any:
    """The description as partners download it."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", serveur)


def _operations() -> list[str]:
    chemins = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return sorted(
        f"{methode.upper()} {chemin}"
        for chemin, methodes in chemins.items()
        for methode in methodes
        if methode in ("get", "post", "put", "patch", "delete")
    )


@pytest.fixture
def monde(contrat, codes) -> dict[str, Any]:
    """One object of each kind, so that readings have something to conform to."""
    engagement = EngagementFactory(contrat=contrat, orientation=codes["orientation"], identifiant_externe="X-1")
    engagement.objectifs.add(codes["objectif"])
    engagement.perimetres.add(codes["perimetre"])
    engagement.partenaires.add(contrat.pilote)
    CibleEngagementFactory(engagement=engagement, intervalle=True)
    fichier = FichierFactory()
    PointAvancementFactory(engagement=engagement, annee=2026).preuves.add(fichier)
    reunion = ReunionFactory(comite__contrat=contrat, le=timezone.localdate(), tenue=True)
    PointOrdreDuJourFactory(reunion=reunion, rapporteur=contrat.pilote)
    MembreComiteFactory(comite=reunion.comite, organisme=contrat.pilote)
    PresenceFactory(reunion=reunion, organisme=contrat.pilote)
    ItemCompteRenduFactory(reunion=reunion).perimetres.add(codes["perimetre"])
    decision = DecisionReunionFactory(reunion=reunion, prise=True, responsable=contrat.pilote)
    VersionPerimetreFactory(perimetre=codes["perimetre"])
    demande = DemandeFactory(
        dossier=DossierFactory(contrat=contrat, en_instruction=True, localise=True), financeur=contrat.pilote
    )
    BudgetPrevisionnelFactory(dossier=demande.dossier, equilibre=True)
    AvisFactory(dossier=demande.dossier, organisme=contrat.pilote)
    ressource = RessourceFactory(contrat=contrat, orientation=codes["orientation"])
    return {
        "contrat": contrat.slug,
        "engagement": engagement.pk,
        "annee": 2026,
        "identifiant": "X-1",
        "ressource": ressource.pk,
        "orientation": "O1",
        "objectif": "O1.1",
        "signataire": SignataireFactory(contrat=contrat).organisme_id,
        "perimetre": codes["perimetre"].code,
        "fichier": fichier.pk,
        "reunion": reunion.pk,
        "decision": decision.pk,
        "dossier": demande.dossier_id,
        "demande": demande.pk,
    }


@pytest.mark.lent
@pytest.mark.parametrize("qui", APPELANTS)
@pytest.mark.parametrize("operation", _operations())
def test_l_api_repond_comme_sa_description_le_dit(appelant, schema, monde, operation, qui):
    methode, _, chemin = operation.partition(" ")
    decrite = schema[chemin][methode]
    systeme = APPELANTS[qui](appelant)
    entetes = {"Authorization": f"Bearer {systeme.secret}"} if systeme else {}

    @seed(20261120)
    @settings(
        max_examples=EXEMPLES if qui == "la clé du pilote" else EXEMPLES_DES_AUTRES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cas=decrite.as_strategy(), connus=st.sets(st.sampled_from(sorted(monde))))
    def appeler(cas: Any, connus: set[str]) -> None:
        for nom in {"contrat", *connus} & set(cas.path_parameters or {}):
            cas.path_parameters[nom] = monde[nom]
        reponse = cas.call(headers=entetes)
        cas.validate_response(reponse, checks=CONTROLES)

    appeler()


def test_chaque_operation_est_decrite_en_francais_avec_ses_refus(schema):
    for chemin, methodes in schema.raw_schema["paths"].items():
        for methode, operation in methodes.items():
            ou = f"{methode} {chemin}"
            assert operation["summary"], ou
            assert operation["tags"], ou
            assert {"200", "201", "202", "204"} & set(operation["responses"]), ou
            assert {"401", "403", "429"} <= set(operation["responses"]), ou
            for statut, reponse in operation["responses"].items():
                if statut >= "400":
                    assert list(reponse["content"]) == ["application/problem+json"], ou
            assert {"cle": []} in operation["security"], ou


def test_la_description_est_en_openapi_3_1_et_donne_des_exemples(schema):
    brut = schema.raw_schema
    assert brut["openapi"].startswith("3.1")
    assert "Bearer" in brut["components"]["securitySchemes"]["cle"]["description"]
    saisies = [
        operation["requestBody"]["content"]["application/json"]
        for methodes in brut["paths"].values()
        for operation in methodes.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(saisies) >= 6
    assert sum("examples" in saisie for saisie in saisies) >= 5


def test_toute_reponse_qui_a_un_corps_en_montre_un_exemple(schema):
    sans = [
        f"{operation['operationId']} {statut}"
        for methodes in schema.raw_schema["paths"].values()
        for operation in methodes.values()
        for statut, reponse in operation["responses"].items()
        if statut < "300"
        and "examples" not in reponse.get("content", {}).get("application/json", {"examples": "no JSON"})
    ]
    assert sans == []
