"""The tools of the journeys: a signed-in page, and an accessibility check that sees faults."""

import pytest

from contrats.etats import Role
from tests.navigateur import TELEPHONE

pytestmark = pytest.mark.navigateur


@pytest.mark.parametrize("options", [{}, {"taille": TELEPHONE}], ids=["bureau", "telephone"])
def test_la_page_de_connexion_est_accessible(page_de, axe, options):
    page = page_de(None, **options)
    page.goto("/compte/login/")

    assert page.locator("h1").count() == 1
    axe(page)


def test_une_page_de_role_est_connectee(page_de):
    page = page_de(Role.INSTRUCTEUR)
    page.goto("/compte/login/")

    assert not page.url.endswith("/compte/login/")


def test_sans_javascript_la_page_de_connexion_montre_son_formulaire(page_de):
    page = page_de(None, javascript=False)
    page.goto("/compte/login/")

    assert page.locator("main form input[name=login]").is_visible()


def test_axe_voit_une_page_fautive(page_de, axe):
    page = page_de(None)
    page.set_content("<html><body><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></body></html>")

    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_une_erreur_de_script_se_voit(page_de, erreurs_du_navigateur):
    page = page_de(None)
    page.set_content("<html lang='fr'><script>inconnu()</script></html>")

    assert any("inconnu" in erreur for erreur in erreurs_du_navigateur)
    erreurs_du_navigateur.clear()
