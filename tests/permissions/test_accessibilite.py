"""Every page under axe, as those who read most of it: the lead, a signatory, a funder, a porteur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error

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
    "contrats:modele_moyens",
    "contrats:paquet",
    "contrats:piece",
    "contrats:piece_d_acte",
    "contrats:preuve",
    "programmation:bilan",
    "programmation:courrier_du_dossier",
    "programmation:courrier_pdf",
    "programmation:demande_pdf",
    "programmation:ensemble_courriers",
    "programmation:equilibre",
    "programmation:export",
    "programmation:exporter_comparaison",
    "programmation:exporter_enveloppes",
    "programmation:exporter_scenario",
    "programmation:exporter_vacances",
    "programmation:hors_ligne",
    "programmation:import_refusees",
    "programmation:lettre_enveloppe",
    "programmation:note_de_cadrage",
    "programmation:piece_acte",
    "programmation:piece_demande",
    "programmation:piece_message",
    "programmation:piece_organisme",
    "programmation:releve",
    "programmation:reports_export",
}
LUS_PAR = [
    ("contrats", Role.CHEF_DE_PROJET, BUREAU),
    ("contrats", Role.SIGNATAIRE, TELEPHONE),
    ("contrats", Role.PORTEUR, TELEPHONE),
    ("programmation", Role.CHEF_DE_PROJET, BUREAU),
    ("programmation", Role.INSTRUCTEUR, TELEPHONE),
    ("programmation", Role.PORTEUR, TELEPHONE),
]


def test_les_pages_ecartees_existent() -> None:
    assert set(CONNUES) >= SANS_PAGE


@pytest.mark.parametrize(("app", "role", "taille"), LUS_PAR, ids=[f"{app}-{role}" for app, role, _ in LUS_PAR])
def test_chaque_page_respecte_l_accessibilite(
    page_de: Callable[..., Any], axe: Any, app: str, role: Role, taille: dict[str, int]
) -> None:
    monde = lieux.creer()
    personne = monde.personnes[role]
    page = page_de(utilisateur=personne, taille=taille)
    noms = [n for n in CONNUES if n.startswith(f"{app}:") and n not in SANS_PAGE and lue(n, role)]

    fautes = []
    for nom in noms:
        try:
            reponse = page.goto(adresse(nom, monde.chez_soi, personne))
            assert reponse.ok, f"{page.url} answers {reponse.status}"
            axe(page)
            large = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert large == 0, f"{page.url} scrolls sideways"
        except (AssertionError, Error) as faute:  # a download is no page: it stands in SANS_PAGE
            fautes.append(f"{nom}: {faute}")

    assert len(noms) >= 20
    assert not fautes, "\n".join(fautes)
