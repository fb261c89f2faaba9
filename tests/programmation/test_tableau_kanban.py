"""The kanban: the table's files in columns by state; a card goes only where a transition leads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contrats.etats import Role
from programmation.etats import TRANSITIONS_DOSSIER
from programmation.models import Dossier
from tests.fabriques import CommuneFactory, DemandeFactory, DossierFactory, LocalisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def adresse(contrat: Any) -> str:
    return reverse("programmation:kanban", kwargs={"contrat": contrat.slug, "annee": 2026})


@pytest.fixture
def dossiers(contrat: Any, gens: Any) -> dict[str, Dossier]:
    """One file per state that matters, each asking the département for 1 000 € and the région for 500 €."""
    traits = ("depose", "complet", "recevable", "en_instruction", "ajourne", "clos")
    crees = {trait: DossierFactory(contrat=contrat, numero=f"K-{trait}", **{trait: True}) for trait in traits}
    for dossier in crees.values():
        DemandeFactory(dossier=dossier, financeur=gens.departement, montant_demande=Decimal(1000))
        DemandeFactory(dossier=dossier, financeur=gens.region, montant_demande=Decimal(500))
    return crees


def colonnes(reponse: Any) -> dict[str, tuple[int, Decimal, list[str]]]:
    return {
        c.compte.etat: (c.compte.nombre, c.compte.demande, [carte.ligne.numero for carte in c.cartes])
        for c in reponse.context["colonnes"]
    }


def test_chaque_colonne_compte_et_additionne_ses_dossiers(client, adresse, dossiers, contrat) -> None:
    DossierFactory(contrat=contrat, numero="K-2", depose=True)
    lues = colonnes(client.get(adresse))
    assert lues["depose"] == (2, Decimal(1500), ["K-2", "K-depose"])
    assert lues["programme"] == (0, Decimal(0), [])  # the way to the COPIL shows even empty
    assert "retire" not in lues
    assert list(lues)[-2:] == ["ajourne", "clos"]


def test_les_memes_filtres_que_le_tableau(client, adresse, dossiers, gens) -> None:
    lues = colonnes(client.get(adresse, {"financeur": gens.region.pk, "q": "recevable"}))
    assert lues["recevable"] == (1, Decimal(500), ["K-recevable"])
    assert lues["depose"][0] == 0
    assert list(colonnes(client.get(adresse, {"etat": "complet"}))) == ["complet"]


def test_vingt_cartes_puis_voir_plus(client, adresse, contrat) -> None:
    for rang in range(45):
        DossierFactory(contrat=contrat, numero=f"V-{rang:02d}", depose=True)
    (colonne,) = [c for c in client.get(adresse).context["colonnes"] if c.compte.etat == "depose"]
    assert len(colonne.cartes) == 20
    vues = [carte.ligne.numero for carte in colonne.cartes]
    while colonne.suite:
        suite = client.get(adresse + colonne.suite, headers={"HX-Request": "true"})
        assert "<html" not in suite.content.decode()
        colonne = suite.context["colonne"]
        vues += [carte.ligne.numero for carte in colonne.cartes]
    assert vues == [f"V-{rang:02d}" for rang in range(45)]


def test_une_carte_n_offre_que_les_passages_permis(client, adresse, dossiers) -> None:
    for colonne in client.get(adresse).context["colonnes"]:
        for carte in colonne.cartes:
            for deplacement in carte.deplacements:
                assert any(
                    carte.ligne.etat in t.de and t.vers == deplacement.vers for t in TRANSITIONS_DOSSIER.values()
                )
    page = client.get(adresse).content.decode()
    assert "De « Complet », ce dossier peut passer à" in page.replace("\u202f", " ").replace("\xa0", " ")
    (clos,) = [c for c in client.get(adresse).context["colonnes"] if c.compte.etat == "clos"]
    assert (clos.cartes[0].deplacements, "ne change plus" in clos.cartes[0].suites) == ([], True)


def test_un_passage_sans_motif_revient_au_kanban(client, adresse, dossiers) -> None:
    (colonne,) = [c for c in client.get(adresse).context["colonnes"] if c.compte.etat == "complet"]
    (recevable,) = [d for d in colonne.cartes[0].deplacements if d.post]
    reponse = client.post(recevable.url, {"suite": f"{adresse}?q=K"})
    assert (reponse.status_code, reponse["Location"]) == (302, f"{adresse}?q=K")
    assert Dossier.objects.get(numero="K-complet").etat == "recevable"


def test_la_suite_ne_mene_pas_hors_de_chez_nous(client, dossiers, adresse, contrat) -> None:
    acte = reverse("programmation:avancer", args=[contrat.slug, 2026, "K-complet", "declarer_recevable"])
    assert "ailleurs" not in client.post(acte, {"suite": "//ailleurs.example/"})["Location"]


def test_un_passage_motive_ouvre_son_formulaire_puis_revient(client, adresse, dossiers) -> None:
    (colonne,) = [c for c in client.get(adresse).context["colonnes"] if c.compte.etat == "depose"]
    irrecevable = next(d for d in colonne.cartes[0].deplacements if d.vers == "irrecevable")
    assert not irrecevable.post
    reponse = client.post(f"{irrecevable.url}?suite={adresse}", {"motif": "Hors sujet"})
    assert reponse["Location"] == adresse


@pytest.mark.parametrize("role", [Role.DECIDEUR, Role.DELEGUE_PREFET, Role.PORTEUR])
def test_qui_n_instruit_pas_le_dossier_le_voit_sans_le_deplacer(contrat, client_de, adresse, dossiers, role) -> None:
    reponse = client_de(role).get(adresse)
    assert reponse.status_code == 200
    assert all(not carte.deplacements for c in reponse.context["colonnes"] for carte in c.cartes)
    assert "draggable" not in reponse.content.decode()


def test_le_kanban_coute_autant_de_requetes_pour_une_carte_que_pour_vingt(contrat, auteur_de, adresse) -> None:
    commune = CommuneFactory()
    client = Client()
    client.force_login(auteur_de(Role.CHEF_DE_PROJET, communes=[commune]).utilisateur)

    def un_dossier(numero: str) -> None:
        dossier = DossierFactory(contrat=contrat, numero=numero, depose=True)
        LocalisationFactory(dossier=dossier, version=None, commune=commune)

    def compter() -> int:
        client.get(adresse)
        with CaptureQueriesContext(connection) as requetes:
            client.get(adresse)
        return len(requetes)

    un_dossier("A")
    pour_un = compter()
    for rang in range(19):
        un_dossier(f"B-{rang}")
    assert compter() == pour_un
