"""Every address declares who reaches it."""

import pytest
from rest_framework.views import APIView

from commun.permissions import Acces
from contrats.portee import DansLeContrat
from tests.architecture.projet import APPLICATIONS, TIERS, routes

ROUTES = routes()
NOTRES = [r for r in ROUTES if not r.tiers and not issubclass(getattr(r.vue, "cls", object), APIView)]
API = [r for r in ROUTES if not r.tiers and issubclass(getattr(r.vue, "cls", object), APIView)]


@pytest.mark.parametrize("route", NOTRES, ids=[r.nom or r.motif for r in NOTRES])
def test_une_vue_declare_qui_l_atteint(route):
    acces = getattr(route.vue, "acces", None)
    assert isinstance(acces, Acces | DansLeContrat), f"{route.motif}: no access declared"
    assert ("<slug:contrat>" in route.motif) == isinstance(acces, DansLeContrat) or route.nom == (
        "contrats:choisir_organisme"  # one's own account: the contract is only what it is about
    )


@pytest.mark.parametrize("route", NOTRES, ids=[r.nom or r.motif for r in NOTRES])
def test_seule_une_vue_publique_se_passe_de_connexion(route):
    publique = route.vue.acces is Acces.PUBLIC
    assert getattr(route.vue, "login_required", True) is not publique


@pytest.mark.parametrize("route", API, ids=[r.nom or r.motif for r in API])
def test_une_route_d_api_declare_ses_permissions(route):
    notres = [c for c in route.vue.cls.__mro__ if c.__module__.split(".")[0] in APPLICATIONS]
    declarees = [c for c in notres if "permission_classes" in c.__dict__]
    assert declarees or "permission_classes" in getattr(route.vue, "initkwargs", {})


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.tiers], ids=[r.nom for r in ROUTES if not r.tiers])
def test_une_adresse_a_un_nom_dans_un_espace(route):
    assert ":" in route.nom or route.motif.startswith("api/"), route.motif


def test_les_tiers_sont_ceux_que_l_on_connait():
    modules = {r.vue.__module__.split(".")[0] for r in ROUTES if r.tiers}
    assert modules <= {t.split(".")[0] for t in TIERS} | {"django"}
