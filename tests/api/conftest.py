"""What the tests of the API share: a caller with a key, an organisation that signed, a contract with its codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from acteurs.models import JetonApi, Organisme
from contrats.etats import Role
from contrats.models import Contrat
from tests.fabriques import (
    CleDuContratFactory,
    HabilitationFactory,
    JetonApiFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
)


class Appelant:
    """A partner's information system: its key, its contract, calls in JSON."""

    def __init__(self, contrat: Contrat, jeton: JetonApi, secret: str) -> None:
        self.contrat, self.jeton, self.secret = contrat, jeton, secret
        self.organisme: Organisme = jeton.organisme
        self.client = Client(raise_request_exception=True)

    def __call__(self, methode: str, chemin: str, corps: Any = None, **entetes: str) -> Any:
        """Call `chemin` below the contract (from the root when it starts with /); header names with `_` for `-`."""
        adresse = chemin if chemin.startswith(("/", "http")) else f"/api/v1/contrats/{self.contrat.slug}/{chemin}"
        recus = {"Authorization": f"Bearer {self.secret}", **{n.replace("_", "-"): v for n, v in entetes.items()}}
        suite = {}
        if corps is not None:
            suite = {"data": corps, "content_type": "application/octet-stream"}
            if not isinstance(corps, bytes):
                suite = {
                    "data": corps if isinstance(corps, str) else json.dumps(corps),
                    "content_type": "application/json",
                }
        return getattr(self.client, methode)(adresse, headers=recus, **suite)

    def get(self, chemin: str, **entetes: str) -> Any:
        return self("get", chemin, **entetes)

    def post(self, chemin: str, corps: Any, **entetes: str) -> Any:
        return self("post", chemin, corps, **entetes)

    def put(self, chemin: str, corps: Any, **entetes: str) -> Any:
        return self("put", chemin, corps, **entetes)

    def patch(self, chemin: str, corps: Any, **entetes: str) -> Any:
        return self("patch", chemin, corps, **entetes)

    def delete(self, chemin: str, **entetes: str) -> Any:
        return self("delete", chemin, **entetes)


@pytest.fixture
def appelant(contrat: Contrat) -> Callable[..., Appelant]:
    """`appelant()`: a signatory's system with a key for all uses; `role`, `organisme`, `portees`, `contrat` to change it."""
    rang = iter(range(10_000))

    def faire(
        role: Role | None = Role.SIGNATAIRE,
        *,
        organisme: Organisme | None = None,
        portees: list[str] | None = None,
        ailleurs: Contrat | None = None,
        **limites: Any,
    ) -> Appelant:
        ou = ailleurs or contrat
        if organisme is None:
            organisme = ou.pilote if role == Role.CHEF_DE_PROJET else OrganismeFactory(departement=True)
        if role is not None:
            HabilitationFactory(contrat=ou, organisme=organisme, role=role, **limites)
        secret = f"pv_secret-{ou.slug}-{next(rang)}"
        options = {} if portees is None else {"portees": portees}
        jeton = JetonApiFactory(organisme=organisme, secret=secret, **options)
        CleDuContratFactory(contrat=ou, jeton=jeton)
        return Appelant(ou, jeton, secret)

    return faire


@pytest.fixture
def pilote(appelant: Callable[..., Appelant]) -> Appelant:
    """The system of the lead."""
    return appelant(Role.CHEF_DE_PROJET)


@pytest.fixture
def partenaire(appelant: Callable[..., Appelant]) -> Appelant:
    """The system of a signatory."""
    return appelant()


@pytest.fixture
def codes(contrat: Contrat) -> dict[str, Any]:
    """An orientation O1 with its objective, an axis T1, a perimeter: what the codes of the API mean."""
    orientation = OrientationFactory(contrat=contrat, code="O1")
    return {
        "orientation": orientation,
        "objectif": ObjectifFactory(orientation=orientation, code="O1.1"),
        "axe": OrientationFactory(contrat=contrat, code="T1", transversale=True),
        "perimetre": PerimetreDuContratFactory(contrat=contrat).perimetre,
    }
