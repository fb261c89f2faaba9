"""A scenario in a real browser: typed by keyboard, its balance following, adjusted on a phone, proposed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from programmation.models import DemandeFinancement, LigneScenario, Scenario
from tests.fabriques import DemandeFactory, DossierFactory, EnveloppeFactory
from tests.navigateur import TELEPHONE

pytestmark = pytest.mark.navigateur

D = Decimal


@pytest.fixture
def demandes(contrat: Any, gens: Any) -> list[DemandeFinancement]:
    """Three files of which the département shares a proposal of 5 000 €, on an envelope of 15 500 €."""
    premier = DossierFactory(contrat=contrat, numero="S-0", en_instruction=True)
    EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=premier.dispositif, montant=D(15_500))
    suite = [
        DossierFactory(contrat=contrat, numero=f"S-{rang}", en_instruction=True, dispositif=premier.dispositif)
        for rang in (1, 2)
    ]
    return [DemandeFactory(dossier=d, financeur=gens.departement, proposee=True) for d in (premier, *suite)]


def montants() -> list[Decimal]:
    return list(LigneScenario.objects.order_by("demande__dossier__numero").values_list("montant", flat=True))


def test_un_scenario_se_tape_au_clavier_se_partage_et_se_propose(
    page_de, contrat, gens, demandes, axe, erreurs_du_navigateur
):
    page = page_de(utilisateur=gens.chef.utilisateur)
    page.goto(f"/c/{contrat.slug}/2026/scenarios/")
    axe(page)
    page.get_by_role("link", name="Nouveau scénario").click()
    page.get_by_label("Nom").fill("Arbitrages du COTECH")
    page.get_by_role("button", name="Créer le scénario").click()
    solde = page.locator("[data-vif=bilan]")
    solde.locator("text=aucune dépassée").wait_for()
    axe(page)

    page.get_by_role("link", name="S-0", exact=True).focus()
    page.keyboard.press("e")
    page.keyboard.type("7000")
    page.keyboard.press("Enter")
    page.keyboard.type("4 200,50")
    page.keyboard.press("Tab")
    page.keyboard.type("Vu en COTECH")
    page.keyboard.press("Enter")
    # The balance follows what is typed, without a reload.
    solde.locator("text=1 dépassée").wait_for()
    solde.get_by_text(re.compile(r"16\s200,50")).first.wait_for()
    assert montants() == [7000, D("4200.50"), 5000]
    page.keyboard.press("Escape")

    page.locator(f"a[data-saisie='{demandes[0].pk}'][data-champ=montant]").click()
    page.keyboard.type("20001")
    page.keyboard.press("Enter")
    page.locator(f"#erreur-montant-{demandes[0].pk}", has_text="coût total").wait_for()
    assert "422" in erreurs_du_navigateur.pop()
    page.keyboard.press("Escape")
    axe(page)

    page.get_by_role("button", name="Partager").click()
    page.get_by_role("dialog").get_by_role("button", name="Partager").click()
    page.get_by_role("link", name=re.compile("^Proposer ces montants")).click()
    page.get_by_text("2 lignes seront proposées").wait_for()
    axe(page)
    page.get_by_role("button", name=re.compile("^Proposer 2 montants")).click()
    page.get_by_role("heading", name="Proposition des montants", level=1).wait_for()
    assert Scenario.objects.get().etat == "partage"  # until the job is done


def test_sur_un_telephone_une_selection_s_ajuste(page_de, contrat, gens, demandes, axe):
    page = page_de(utilisateur=gens.chef.utilisateur, taille=TELEPHONE)
    page.goto(f"/c/{contrat.slug}/2026/scenarios/nouveau/")
    page.get_by_label("Nom").fill("À − 10 %")
    page.get_by_role("button", name="Créer le scénario").click()
    for rang in (0, 2):
        page.get_by_role("checkbox", name=f"Choisir S-{rang}").check()
    barre = page.locator("[data-barre-selection]")
    barre.get_by_text("2 lignes choisies").wait_for()
    barre.get_by_label("Pourcentage").fill("-10")
    barre.get_by_role("button", name="Ajuster").click()
    page.get_by_text("2 montants changés").wait_for()
    assert montants() == [4500, 5000, 4500]
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.goto(f"/c/{contrat.slug}/2026/scenarios/comparer/?scenario={Scenario.objects.get().pk}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
