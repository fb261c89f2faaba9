"""Without Redis, pages are slower and none is broken."""

import pytest
from django.core.cache import caches
from django.test import override_settings
from django.urls import reverse

from contrats.etats import Role

REDIS_ABSENT = {"default": {"BACKEND": "commun.cache.CacheIndulgent", "LOCATION": "redis://127.0.0.1:1/0"}}


@override_settings(CACHES=REDIS_ABSENT)
def test_un_cache_absent_ne_trouve_rien_et_ne_leve_rien():
    cache = caches["default"]

    cache.set("cle", 1)
    cache.set_many({"a": 1})

    assert cache.get("cle", "rien") == "rien"
    assert cache.get_many(["a"]) == {}
    assert cache.add("cle", 1) is True
    assert cache.incr("cle") == 1
    assert cache.delete("cle") is False
    assert cache.repond() is False


@pytest.mark.django_db
@override_settings(CACHES=REDIS_ABSENT)
def test_les_pages_et_la_connexion_se_passent_de_redis(client_de):
    client = client_de(Role.CHEF_DE_PROJET)

    assert client.get("/", follow=True).status_code == 200
    assert client.get(reverse("portail:sante")).json() == {"postgresql": "bon", "redis": "absent"}


@pytest.mark.django_db
def test_la_sante_dit_les_deux_serveurs(client):
    reponse = client.get(reverse("portail:sante"))

    assert reponse.json() == {"postgresql": "bon", "redis": "bon"}
