"""The REST API of the programming: the same files and the same amounts as the pages, for each reader."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.fabriques import ContratFactory, DemandeFactory, DossierFactory

pytestmark = pytest.mark.django_db


def lire(auteur: Any, contrat: Any, nom: str, **parametres: Any) -> Any:
    client = Client()
    client.force_login(auteur.utilisateur)
    return client.get(reverse(f"api:{nom}", kwargs={"contrat": contrat.slug, "annee": 2026}), parametres)


def test_un_brouillon_n_est_lu_que_de_son_financeur(contrat, dossier, gens) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement, brouillon=True, montant_propose=Decimal("4321.09"))
    for auteur, propose in ((gens.instructeur, "4321.09"), (gens.chef, None), (gens.delegue, None)):
        reponse = lire(auteur, contrat, "dossiers").json()
        assert [(d["numero"], d["propose"]) for d in reponse["dossiers"]] == [(dossier.numero, propose)]
    (enveloppe,) = lire(gens.chef, contrat, "enveloppes").json()
    assert enveloppe["propose"] == "0.00"
    (enveloppe,) = lire(gens.instructeur, contrat, "enveloppes").json()
    assert (enveloppe["propose"], enveloppe["section"]) == ("4321.09", "fonctionnement")


@pytest.mark.parametrize("qui", ["voisin", "porteur", "copil", "conseil", "signataire"])
def test_qui_ne_voit_pas_un_dossier_a_l_ecran_ne_le_lit_pas_par_l_api(contrat, dossier, gens, qui: str) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    assert lire(getattr(gens, qui), contrat, "dossiers").json()["total"] == 0
    assert lire(getattr(gens, qui), contrat, "enveloppes").json() == []


def test_un_contrat_etranger_n_existe_pas(gens) -> None:
    for nom in ("dossiers", "enveloppes"):
        assert lire(gens.chef, ContratFactory(), nom).status_code == 404


def test_la_liste_se_lit_par_pages_sans_trou_a_cout_constant(contrat, gens) -> None:
    chef = gens.chef

    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.departement)

    def cout() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as requetes:
            assert lire(chef, contrat, "dossiers").status_code == 200
        return len(requetes)

    ajouter(1)
    pour_un = cout()
    ajouter(59)
    assert cout() == pour_un
    pages = [lire(gens.chef, contrat, "dossiers", page=page).json() for page in (1, 2)]
    assert [(page["total"], page["pages"], len(page["dossiers"])) for page in pages] == [(60, 2, 50), (60, 2, 10)]
    numeros = [d["numero"] for page in pages for d in page["dossiers"]]
    assert numeros == sorted(set(numeros))
