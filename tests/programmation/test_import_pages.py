"""Importing in the browser: upload, columns, words, what would change, then what changed; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contrats.etats import Role
from programmation.etats import EtatImport
from programmation.models import CorrespondanceColonnes, Dispositif, Dossier, ImportDossiers
from tests.fabriques import OrganismeFactory
from tests.programmation.export_dauphin import en_csv, ligne, monter

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne(contrat: Any) -> Any:
    return monter(contrat)


@pytest.fixture
def client(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def adresse(campagne: Any, nom: str, **cles: Any) -> str:
    return reverse(f"programmation:{nom}", kwargs={"contrat": campagne.contrat.slug, "annee": campagne.annee, **cles})


def envoyer(client: Client, campagne: Any, contenu: bytes, **champs: Any) -> Any:
    donnees = {
        "fichier": SimpleUploadedFile("export.csv", contenu),
        "source": "dauphin",
        "dispositif": Dispositif.objects.get(code="aap-test").pk,
        **champs,
    }
    return client.post(adresse(campagne, "importer"), donnees)


def test_du_fichier_aux_dossiers_en_passant_par_les_questions(client, campagne, executer_travaux):
    inconnu = OrganismeFactory(nom="Compagnie du Terril")
    lignes = [
        ligne(1),
        ligne(2, Statut="Vue en comité"),
        ligne(3, SIRET="12345678901234", Raison_sociale="Cie du Terril"),
        ligne(4, Montant_sollicité="-3"),
    ]
    contenu = en_csv(lignes).replace("Thématique".encode("cp1252"), b"Rubrique 7")
    reponse = envoyer(client, campagne, contenu)
    importation = ImportDossiers.objects.get()
    assert reponse.url == adresse(campagne, "import", pk=importation.pk)
    assert "Traitement du fichier" in client.get(reponse.url).content.decode()
    executer_travaux()

    # The column that nothing resembled: no theme, hence faults; it is set.
    page = client.get(reponse.url).content.decode()
    assert "Ni orientation ni thème" in page
    colonnes = importation_lue(importation).apercu["colonnes"]
    choix = {f"c{rang}": c["champ"] for rang, c in enumerate(colonnes)}
    rang = next(r for r, c in enumerate(colonnes) if c["titre"] == "Rubrique 7")
    assert choix[f"c{rang}"] == "-"
    envoi = choix | {f"c{rang}": "theme_p147", "nom": "Export de la préfecture", "dispositif": 0}
    url_colonnes = adresse(campagne, "import_colonnes", pk=importation.pk)
    refus = client.post(url_colonnes, envoi)
    assert refus.status_code == 422  # no such scheme: what was chosen is still there
    assert '<option value="theme_p147" selected>' in refus.content.decode()
    envoi["dispositif"] = Dispositif.objects.get(code="aap-test").pk
    assert client.post(url_colonnes, envoi).status_code == 302
    executer_travaux()
    assert CorrespondanceColonnes.objects.get(nom="Export de la préfecture").colonnes["Rubrique 7"] == "theme_p147"

    # One word and one porteur are unknown, one amount is wrong.
    page = client.get(reponse.url).content.decode()
    assert "Un montant n’est pas négatif" in page
    url_mots = adresse(campagne, "import_mots", pk=importation.pk)
    questions = client.get(url_mots).content.decode()
    assert "Vue en comité" in questions
    assert "n’est pas valide" in questions
    assert client.post(url_mots, {"m0": "recevable", "a0": "Introuvables"}).status_code == 422
    assert client.post(url_mots, {"m0": "recevable", "a0": "Compagnie du Terril"}).status_code == 302
    executer_travaux()
    page = client.get(reponse.url).content.decode()
    assert "Importer seulement 3" in page

    # Only what is right is written, and the rest comes back as a file.
    client.post(adresse(campagne, "import_ecrire", pk=importation.pk), {"mode": "bonnes"})
    executer_travaux()
    assert importation_lue(importation).etat == EtatImport.FAIT
    assert sorted(Dossier.objects.values_list("numero_externe", "etat")) == [
        ("10000001", "depose"),
        ("10000002", "recevable"),
        ("10000003", "depose"),
    ]
    assert Dossier.objects.get(numero_externe="10000003").porteur == inconnu
    page = client.get(reponse.url).content.decode()
    assert "Import terminé, avec des lignes laissées de côté" in page
    assert Dossier.objects.first().numero in page
    reste = client.get(adresse(campagne, "import_refusees", pk=importation.pk))
    assert "DA10000004" in b"".join(reste.streaming_content).decode()


def importation_lue(importation: ImportDossiers) -> ImportDossiers:
    importation.refresh_from_db()
    return importation


def test_une_colonne_donnee_deux_fois_est_refusee(client, campagne, executer_travaux):
    envoyer(client, campagne, en_csv([ligne(1)]))
    executer_travaux()
    importation = ImportDossiers.objects.get()
    envoi: dict[str, Any] = {f"c{r}": c["champ"] for r, c in enumerate(importation.apercu["colonnes"])}
    envoi |= {"c1": "intitule", "nom": "Export de Dauphin", "dispositif": Dispositif.objects.get(code="aap-test").pk}
    reponse = client.post(adresse(campagne, "import_colonnes", pk=importation.pk), envoi)
    assert reponse.status_code == 422
    assert "«\u202fSIRET\u202f», «\u202fIntitulé du projet\u202f»" in reponse.content.decode()


def test_un_import_abandonne_n_ecrit_rien_et_ne_se_reprend_pas(client, campagne, executer_travaux):
    envoyer(client, campagne, en_csv([ligne(1)]))
    executer_travaux()
    importation = ImportDossiers.objects.get()
    client.post(adresse(campagne, "import_abandonner", pk=importation.pk))
    client.post(adresse(campagne, "import_ecrire", pk=importation.pk), {"mode": "tout"})
    executer_travaux()
    assert importation_lue(importation).etat == EtatImport.ABANDONNE
    assert not Dossier.objects.exists()


def test_un_fichier_illisible_est_dit_sur_la_page(client, campagne, executer_travaux):
    reponse = envoyer(client, campagne, b"rien;de\r\n", source="tableur")
    executer_travaux(echecs_admis=True)
    page = client.get(reponse.url).content.decode()
    assert "Le fichier ne peut pas encore être lu" in page


def test_relire_un_export_montre_ce_qui_change_et_ce_qui_manque(client, campagne, executer_travaux):
    envoyer(client, campagne, en_csv([ligne(1), ligne(2)]))
    executer_travaux()
    client.post(adresse(campagne, "import_ecrire", pk=ImportDossiers.objects.get().pk), {"mode": "tout"})
    executer_travaux()
    reponse = envoyer(client, campagne, en_csv([ligne(1, Intitulé_du_projet="Ateliers renommés")]))
    executer_travaux()
    page = client.get(reponse.url).content.decode()
    assert "Ateliers renommés" in page
    assert "plus dans le fichier" in page
    assert Dossier.objects.get(numero_externe="10000002").numero in page


def test_la_page_montre_les_demandes_disparues_et_ce_qui_reste_a_faire_ici(client, campagne, executer_travaux):
    envoyer(client, campagne, en_csv([ligne(1), ligne(1, Financeur="CAF")]))
    executer_travaux()
    client.post(adresse(campagne, "import_ecrire", pk=ImportDossiers.objects.get().pk), {"mode": "tout"})
    executer_travaux()
    Dossier.objects.update(etat="programme")
    reponse = envoyer(client, campagne, en_csv([ligne(1, Intitulé_du_projet="Ateliers renommés")]))
    executer_travaux()
    page = client.get(reponse.url).content.decode()
    assert "Demandées ici, mais plus dans le fichier" in page
    assert "CAF, " in page
    assert "N’est pas repris, le dossier 2026-001 est programmé" in page


@pytest.mark.parametrize("nom", ["export.pdf", "export"])
def test_un_fichier_qui_n_est_pas_un_tableur_est_refuse_sans_rien_perdre(client, campagne, nom):
    fichier = SimpleUploadedFile(nom, b"x")
    reponse = client.post(adresse(campagne, "importer"), {"fichier": fichier, "source": "tableur"})
    assert reponse.status_code == 422
    page = reponse.content.decode()
    assert "Choisissez un fichier CSV, XLSX ou ODS" in page
    assert 'value="tableur"' in page
    assert not ImportDossiers.objects.exists()
