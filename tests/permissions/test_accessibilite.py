"""Every page of the contract under axe, as those who read most of it: the lead, a signatory, a porteur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contrats.etats import Role
from tests.navigateur import BUREAU, TELEPHONE
from tests.permissions import monde as lieux
from tests.permissions.test_matrice import CONNUES, adresse, lue

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

# Read as files, or by a script of another page.
SANS_PAGE = {
    "contrats:agenda_reunion",
    "contrats:avancement_paquet",
    "contrats:exporter_revue",
    "contrats:flux_calendrier",
    "contrats:lignes_refusees",
    "contrats:modele_engagements",
    "contrats:paquet",
    "contrats:piece",
    "contrats:piece_d_acte",
    "contrats:preuve",
}


def test_les_pages_ecartees_existent() -> None:
    assert set(CONNUES) >= SANS_PAGE


@pytest.mark.parametrize(
    ("role", "taille"),
    [(Role.CHEF_DE_PROJET, BUREAU), (Role.SIGNATAIRE, TELEPHONE), (Role.PORTEUR, TELEPHONE)],
    ids=lambda valeur: str(valeur) if isinstance(valeur, Role) else "",
)
def test_chaque_page_du_contrat_respecte_l_accessibilite(
    page_de: Callable[..., Any], axe: Any, role: Role, taille: dict[str, int]
) -> None:
    monde = lieux.creer()
    personne = monde.personnes[role]
    page = page_de(utilisateur=personne, taille=taille)
    noms = [n for n in CONNUES if n.startswith("contrats:") and n not in SANS_PAGE and lue(n, role)]

    fautes = []
    for nom in noms:
        reponse = page.goto(adresse(nom, monde.chez_soi, personne))
        try:
            assert reponse.ok, f"{page.url} answers {reponse.status}"
            axe(page)
            large = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert large == 0, f"{page.url} scrolls sideways"
        except AssertionError as faute:
            fautes.append(str(faute))

    assert len(noms) >= 20
    assert not fautes, "\n".join(fautes)
