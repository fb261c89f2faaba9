"""In a browser: a partner types its means with the keyboard, the team reads the table; the catalogue on a phone."""

from decimal import Decimal

import pytest
from django.urls import reverse

from contrats.etats import Role
from contrats.models import MoyenAnnonce
from tests.fabriques import (
    DemandeFactory,
    DossierFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)
from tests.navigateur import BUREAU, TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def largeur_en_trop(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_un_partenaire_tape_ses_moyens_et_l_equipe_les_lit(contrat, page_de, axe):
    OrientationFactory(contrat=contrat, nom_court="Santé")
    caf = SignataireFactory(contrat=contrat, organisme=OrganismeFactory(caf=True, sigle="CAF")).organisme
    tableau = reverse("evaluation:moyens", args=[contrat.slug, 2026])
    page = page_de(Role.SIGNATAIRE, organisme=caf)
    page.goto(tableau)
    axe(page)
    page.get_by_role("link", name="Annoncer nos moyens").click()
    case = page.get_by_label("Droit commun, fonctionnement, toutes orientations, non réparti")
    case.fill("12 500,50")
    assert page.locator("[data-total]").first.text_content().replace("\u202f", " ") == "12 500,50"
    case.press("ArrowDown")
    page.keyboard.type("so")
    axe(page)
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(f"**{tableau}")
    assert page.get_by_text("2 réponses enregistrées").is_visible()
    dits = dict(MoyenAnnonce.objects.values_list("section", "montant"))
    assert dits == {"fonctionnement": Decimal("12500.50"), "investissement": None}

    equipe = page_de(Role.CHEF_DE_PROJET, taille=BUREAU)
    equipe.goto(tableau)
    ligne = equipe.get_by_role("row", name="Droit commun, fonctionnement")
    assert ligne.is_visible()
    equipe.locator("summary", has_text="CAF").click()
    assert not ligne.is_visible()
    assert largeur_en_trop(equipe) == 0


def test_le_tableau_et_la_saisie_tiennent_sur_un_telephone(contrat, page_de, axe):
    OrientationFactory(contrat=contrat, nom_court="Réussite éducative")
    caf = SignataireFactory(contrat=contrat).organisme
    page = page_de(Role.SIGNATAIRE, organisme=caf, taille=TELEPHONE)
    for adresse in (
        reverse("evaluation:moyens", args=[contrat.slug, 2026]),
        reverse("contrats:importer_moyens", args=[contrat.slug, 2026]),
        reverse("contrats:annoncer_moyens", args=[contrat.slug, 2026, caf.pk]),
    ):
        page.goto(adresse)
        axe(page)
        assert largeur_en_trop(page) == 0
    page.get_by_label("NPNRU, investissement, toutes orientations, non réparti").fill("nc")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("1 réponse enregistrée").wait_for()


def test_le_catalogue_se_filtre_sur_un_telephone(contrat, page_de, axe):
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True, intitule="Un vélo pour l’emploi")
    DemandeFactory(dossier=dossier, notifiee=True)
    page = page_de(Role.CHEF_DE_PROJET, taille=TELEPHONE)
    page.goto(reverse("evaluation:catalogue", args=[contrat.slug, 2026]))
    axe(page)
    assert largeur_en_trop(page) == 0
    page.get_by_label("Mots").fill("velo")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("heading", name="Un vélo pour l’emploi").wait_for()
    axe(page)
