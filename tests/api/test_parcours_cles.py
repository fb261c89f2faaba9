"""In a real browser: a manager creates a key with the keyboard alone, calls the API with it, revokes it; pages under axe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from commun.models import EtatTravail
from contrats.etats import Role
from tests.fabriques import AbonnementApiFactory, CleDuContratFactory, TravailFactory
from tests.navigateur import BUREAU, TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_les_pages_des_cles_respectent_l_accessibilite(contrat: Any, page_de: Any, axe: Any, taille: Any) -> None:
    racine = reverse("contrats:cles", args=[contrat.slug])
    page = page_de(Role.CHEF_DE_PROJET, taille=taille)

    def regarder(adresse: str) -> None:
        page.goto(adresse)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= taille["width"], adresse
        if dossier := os.environ.get("CAPTURES"):
            nom = adresse.strip("/").replace("/", "-") + f"-{taille['width']}-{vues}.png"
            page.screenshot(path=Path(dossier, nom), full_page=True)

    vues = 0
    regarder(racine)
    vues = 1
    for situation in ({}, {"jeton__expiree": True}, {"jeton__revoquee": True}):
        CleDuContratFactory(contrat=contrat, jeton__organisme=contrat.pilote, **situation)
    abonnement = AbonnementApiFactory(contrat=contrat, organisme=contrat.pilote)
    for etat in (EtatTravail.A_FAIRE, EtatTravail.ECHEC):
        TravailFactory(
            nom="contrats.livrer_evenement",
            cible_type="contrats.abonnementapi",
            cible_id=abonnement.pk,
            parametres={"message": {"evenement": "rapport.publie"}, "essai": 1},
            etat=etat,
            erreur="Le serveur a répondu 503." if etat == EtatTravail.ECHEC else "",
            termine_le=timezone.now() if etat == EtatTravail.ECHEC else None,
        )
    for suite in ("", "creer/", "abonnements/creer/", f"abonnements/{abonnement.pk}/"):
        regarder(racine + suite)


def test_une_cle_se_cree_au_clavier_s_emploie_et_se_revoque(
    contrat: Any, page_de: Any, axe: Any, live_server: Any
) -> None:
    page = page_de(Role.CHEF_DE_PROJET)
    page.goto(reverse("contrats:mon_compte"))
    page.get_by_role("link", name="Clés d’API de mon organisme").press("Enter")
    page.get_by_role("link", name="Créer une clé").first.press("Enter")
    page.get_by_label("Nom de la clé").fill("Extraction du SIG")
    page.get_by_label("Lire les engagements").press("Space")
    page.get_by_role("button", name="Créer la clé").press("Enter")
    axe(page)
    if dossier := os.environ.get("CAPTURES"):
        page.screenshot(path=Path(dossier, "cle-creee.png"), full_page=True)
    secret = page.get_by_label("Clé d’API").input_value()

    def appel() -> int:
        adresse = f"{live_server.url}/api/v1/contrats/{contrat.slug}/engagements/"
        return requests.get(adresse, headers={"Authorization": f"Bearer {secret}"}, timeout=30).status_code

    assert appel() == 200
    page.get_by_role("link", name="J’ai copié la clé").press("Enter")
    page.get_by_role("button", name="Révoquer la clé Extraction du SIG").press("Enter")
    page.get_by_role("button", name="Révoquer", exact=True).last.press("Enter")
    page.get_by_text("son prochain appel sera refusé").wait_for()
    assert appel() == 401


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_la_documentation_se_cherche_au_clavier_sans_script(page_de: Any, axe: Any, taille: Any) -> None:
    lue = page_de(None, taille=taille)
    lue.goto(reverse("api:documentation"))
    axe(lue)
    assert lue.evaluate("document.documentElement.scrollWidth") <= taille["width"]

    page = page_de(None, taille=taille, javascript=False)
    page.goto(reverse("api:documentation"))
    page.get_by_label("Mots cherchés").fill("declarer annee")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("article h3").first.inner_text() == "Déclarer l’avancement d’une année"
    page.locator("summary", has_text="paramètres").first.press("Enter")
    page.get_by_role("cell", name="ETag de la révision lue").wait_for()
