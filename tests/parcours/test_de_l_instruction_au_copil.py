"""The main job, as people do it: instruct a file with its funders, take it to the COPIL, record each funder's act."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from commun import travaux
from commun.models import Travail
from portail.demo.comptes import DOMAINE, MOT_DE_PASSE
from programmation.models import DemandeFinancement, Dossier

pytestmark = pytest.mark.navigateur

ANNEE = "/c/porte-du-hainaut/2027"


def _a_proposer() -> Dossier:
    """A file under instruction that waits for the State's proposal, and which the agglomération funds too."""
    return (
        Dossier.objects.filter(campagne__annee=2027, etat="en_instruction")
        .filter(demandes__financeur__sigle="État", demandes__etat="demandee")
        .filter(demandes__financeur__sigle="CAPH")
        .order_by("numero")
        .first()
    )


def test_un_dossier_va_de_l_instruction_a_l_acte_du_financeur(page_du_compte, page_de, axe, erreurs_du_navigateur):
    page = page_de(None)
    page.goto("/")
    page.locator("input[name=login]").fill(f"chef-de-projet@{DOMAINE}")
    page.locator("input[name=password]").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="La Porte du Hainaut 2027").wait_for()
    axe(page)

    dossier = _a_proposer()
    etat = DemandeFinancement.objects.filter(dossier=dossier, financeur__sigle="État", etat="demandee").first()

    # The State's instructeur proposes on its own row, and on no other.
    etat_page = page_du_compte("instructeur-etat")
    etat_page.goto(f"{ANNEE}/programmation/?q={dossier.numero}")
    etat_page.get_by_role("link", name=dossier.numero, exact=True).click()
    assert etat_page.get_by_role("link", name=re.compile("Proposer un montant pour CAPH")).count() == 0
    etat_page.locator(f"a[href$='demandes/{etat.pk}/proposer/']").click()
    etat_page.get_by_label("Montant proposé").fill("999 999 999")
    etat_page.get_by_role("button", name="Proposer un montant").click()
    assert "dépasse le coût total" in etat_page.locator("main").inner_text()
    assert etat_page.get_by_label("Montant proposé").input_value() == "999 999 999"
    assert "422" in erreurs_du_navigateur.pop()
    etat_page.get_by_label("Montant proposé").fill("1 234,50")
    etat_page.get_by_role("button", name="Proposer un montant").click()
    etat_page.get_by_text("État : la proposition est enregistrée").wait_for()
    axe(etat_page)

    # The chef de projet proposes for those who have not, naming the document read.
    for demande in DemandeFinancement.objects.filter(dossier=dossier, etat="demandee"):
        page.goto(f"{ANNEE}/dossiers/{dossier.numero}/demandes/{demande.pk}/proposer/")
        page.get_by_label("Montant proposé").fill("1000")
        if page.get_by_label("Document qui fait foi").count():
            page.get_by_label("Document qui fait foi").fill("Courriel du 18 novembre 2026")
        page.get_by_role("button", name="Proposer un montant").click()
        page.get_by_text("est enregistrée").wait_for()

    # The COPIL validates; the envelopes move.
    page.goto(f"{ANNEE}/dossiers/{dossier.numero}/")
    page.get_by_role("link", name="Valider la programmation (COPIL)").click()
    page.get_by_role("button", name="Valider la programmation").click()
    page.get_by_text(f"La programmation du dossier {dossier.numero} est validée.").wait_for()
    etat.refresh_from_db()
    assert etat.enveloppe is not None
    assert etat.enveloppe.montant_programme >= etat.montant_programme

    # The State's decider records its act: the money is firm.
    decideur = page_du_compte("decideur-etat")
    decideur.goto(f"{ANNEE}/dossiers/{dossier.numero}/")
    decideur.locator(f"a[href$='demandes/{etat.pk}/voter/']").click()
    decideur.get_by_label("Instance").fill("Préfet du Nord")
    decideur.get_by_label("Numéro de l’acte").fill("2027-ARR-001")
    decideur.get_by_label("Pris le").fill(timezone.localdate().isoformat())
    decideur.get_by_role("button", name="Enregistrer l’acte du financeur").click()
    decideur.get_by_text("son montant est ferme").wait_for()
    assert "1 234,50" in decideur.locator("#financeurs").inner_text().replace("\u202f", " ")
    axe(decideur)


def test_le_copil_valide_une_selection_et_chaque_refus_dit_pourquoi(page_du_compte, axe):
    page = page_du_compte("chef-de-projet")
    page.goto(f"{ANNEE}/programmation/?etat=en_instruction")
    cases = page.get_by_role("checkbox", name=re.compile("Choisir le dossier"))
    for rang in range(3):
        cases.nth(rang).check()
    assert "3 dossiers choisis" in page.locator("[data-barre-selection]").inner_text()
    page.get_by_role("button", name="Valider la programmation…").click()
    page.get_by_role("heading", name="Valider la programmation de 3 dossiers").wait_for()
    axe(page)
    page.get_by_role("button", name="Valider la programmation").click()
    page.get_by_role("heading", name="Validation de la programmation").first.wait_for()

    travaux.executer(Travail.objects.get(nom="programmation.programmer_selection").pk)

    page.get_by_text(re.compile(r"dossiers? programmés?")).first.wait_for()
    axe(page)


def test_le_tableau_se_parcourt_au_clavier(page_du_compte):
    page = page_du_compte("chef-de-projet")
    page.goto(f"{ANNEE}/programmation/")
    liens = page.locator("[data-tableau] tbody th a")
    liens.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")

    assert page.evaluate("document.activeElement.textContent") == liens.nth(1).inner_text()
    assert page.locator("input[name=numero]:checked").count() == 1

    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/dossiers/" in page.url


def test_les_filtres_se_lisent_dans_l_adresse_et_se_retirent(page_du_compte):
    page = page_du_compte("chef-de-projet")
    page.goto(f"{ANNEE}/programmation/")
    page.locator("select[name=etat]").select_option(label="En instruction")
    page.get_by_role("list", name="Filtres posés").get_by_text("En instruction").wait_for()

    assert "etat=en_instruction" in page.url

    page.get_by_role("list", name="Filtres posés").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"programmation/\?(?!.*etat=en)"))
