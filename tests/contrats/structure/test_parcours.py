"""In a real browser: the structure edited in place with the keyboard, and every page of this part under axe."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from contrats.actions.structure import figer_contrat_signe
from contrats.etats import Role
from contrats.models import Objectif
from tests.fabriques import (
    ActeDecisionFactory,
    ActionContratFactory,
    ContenuPrioritesFactory,
    FicheActeurFactory,
    NoteEscaladeFactory,
    ObjectifFactory,
    OrientationFactory,
    PrioritesCommunalesFactory,
    RessourceFactory,
    SignataireFactory,
    VoletCommunalFactory,
)
from tests.navigateur import BUREAU, TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(contrat: Any, auteur_de: Any) -> list[str]:
    """One row of each kind, and the addresses of the pages that show them."""
    objectif = ObjectifFactory(orientation__contrat=contrat, ambition="Agir", prioritaire=True)
    signataire = SignataireFactory(contrat=contrat)
    acte = ActeDecisionFactory(contrat=contrat)
    origine = figer_contrat_signe(
        contrat, signe_le=date(2024, 4, 10), par=auteur_de(Role.CHEF_DE_PROJET), le=timezone.now()
    )
    OrientationFactory(contrat=contrat)
    volet = VoletCommunalFactory(contrat=contrat)
    ancien = PrioritesCommunalesFactory(contrat=contrat, commune=volet.commune, annee=2025)
    document = PrioritesCommunalesFactory(contrat=contrat, commune=volet.commune)
    ContenuPrioritesFactory(priorites=ancien, texte="Le marché ferme.")
    ContenuPrioritesFactory(priorites=document, texte="Le marché rouvre.")
    action = ActionContratFactory(contrat=contrat, objectif=objectif)
    ressource = RessourceFactory(contrat=contrat, orientation=objectif.orientation)
    fiche = FicheActeurFactory(contrat=contrat, organisme=ressource.organisme)
    note = NoteEscaladeFactory(contrat=contrat, au_cotech=True)
    code = volet.commune.code
    suites = [
        "structure/",
        f"structure/orientations/{objectif.orientation_id}/",
        f"structure/objectifs/{objectif.pk}/",
        "structure/signataires/",
        f"structure/signataires/{signataire.pk}/",
        "structure/actes/",
        f"structure/actes/{acte.pk}/",
        "structure/avenants/",
        f"structure/avenants/{origine.pk}/",
        "structure/avenants/ajouter/",
        "structure/avenants/comparer/",
        "volets/",
        f"volets/{code}/",
        f"volets/{code}/modifier/",
        f"volets/{code}/adopter/",
        "2026/priorites/",
        f"2026/priorites/{code}/",
        f"2026/priorites/{code}/01_diagnostic/",
        "plan/",
        f"plan/{action.pk}/",
        f"plan/{action.pk}/modifier/",
        "droit-commun/",
        "droit-commun/arbre/",
        f"droit-commun/{ressource.pk}/",
        f"droit-commun/{ressource.pk}/modifier/",
        "acteurs/",
        f"acteurs/{fiche.organisme_id}/",
        f"acteurs/{fiche.organisme_id}/modifier/",
        "escalades/",
        f"escalades/{note.pk}/",
        f"escalades/{note.pk}/modifier/",
    ]
    return [f"/c/{contrat.slug}/{suite}" for suite in suites]


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_les_pages_respectent_l_accessibilite(pages, page_de, axe, taille: dict[str, int]) -> None:
    page = page_de(Role.CHEF_DE_PROJET, taille=taille)
    for adresse in pages:
        assert page.goto(adresse).status == 200, adresse
        for repli in page.locator("main details:not([data-menu])").all():
            repli.evaluate("d => d.open = true")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= taille["width"], adresse


def test_un_objectif_se_modifie_et_se_deplace_au_clavier(
    contrat: Any, page_de: Any, axe: Any, erreurs_du_navigateur: list[str]
) -> None:
    orientation = OrientationFactory(contrat=contrat)
    premier, second = (
        ObjectifFactory(orientation=orientation, code=code, nom=f"Objectif {code}", ordre=rang)
        for rang, code in enumerate("ab")
    )
    page = page_de(Role.CHEF_DE_PROJET)
    page.goto(f"/c/{contrat.slug}/structure/?ouverte={orientation.pk}")

    page.focus(f"#modifier-objectif-{premier.pk}")
    page.keyboard.press("Enter")
    page.locator(f"#id_b{premier.pk}-code:focus").wait_for()
    axe(page)
    page.fill(f"#id_b{premier.pk}-nom", "")
    page.click(".objectif-en-edition button[type=submit]")
    page.wait_for_selector(".resume-erreurs")
    assert page.locator(f"#nom-{orientation.pk}").is_visible()  # the rest of the orientation stays
    assert all("422" in erreur for erreur in erreurs_du_navigateur)
    erreurs_du_navigateur.clear()
    page.fill(f"#id_b{premier.pk}-nom", "Objectif revu")
    page.click(".objectif-en-edition button[type=submit]")
    page.locator(f"#modifier-objectif-{premier.pk}:focus").wait_for()

    page.focus(f"#haut-objectif-{second.pk}")
    page.keyboard.press("Enter")
    page.locator(f"#haut-objectif-{second.pk}[disabled]").wait_for()
    ordre = Objectif.objects.filter(orientation=orientation).order_by("ordre").values_list("nom", flat=True)
    assert list(ordre) == ["Objectif b", "Objectif revu"]
