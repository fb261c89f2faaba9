"""The people and the money around one file: État, a département, the COPIL, and who acts for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat, Reunion
from programmation.models import Dossier
from tests.api.conftest import Appelant
from tests.fabriques import (
    CleDuContratFactory,
    ComiteFactory,
    DossierFactory,
    HabilitationFactory,
    JetonApiFactory,
    OrganismeFactory,
    ReunionFactory,
)

LE = datetime(2026, 9, 10, 14, tzinfo=ZoneInfo("Europe/Paris"))


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


class Gens:
    """Two funders, and one person per role, made when first named.

    `gens.instructeur` and `gens.decideur` act for `gens.departement`; `gens.voisin` decides for `gens.region`.
    """

    _ROLES = {
        "chef": Role.CHEF_DE_PROJET,
        "instructeur": Role.INSTRUCTEUR,
        "decideur": Role.DECIDEUR,
        "voisin": Role.DECIDEUR,
        "delegue": Role.DELEGUE_PREFET,
        "porteur": Role.PORTEUR,
        "copil": Role.MEMBRE_COPIL,
        "conseil": Role.CONSEIL_CITOYEN,
        "signataire": Role.SIGNATAIRE,
    }

    def __init__(self, auteur_de: Callable[..., Auteur]) -> None:
        self._auteur_de = auteur_de
        self.departement = OrganismeFactory(departement=True)
        self.region = OrganismeFactory(departement=True)

    def __getattr__(self, nom: str) -> Auteur:
        if nom not in self._ROLES:
            raise AttributeError(nom)
        organisme = {"instructeur": self.departement, "decideur": self.departement, "voisin": self.region}.get(nom)
        personne = self._auteur_de(self._ROLES[nom], organisme=organisme)
        setattr(self, nom, personne)
        return personne


@pytest.fixture
def gens(auteur_de: Callable[..., Auteur]) -> Gens:
    """Who acts in the test's contract."""
    return Gens(auteur_de)


@pytest.fixture
def systeme(contrat: Contrat) -> Callable[..., Appelant]:
    """`systeme(organisme, role)`: the information system of an organisation, a decider by default."""

    def faire(organisme: Any, role: Role = Role.DECIDEUR) -> Appelant:
        HabilitationFactory(contrat=contrat, organisme=organisme, role=role)
        secret = f"pv_{organisme.pk}-{role.value}"
        jeton = JetonApiFactory(organisme=organisme, secret=secret)
        CleDuContratFactory(contrat=contrat, jeton=jeton)
        return Appelant(contrat, jeton, secret)

    return faire
