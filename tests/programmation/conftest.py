"""The people and the money around one file: État, a département, the COPIL, and who acts for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat, Reunion
from programmation.models import Dossier
from tests.fabriques import ComiteFactory, DossierFactory, OrganismeFactory, ReunionFactory

LE = datetime(2026, 4, 10, 14, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def le() -> datetime:
    """When the acts of a test are recorded."""
    return LE


@pytest.fixture
def copil(contrat: Contrat) -> Reunion:
    """The meeting of 10 April 2026 that validates the programming."""
    return ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))


@pytest.fixture
def dossier(contrat: Contrat) -> Dossier:
    """A file of the test's contract, under instruction, of 20 000 €."""
    return DossierFactory(contrat=contrat, en_instruction=True, cout_total=Decimal(20_000))


@pytest.fixture
def gens(contrat: Contrat, auteur_de: Callable[..., Auteur]) -> Any:
    """Two funders, and one person per role: `gens.chef`, `gens.instructeur` and `gens.decideur` of `gens.departement`…

    `gens.voisin` decides for the other funder, `gens.region`.
    """
    departement, region = OrganismeFactory(departement=True), OrganismeFactory(departement=True)
    return SimpleNamespace(
        departement=departement,
        region=region,
        chef=auteur_de(Role.CHEF_DE_PROJET),
        instructeur=auteur_de(Role.INSTRUCTEUR, organisme=departement),
        decideur=auteur_de(Role.DECIDEUR, organisme=departement),
        voisin=auteur_de(Role.DECIDEUR, organisme=region),
        delegue=auteur_de(Role.DELEGUE_PREFET),
        porteur=auteur_de(Role.PORTEUR),
        copil=auteur_de(Role.MEMBRE_COPIL),
        conseil=auteur_de(Role.CONSEIL_CITOYEN),
        signataire=auteur_de(Role.SIGNATAIRE),
    )
