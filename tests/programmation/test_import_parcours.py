"""The pages of an import and of what is entered elsewhere, in a real browser: keyboard, axe, a phone's width."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from contrats.etats import Role
from programmation.models import Dossier, ImportDossiers, Teleservice
from tests.fabriques import CanalDepotFactory, DemandeFactory, OrganismeFactory
from tests.navigateur import TELEPHONE
from tests.programmation.export_dauphin import en_csv, ligne, monter

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def adresse(campagne: Any, nom: str, **cles: Any) -> str:
    return reverse(f"programmation:{nom}", kwargs={"contrat": campagne.contrat.slug, "annee": campagne.annee, **cles})


@pytest.mark.parametrize("taille", [None, TELEPHONE], ids=["bureau", "telephone"])
def test_un_import_se_fait_au_navigateur_sans_defaut_d_accessibilite(
    page_de: Callable[..., Any], axe: Any, contrat: Any, tmp_path: Path, executer_travaux: Any, taille: Any
) -> None:
    campagne = monter(contrat)
    OrganismeFactory(nom="Compagnie du Terril")
    export = tmp_path / "export.csv"
    export.write_bytes(
        en_csv(
            [
                *(ligne(rang) for rang in range(1, 4)),
                ligne(4, Statut="Vue en comité", SIRET="12345678901234", Raison_sociale="Cie du Terril"),
                ligne(5, Montant_sollicité="-3"),
            ]
        )
    )
    page = page_de(Role.CHEF_DE_PROJET, **({"taille": taille} if taille else {}))

    def verifier() -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0

    page.goto(adresse(campagne, "importer"))
    verifier()
    page.get_by_label("Fichier", exact=True).set_input_files(str(export))
    page.get_by_role("button", name="Lire le fichier").press("Enter")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    executer_travaux()
    importation = ImportDossiers.objects.get()
    page.goto(adresse(campagne, "import", pk=importation.pk))
    verifier()
    page.get_by_role("link", name="Régler les colonnes").press("Enter")
    verifier()
    page.get_by_role("button", name="Enregistrer et relire").press("Enter")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    executer_travaux()
    page.goto(adresse(campagne, "import_mots", pk=importation.pk))
    verifier()
    page.get_by_label("Vue en comité").select_option(label="Recevable")
    page.get_by_label("Ou un autre organisme").fill("Compagnie du Terril")
    page.get_by_role("button", name="Enregistrer et relire").press("Enter")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    executer_travaux()
    page.goto(adresse(campagne, "import", pk=importation.pk))
    page.get_by_role("button", name="Importer seulement").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Importer ce qui est juste").press("Enter")
    page.get_by_text("L’écriture des dossiers est demandée").wait_for()
    executer_travaux()
    page.goto(adresse(campagne, "import", pk=importation.pk))
    verifier()
    assert page.get_by_text("Import terminé, avec des lignes laissées de côté").is_visible()
    assert Dossier.objects.count() == 4


def test_ce_qui_se_saisit_ailleurs_se_note_au_clavier(page_de: Callable[..., Any], axe: Any, contrat: Any) -> None:
    campagne = monter(contrat)
    demande = DemandeFactory(dossier__contrat=contrat)
    CanalDepotFactory(
        contrat=contrat, dispositif=demande.dispositif, financeur=demande.financeur, canal=Teleservice.SUBVENTIA
    )
    page = page_de(Role.CHEF_DE_PROJET)
    page.goto(adresse(campagne, "canaux"))
    axe(page)
    page.goto(adresse(campagne, "reports"))
    axe(page)
    page.get_by_role("checkbox").press("Space")
    page.get_by_label("Reporté le", exact=True).fill("2026-01-05")
    page.get_by_role("button", name="Noter ce qui est coché").press("Enter")
    page.get_by_text("comme reportée").wait_for()
    demande.refresh_from_db()
    assert demande.reporte_le is not None
