"""A session in two browsers: one types by keyboard, the other shows; then the decisions are applied."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commun import travaux
from commun.models import Travail
from contrats.etats import Role
from contrats.models import Contrat
from programmation.models import Enveloppe, ExamenDossier
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    OrganismeFactory,
    ReunionFactory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seance(contrat: Contrat) -> str:
    """The address of a COPIL held on 10 April; three files of 5 000 €, on an envelope that bears two of them."""
    reunion = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))
    dispositif, financeur = DispositifFactory(), OrganismeFactory(departement=True, sigle="Dép")
    for rang in range(1, 4):
        dossier = DossierFactory(
            contrat=contrat, numero=f"26-{rang:03d}", dispositif=dispositif, en_instruction=True, localise=True
        )
        DemandeFactory(dossier=dossier, financeur=financeur, proposee=True)
    DeportFactory(dossier=dossier)
    Enveloppe.objects.update(montant=Decimal(10_000))
    return f"/c/{contrat.slug}/seances/{reunion.pk}/"


def _texte(page: Any, quoi: str = "main") -> str:
    return re.sub(r"[\u202f\u00a0]", " ", page.locator(quoi).inner_text())


def test_une_seance_se_tient_au_clavier_et_se_projette(seance: str, page_de: Callable[..., Any], axe: Any) -> None:
    page, salle = page_de(Role.CHEF_DE_PROJET), page_de(Role.CHEF_DE_PROJET)
    page.goto(seance)
    axe(page)
    page.get_by_role("button", name="Inscrire les dossiers proposés").click()
    page.get_by_text("3 dossiers ajoutés à la liste").wait_for()
    axe(page)
    page.get_by_role("link", name="Commencer la saisie").click()
    page.get_by_role("heading", name=re.compile("26-001")).wait_for()
    axe(page)

    # The room follows what is typed, before any decision.
    salle.goto(seance + "projection/")
    axe(salle)
    champ = page.get_by_label(re.compile("Montant retenu"))
    champ.fill("4 000")
    champ.press("Tab")
    page.get_by_text("Saisie enregistrée").wait_for()
    salle.get_by_role("cell", name="4 000").first.wait_for()
    assert "il reste 6 000 €" in _texte(salle)

    # Letters decide once out of the field; the next file comes by itself, on both screens.
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator("body").press("r")
    page.get_by_role("heading", name=re.compile("26-002")).wait_for()
    salle.get_by_text(re.compile("26-002")).first.wait_for()

    # One goes to a file by its number, and comes back by an arrow.
    page.keyboard.press("g")
    page.keyboard.type("26-001")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Retenu" in _texte(page, ".seance-tete")
    with page.expect_navigation():
        page.locator("body").press("ArrowRight")

    # Letters decide from any file; the last decision leads back to the list.
    champ = page.get_by_label(re.compile("Montant retenu"))
    champ.fill("1 500")
    champ.press("Escape")
    with page.expect_navigation():
        page.locator("body").press("r")
    page.get_by_role("heading", name=re.compile("26-003")).wait_for()
    assert "se retire : ne prend pas part" in _texte(page)
    page.get_by_label("Question à arbitrer, ou motif").fill("Bilan attendu.")
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator("body").press("j")
    page.get_by_text("Tous les dossiers de la liste sont examinés").wait_for()

    # The decisions are applied by a job, and its result stays at its address.
    page.get_by_role("link", name="Appliquer les décisions…").click()
    axe(page)
    page.get_by_role("button", name="Appliquer les décisions").click()
    page.get_by_role("heading", name="Application des décisions").first.wait_for()
    travaux.executer(Travail.objects.get(nom="programmation.appliquer_seance").pk)
    page.get_by_text("3 dossiers traités").wait_for()
    axe(page)
    assert Enveloppe.objects.get().montant_programme == 5500


def test_deux_personnes_la_seconde_est_prevenue_sans_rien_perdre(
    seance: str, page_de: Callable[..., Any], erreurs_du_navigateur: list[str]
) -> None:
    page, autre = page_de(Role.CHEF_DE_PROJET), page_de(Role.CHEF_DE_PROJET)
    page.goto(seance)
    page.get_by_role("button", name="Inscrire les dossiers proposés").click()
    examen = ExamenDossier.objects.order_by("ordre").first()
    adresse = f"{seance}dossiers/{examen.pk}/"
    page.goto(adresse)
    autre.goto(adresse)
    autre.get_by_text("conduit aussi cette séance").wait_for()
    autre.get_by_label(re.compile("Montant retenu")).fill("2000")
    with autre.expect_navigation():
        autre.get_by_role("button", name="Retenir").click()

    champ = page.get_by_label(re.compile("Montant retenu"))
    champ.fill("3000")
    champ.press("Tab")

    page.get_by_text("a saisi ce dossier entre-temps").wait_for()
    assert champ.input_value() == "3000"
    assert examen.montants.get().montant == 2000
    assert "409" in erreurs_du_navigateur.pop()
    with page.expect_navigation():
        page.get_by_role("button", name="Retenir").click()
    assert examen.montants.get().montant == 3000


def test_la_saisie_tient_sur_un_telephone_et_sans_script(seance: str, page_de: Callable[..., Any], axe: Any) -> None:
    page = page_de(Role.CHEF_DE_PROJET, taille=TELEPHONE, javascript=False)
    page.goto(seance)
    page.get_by_role("button", name="Inscrire les dossiers proposés").click()
    page.get_by_role("link", name="Commencer la saisie").click()
    page.get_by_label(re.compile("Montant retenu")).fill("2500")
    page.get_by_role("button", name="Retenir").click()
    page.get_by_role("heading", name=re.compile("26-002")).wait_for()
    large = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert large == 0
