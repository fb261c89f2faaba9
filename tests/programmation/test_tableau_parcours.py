"""The instruction table by keyboard, in a real browser: typed, refused, met by somebody else, never lost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from contrats.etats import Role
from programmation import actions
from programmation.models import DemandeFinancement, Dossier
from programmation.tables import POUR_SAISIR
from tests.fabriques import DemandeFactory, DossierFactory

pytestmark = pytest.mark.navigateur


@pytest.fixture
def demandes(contrat: Any, gens: Any) -> list[DemandeFinancement]:
    """Three files that ask the département for 5 000 €."""
    dossiers = [DossierFactory(contrat=contrat, numero=f"S-{rang}", en_instruction=True) for rang in range(3)]
    return [
        DemandeFactory(dossier=dossier, financeur=gens.departement, montant_demande=Decimal(5000))
        for dossier in dossiers
    ]


def adresse(contrat: Any) -> str:
    return f"/c/{contrat.slug}/2026/programmation/"


def proposes(demandes: list[DemandeFinancement]) -> list[Decimal | None]:
    return [DemandeFinancement.objects.get(pk=demande.pk).montant_propose for demande in demandes]


def test_un_financeur_tape_ses_propositions_au_clavier(page_de, contrat, gens, demandes, axe, erreurs_du_navigateur):
    page = page_de(utilisateur=gens.instructeur.utilisateur)
    page.goto(adresse(contrat))
    page.get_by_role("link", name=re.compile("^Saisir les propositions")).click()
    page.locator("[data-saisie]").first.wait_for()
    axe(page)
    touche = page.keyboard

    # From the file's number: e opens the cell, Enter saves it and goes down, Tab saves it and goes right.
    page.get_by_role("link", name="S-0", exact=True).focus()
    touche.press("e")
    touche.type("1200")
    touche.press("Enter")
    touche.type("800,50")
    touche.press("Tab")
    touche.type("Sous réserve du bilan")
    touche.press("Enter")
    page.locator("td.saisie", has_text="Sous réserve du bilan").wait_for()
    page.locator("tfoot", has_text=re.compile(r"2\s000,50")).wait_for()  # the totals follow
    assert proposes(demandes) == [Decimal(1200), Decimal("800.50"), None]
    assert DemandeFinancement.objects.get(pk=demandes[1].pk).conditions == "Sous réserve du bilan"

    # Escape gives the cell back as it was; the arrows walk the cells without opening them.
    touche.press("Escape")
    touche.press("ArrowLeft")
    ici = page.evaluate("document.activeElement.dataset")
    assert (ici["saisie"], ici["champ"]) == (str(demandes[2].pk), "montant")
    touche.press("ArrowUp")
    touche.press("Enter")
    touche.type("7")
    touche.press("Escape")
    assert proposes(demandes) == [Decimal(1200), Decimal("800.50"), None]

    # A refused cell keeps what was typed and says why, beside it.
    touche.press("e")
    touche.type("999999")
    touche.press("Enter")
    erreur = page.locator(f"#erreur-montant-{demandes[1].pk}")
    erreur.wait_for()
    assert "dépasse le coût total" in erreur.inner_text()
    assert page.locator(f".champ-saisie[data-saisie='{demandes[1].pk}']").input_value() == "999999"
    assert "422" in erreurs_du_navigateur.pop()
    axe(page)


def test_deux_personnes_sur_une_ligne_aucune_saisie_perdue(page_de, contrat, gens, demandes, erreurs_du_navigateur):
    page = page_de(utilisateur=gens.instructeur.utilisateur)
    page.goto(f"{adresse(contrat)}?{'&'.join(f'colonnes={cle}' for cle in POUR_SAISIR)}")
    cellule = page.locator(f"a[data-saisie='{demandes[0].pk}'][data-champ='montant']")
    actions.proposer(demandes[0], montant=Decimal(3000), par=gens.decideur, le=timezone.now())

    cellule.click()
    page.keyboard.type("2000")
    page.keyboard.press("Enter")

    erreur = page.locator(f"#erreur-montant-{demandes[0].pk}")
    erreur.wait_for()
    assert "modifié cette ligne" in erreur.inner_text()
    assert "409" in erreurs_du_navigateur.pop()
    assert proposes(demandes[:1]) == [Decimal(3000)]
    champ = page.locator(f".champ-saisie[data-saisie='{demandes[0].pk}']")
    assert champ.input_value() == "2000"
    champ.press("Enter")
    page.locator(f"a[data-saisie='{demandes[0].pk}'][data-champ='montant']", has_text=re.compile(r"2\s000")).wait_for()
    assert proposes(demandes[:1]) == [Decimal(2000)]


def test_sans_javascript_la_case_mene_a_la_page_de_la_proposition(page_de, contrat, gens, demandes):
    page = page_de(utilisateur=gens.instructeur.utilisateur, javascript=False)
    page.goto(f"{adresse(contrat)}?colonnes=numero&colonnes=notre_proposition")
    page.get_by_role("link", name=re.compile("Sa proposition, dossier S-0")).click()
    page.get_by_label("Montant proposé").fill("1500")
    page.get_by_role("button", name="Proposer un montant").click()
    page.get_by_text("la proposition est enregistrée").wait_for()
    assert proposes(demandes[:1]) == [Decimal(1500)]


def test_un_telephone_montre_les_cases_a_saisir_dans_des_cartes(page_de, contrat, auteur_de, gens, demandes, axe):
    chef = auteur_de(Role.CHEF_DE_PROJET)
    page = page_de(utilisateur=chef.utilisateur, taille={"width": 360, "height": 800})
    colonnes = "&".join(f"colonnes={cle}" for cle in POUR_SAISIR)
    page.goto(f"{adresse(contrat)}?{colonnes}&financeur={gens.departement.pk}")
    page.get_by_label("Document qui fait foi").fill("Courriel du 12 mars")
    page.locator("a[data-champ='montant']").first.click()
    page.keyboard.type("100")
    page.keyboard.press("Tab")
    page.locator("td.saisie", has_text="100").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)


def test_une_carte_se_deplace_au_clavier_a_la_souris_et_par_son_menu(page_de, contrat, gens, axe):
    for rang in range(3):
        DossierFactory(contrat=contrat, numero=f"K-{rang}", complet=True)
    page = page_de(utilisateur=gens.chef.utilisateur)
    page.goto(f"{adresse(contrat)}kanban/")
    axe(page)

    def etat(rang: int) -> str:
        return Dossier.objects.get(numero=f"K-{rang}").etat

    # By keyboard: Shift and an arrow carry the card to the next column, when a transition leads there.
    page.get_by_role("link", name="K-0", exact=True).focus()
    page.keyboard.press("Shift+ArrowLeft")  # to « Incomplet »: asks what is missing
    page.wait_for_url(re.compile("complement"))
    page.goto(f"{adresse(contrat)}kanban/")
    page.get_by_role("link", name="K-0", exact=True).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("Déclarer le dossier recevable : c’est fait").wait_for()
    assert etat(0) == "recevable"

    # By its menu, opened with m.
    page.get_by_role("link", name="K-1", exact=True).focus()
    page.keyboard.press("m")
    page.get_by_role("button", name="Déclarer le dossier recevable").locator("visible=true").click()
    page.locator("[data-colonne=recevable] [data-carte]").nth(1).wait_for()
    assert etat(1) == "recevable"

    # By drag: to a column that is not the next step, it says where the card may go.
    carte = page.locator("[data-carte]", has_text="K-2")
    carte.drag_to(page.locator("[data-colonne=programme]"))
    annonce = page.locator("[data-annonce-kanban]")
    annonce.wait_for()
    assert "peut passer à" in annonce.inner_text()
    assert etat(2) == "complet"
    carte.drag_to(page.locator("[data-colonne=recevable]"))
    page.locator("[data-colonne=recevable] [data-carte]").nth(2).wait_for()
    assert etat(2) == "recevable"
    axe(page)
