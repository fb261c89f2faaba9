"""Every use of a key against every route, and every route against a foreign contract: nothing opens by accident."""

import json
import uuid

import pytest
from django.urls import get_resolver, reverse
from rest_framework.views import APIView

from acteurs.etats import PorteeApi
from contrats.api.vues import VueDApi
from contrats.etats import Role
from tests.fabriques import ContratFactory, EngagementFactory, PointAvancementFactory, RessourceFactory

pytestmark = pytest.mark.django_db

ROUTES = [
    route
    for resolveur in get_resolver().url_patterns
    if getattr(resolveur, "namespace", None) == "api"
    for route in resolveur.url_patterns
    if issubclass(getattr(route.callback, "cls", object), VueDApi)
]
OPERATIONS = [
    (route.name, methode, portee) for route in ROUTES for methode, portee in sorted(route.callback.cls.portees.items())
]
CORPS = {
    ("engagements", "POST"): {"libelle": "Un"},
    ("engagement", "PATCH"): {"note": "x"},
    ("engagement_par_identifiant", "PUT"): {"libelle": "Un"},
    ("lot", "POST"): {"lignes": [{"libelle": "Un"}]},
    ("point", "PUT"): {"etat": "en_cours"},
    ("ressources", "POST"): {"nom": "Une"},
    ("ressource", "PATCH"): {"public": "Tous"},
}
# What the right key receives: the object is one's own, the revision is not asked for by « * ».
ATTENDUS = {
    ("engagements", "POST"): 201,
    ("ressources", "POST"): 201,
    ("engagement", "DELETE"): 204,
    ("ressource", "DELETE"): 204,
    ("lot_suivi", "GET"): 404,
}


def _adresse(nom, contrat, *, engagement=0, ressource=0):
    cles = {
        "contrats": {},
        "perimetres": {"annee": 2026},
        "dossiers": {"annee": 2026},
        "enveloppes": {"annee": 2026},
        "engagement": {"engagement": engagement},
        "engagement_par_identifiant": {"identifiant": "X-1"},
        "lot_suivi": {"lot": uuid.uuid4()},
        "point": {"engagement": engagement, "annee": 2026},
        "ressource": {"ressource": ressource},
    }.get(nom, {})
    return reverse(f"api:{nom}", kwargs=cles if nom == "contrats" else {"contrat": contrat.slug, **cles})


def _appeler(systeme, nom, methode, *, contrat=None):
    engagement = EngagementFactory(
        contrat=contrat or systeme.contrat, organisme=systeme.organisme, identifiant_externe="X-1"
    )
    PointAvancementFactory(engagement=engagement)
    ressource = RessourceFactory(contrat=contrat or systeme.contrat, organisme=systeme.organisme)
    adresse = _adresse(nom, contrat or systeme.contrat, engagement=engagement.pk, ressource=ressource.pk)
    return systeme(methode.lower(), adresse, CORPS.get((nom, methode)), If_Match="*")


