"""The budget re-balanced as a funder types its answer: what is missing, seen before it is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from programmation import actions
from programmation.lectures.equilibre import equilibre
from programmation.models import DemandeFinancement
from tests.fabriques import DemandeFactory, LigneBudgetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sans_budget(dossier: Any, gens: Any) -> list[DemandeFinancement]:
    """An action of 20 000 €: 12 000 € asked of the département, 8 000 € of the région."""
    montants = ((gens.departement, Decimal(12_000)), (gens.region, Decimal(8_000)))
    return [DemandeFactory(dossier=dossier, financeur=qui, montant_demande=montant) for qui, montant in montants]


@pytest.fixture
def demandes(dossier: Any, sans_budget: Any) -> Any:
    """The same requests, on an action whose budget is known."""
    LigneBudgetFactory(budget__dossier=dossier)
    return sans_budget


def adresse(demande: DemandeFinancement, route: str = "equilibre") -> str:
    dossier = demande.dossier
    return reverse(f"programmation:{route}", args=[dossier.contrat.slug, 2026, dossier.numero, demande.pk])


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.decideur.utilisateur)
    return client


def test_repondre_moins_que_demande_laisse_un_manque(contrat, dossier, gens, demandes, le) -> None:
    lu = equilibre(dossier, demandes[0].pk, Decimal(9_000), pour=gens.chef, contrat=contrat)
    assert (lu.manque_avant, lu.manque, lu.celui_ci.en_moins) == (Decimal(0), Decimal(3_000), Decimal(3_000))
    assert lu.pourraient_completer == []

    actions.proposer(demandes[1], montant=Decimal(7_500), par=gens.voisin, le=le)
    lu = equilibre(dossier, demandes[0].pk, Decimal(9_000), pour=gens.chef, contrat=contrat)
    assert lu.manque == Decimal(3_500)
    assert [(apport.financeur, apport.en_moins) for apport in lu.pourraient_completer] == [
        (gens.region.nom_court, Decimal(500))
    ]


def test_le_brouillon_d_un_autre_financeur_ne_se_devine_pas(contrat, dossier, gens, demandes, le) -> None:
    """Another funder's private draft counts as asked: the balance must not tell it."""
    actions.proposer(demandes[1], montant=Decimal(1), partagee=False, par=gens.voisin, le=le)
    lu = equilibre(dossier, demandes[0].pk, Decimal(12_000), pour=gens.decideur, contrat=contrat)
    assert lu.manque == Decimal(0)


def test_la_page_suit_ce_qui_est_tape(client, demandes) -> None:
    page = client.get(adresse(demandes[0], "proposer")).content.decode()
    assert adresse(demandes[0]) in page
    assert "L’action est équilibrée" in page
    morceau = client.get(adresse(demandes[0]), {"montant": "9 000,50"}).content.decode()
    assert "<html" not in morceau
    assert "Il manque" in morceau
    assert client.get(adresse(demandes[0]), {"montant": "neuf"}).status_code == 200
    demandes[0].refresh_from_db()
    assert demandes[0].montant_propose is None  # looking writes nothing


def test_sans_budget_ce_qui_manque_n_est_pas_invente(contrat, client, dossier, gens, sans_budget) -> None:
    """An imported file tells no other income: the drop from what was asked is all that is known."""
    lu = equilibre(dossier, sans_budget[0].pk, Decimal(9_000), pour=gens.chef, contrat=contrat)
    assert (lu.autres_produits, lu.manque, lu.surplus, lu.en_moins) == (None, None, Decimal(0), Decimal(3_000))
    morceau = client.get(adresse(sans_budget[0]), {"montant": "9 000"}).content.decode()
    assert "de moins que demandé" in morceau
    assert "Il manque" not in morceau
    page = client.get(adresse(sans_budget[0], "proposer").partition("demandes/")[0]).content.decode()
    assert "Autres produits</dt><dd>non renseignés" in page
    assert "Il manque" not in page


def test_les_demandes_seules_ne_font_pas_un_budget(contrat, dossier, gens, sans_budget) -> None:
    """Correcting an amount asked writes its income line: it tells nothing of the others."""
    LigneBudgetFactory(budget__dossier=dossier, produit=True)
    assert equilibre(dossier, sans_budget[0].pk, None, pour=gens.chef, contrat=contrat).manque is None


def test_un_cout_que_personne_n_a_donne_n_est_ni_un_plafond_ni_zero_euro(client, dossier, gens, demandes, le) -> None:
    type(dossier).objects.filter(pk=dossier.pk).update(cout_total=0)
    actions.proposer(demandes[0], montant=Decimal(9_000), par=gens.decideur, le=le)
    demandes[0].refresh_from_db()
    assert demandes[0].montant_propose == 9_000
    page = client.get(adresse(demandes[0], "proposer").partition("demandes/")[0]).content.decode()
    assert "Coût de l’action</dt><dd>non renseigné<" in page


def test_la_ligne_d_un_autre_ne_se_simule_pas(client, demandes) -> None:
    assert client.get(adresse(demandes[1]), {"montant": "1"}).status_code == 403
