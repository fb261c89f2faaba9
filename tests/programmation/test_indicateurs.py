"""The library of indicators, kept by the contract."""

from __future__ import annotations

import pytest

from contrats.etats import Role
from programmation.lectures.depot import indicateurs_proposes
from programmation.lectures.indicateurs import bibliotheque
from programmation.models import IndicateurAction
from tests.fabriques import DossierFactory, IndicateurActionFactory, IndicateurPrevuFactory

pytestmark = pytest.mark.django_db


def test_un_indicateur_s_ajoute_se_choisit_puis_n_est_plus_propose(contrat, client_de) -> None:
    client, base = client_de(Role.CHEF_DE_PROJET), f"/c/{contrat.slug}/2026/indicateurs/"
    saisie = {"libelle": "Jeunes partis en séjour", "unite": "personnes", "definition": "", "actif": "on"}
    dossier = DossierFactory(contrat=contrat)

    assert client.post(f"{base}ajouter/", saisie | {"libelle": ""}).status_code == 422
    assert client.post(f"{base}ajouter/", saisie).status_code == 302
    double = client.post(f"{base}ajouter/", saisie)
    assert double.status_code == 422
    indicateur = IndicateurAction.objects.get()
    assert indicateur in indicateurs_proposes(dossier)

    IndicateurPrevuFactory(dossier=dossier, indicateur=indicateur)
    assert [(lu.indicateur, lu.choisi) for lu in bibliotheque(contrat, dossier.campagne.annee)] == [(indicateur, 1)]
    client.post(f"{base}{indicateur.pk}/", {nom: v for nom, v in saisie.items() if nom != "actif"})
    assert indicateur not in indicateurs_proposes(DossierFactory(contrat=contrat))
    assert indicateur in indicateurs_proposes(dossier)  # who chose it keeps it


def test_un_indicateur_commun_se_lit_sans_se_changer(contrat, client_de) -> None:
    commun = IndicateurActionFactory(contrat=None)
    client = client_de(Role.CHEF_DE_PROJET)
    url = f"/c/{contrat.slug}/2026/indicateurs/{commun.pk}/"

    assert "commun à tous les contrats" in client.get(url).content.decode()
    client.post(url, {"libelle": "Autre", "unite": "x", "actif": "on"})
    commun.refresh_from_db()
    assert commun.libelle != "Autre"
