"""The people and the money around one file: État, a département, the COPIL, and who acts for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat, Reunion
from programmation import actions
from programmation.models import Courrier, Dossier
from tests.api.conftest import Appelant
from tests.fabriques import (
    ActeDecisionFactory,
    CleDuContratFactory,
    ComiteFactory,
    DemandeFactory,
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


def connecte(auteur: Any) -> Client:
    """A browser where this author is signed in."""
    client = Client()
    client.force_login(auteur.utilisateur)
    return client


@pytest.fixture
def chez(contrat: Contrat) -> Callable[..., str]:
    """`chez("dossier", numero=…)`: an address of the test's contract in 2026."""
    return lambda nom, **cles: reverse(f"programmation:{nom}", kwargs={"contrat": contrat.slug, "annee": 2026, **cles})


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


# --- The letters of the Département -----------------------------------------------------------------------------------
@pytest.fixture
def acte(contrat: Any, gens: Any) -> Any:
    """The Département's délibération."""
    return ActeDecisionFactory(contrat=contrat, organisme=gens.departement, numero="CP/2026/118")


@pytest.fixture
def programme(contrat: Any, gens: Any) -> Any:
    """A programmed file whose porteur has an account."""
    return DossierFactory(
        contrat=contrat,
        programme=True,
        numero="2026-0001",
        intitule="Ateliers d’été",
        porteur=gens.porteur.organisme,
    )


@pytest.fixture
def votee(programme: Any, gens: Any, acte: Any) -> Any:
    return DemandeFactory(dossier=programme, financeur=gens.departement, votee=True, acte=acte)


@pytest.fixture
def ouvrir(gens: Any, le: Any, executer_travaux: Any) -> Any:
    """`ouvrir(acte)`: the lot and its letters, opened by the Département's decider unless told otherwise."""

    def faire(acte: Any, campagne: Any, par: Any = None) -> Any:
        lot = actions.ouvrir_les_courriers(campagne, gens.departement, acte=acte, par=par or gens.decideur, le=le)
        executer_travaux()
        return lot

    return faire


@pytest.fixture
def courrier(programme: Any, votee: Any, acte: Any, ouvrir: Any) -> Courrier:
    """The letter of the vote, to be read again."""
    ouvrir(acte, programme.campagne)
    return Courrier.objects.get()


@pytest.fixture
def page(chez: Any) -> Any:
    """`page(par, "lot_courriers", lot=…)`: a client signed in, and the address."""

    def faire(par: Any, route: str, **cles: Any) -> tuple[Client, str]:
        return connecte(par), chez(route, **cles)

    return faire


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