def test_chaque_methode_de_chaque_route_dit_l_usage_qu_elle_demande():
    methodes = {"get", "post", "put", "patch", "delete"}
    for route in ROUTES:
        vue = route.callback.cls
        assert {m.upper() for m in methodes if hasattr(vue, m)} == set(vue.portees), route.name
        assert set(vue.portees.values()) <= set(PorteeApi)
    autres = next(r for r in get_resolver().url_patterns if getattr(r, "namespace", None) == "api").url_patterns
    nues = [r.name for r in autres if r not in ROUTES and issubclass(getattr(r.callback, "cls", object), APIView)]
    assert nues == ["schema"]


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_seul_l_usage_demande_ouvre_la_route(appelant, nom, methode, portee):
    organisme = None
    for autre in PorteeApi:
        systeme = appelant(organisme=organisme, portees=[autre.value])
        organisme = systeme.organisme
        if autre == portee:
            continue
        refus = systeme(
            methode.lower(), _adresse(nom, systeme.contrat, engagement=1, ressource=1), CORPS.get((nom, methode))
        )
        assert refus.status_code == 403, (nom, methode, autre)
        assert portee.value in refus.json()["detail"]
        assert refus["Content-Type"] == "application/problem+json"

    permise = _appeler(appelant(portees=[portee.value]), nom, methode)

    assert permise.status_code == ATTENDUS.get((nom, methode), 200), permise.content
    assert permise["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_la_cle_d_un_autre_contrat_ne_trouve_rien(appelant, nom, methode, portee):
    if nom == "contrats":
        return
    ailleurs = ContratFactory()
    systeme = appelant(Role.CHEF_DE_PROJET)
    assert _appeler(systeme, nom, methode, contrat=ailleurs).status_code == 404


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_sans_cle_ni_session_rien_ne_s_ouvre(contrat, client, nom, methode, portee):
    corps = CORPS.get((nom, methode))
    suite = {} if corps is None else {"data": json.dumps(corps), "content_type": "application/json"}
    reponse = getattr(client, methode.lower())(_adresse(nom, contrat), **suite)
    assert reponse.status_code == 401


@pytest.mark.parametrize("role", list(Role), ids=[r.value for r in Role])
def test_la_cle_d_un_autre_organisme_lit_l_engagement_mais_ne_l_ecrit_pas(appelant, role):
    autre = appelant()
    engagement = EngagementFactory(contrat=autre.contrat, organisme=autre.organisme)
    point = PointAvancementFactory(engagement=engagement)
    systeme = appelant(role)
    adresse = f"engagements/{engagement.pk}/"

    assert systeme.get(adresse).status_code == 200
    lecture = systeme.get(f"{adresse}points/2026/").status_code
    voit = role not in (Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN)
    assert lecture == (200 if voit else 403)
    if role == Role.CHEF_DE_PROJET:
        return  # the team writes for all, pour le compte de
    assert systeme.patch(adresse, {"note": "x"}, If_Match="*").status_code == 403
    assert systeme.delete(adresse, If_Match="*").status_code == 403
    assert systeme.put(f"{adresse}points/2026/", {"etat": "tenu"}, If_Match="*").status_code == 403
    engagement.refresh_from_db()
    point.refresh_from_db()
    assert (engagement.revision, engagement.retire_le, point.revision) == (1, None, 1)


def test_une_personne_connectee_appelle_l_api_sous_protection_csrf(contrat, client_de):
    from django.test import Client

    chef = client_de(Role.CHEF_DE_PROJET)
    adresse = f"/api/v1/contrats/{contrat.slug}/engagements/"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(chef.auteur.utilisateur)
    corps = {"data": json.dumps({"libelle": "Un"}), "content_type": "application/json"}
    assert chef.post(adresse, **corps).status_code == 201
    assert strict.post(adresse, **corps).status_code == 403
    assert strict.get(adresse).status_code == 200


def test_une_methode_inconnue_est_un_405(partenaire):
    assert partenaire("put", "engagements/", {}).status_code == 405
    assert (
        partenaire.client.options(
            "/api/v1/contrats/", headers={"Authorization": f"Bearer {partenaire.secret}"}
        ).status_code
        == 405
    )


def test_une_lecture_des_entetes_demande_le_meme_usage(appelant):
    systeme = appelant(portees=["contrats:lire"])
    entetes = {"Authorization": f"Bearer {systeme.secret}"}
    adresse = f"/api/v1/contrats/{systeme.contrat.slug}/"
    assert systeme.client.head(adresse, headers=entetes).status_code == 200
    assert systeme.client.head(f"{adresse}engagements/", headers=entetes).status_code == 403


@pytest.mark.parametrize("nom", ["engagement", "point", "ressource"])
def test_l_objet_d_un_autre_contrat_ne_s_atteint_pas_par_l_adresse_du_sien(pilote, nom):
    """The slug of one's own contract with the number of another contract's object."""
    etranger = EngagementFactory()
    PointAvancementFactory(engagement=etranger)
    ressource = RessourceFactory()
    adresse = _adresse(nom, pilote.contrat, engagement=etranger.pk, ressource=ressource.pk)
    assert pilote.get(adresse).status_code == 404
    for methode in {"engagement": ("PATCH", "DELETE"), "point": ("PUT",), "ressource": ("PATCH", "DELETE")}[nom]:
        assert pilote(methode.lower(), adresse, CORPS.get((nom, methode)), If_Match="*").status_code == 404
