"""What every test stands on: real PostgreSQL and Redis, no other network, no message sent, no undefined variable."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as reglages
from django.core.cache import cache
from django.db import connection
from django.template import Node, engines
from django.test import Client
from django.utils import timezone

from commun import travaux
from commun.auteur import Auteur
from commun.models import EtatTravail, Travail
from contrats.etats import Role
from contrats.models import Contrat
from tests.fabriques import ContratFactory, HabilitationFactory, OrganismeFactory
from tests.navigateur import axe, erreurs_du_navigateur, navigateur, page_de, pytest_terminal_summary

__all__ = ["axe", "erreurs_du_navigateur", "navigateur", "page_de", "pytest_terminal_summary"]

PARIS = ZoneInfo("Europe/Paris")


# --- No network ------------------------------------------------------------------------------------------------------
class ReseauFerme(AssertionError):
    """A test tried to reach something else than this machine and the Redis of the settings."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A session that a server of the tests left open does not keep the database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as curseur:
        curseur.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def reseau_ferme() -> Iterator[None]:
    """Refuse any connection and name resolution outside this machine (PostgreSQL's driver has sockets of its own)."""
    permis = {"localhost", "127.0.0.1", "::1", "", None, urlsplit(reglages.REDIS_URL).hostname}

    def verifier(hote: Any) -> None:
        hote = hote.decode() if isinstance(hote, bytes) else hote
        if hote not in permis and not str(hote).startswith("127."):
            raise ReseauFerme(f"The network is closed in tests: {hote!r}")

    def garder(methode: Callable[..., Any]) -> Callable[..., Any]:
        def appel(prise: socket.socket, adresse: Any) -> Any:
            if prise.family != socket.AF_UNIX:
                verifier(adresse[0])
            return methode(prise, adresse)

        return appel

    resoudre = socket.getaddrinfo

    def resolution(hote: Any, *args: Any, **kwargs: Any) -> Any:
        verifier(hote)
        return resoudre(hote, *args, **kwargs)

    with pytest.MonkeyPatch.context() as remplacement:
        remplacement.setattr(socket.socket, "connect", garder(socket.socket.connect))
        remplacement.setattr(socket.socket, "connect_ex", garder(socket.socket.connect_ex))
        remplacement.setattr(socket, "getaddrinfo", resolution)
        yield


# --- No undefined variable in our templates --------------------------------------------------------------------------
class VariableIndefinie(AssertionError):
    """A template of ours shows a variable that its context does not hold."""


class _Refus:
    """Given to Django as `string_if_invalid`. Templates of installed packages keep the usual silence."""

    def __contains__(self, motif: str) -> bool:
        return motif == "%s"

    def __mod__(self, variable: Any) -> str:
        cadre = sys._getframe(1)
        while cadre is not None:
            noeud = cadre.f_locals.get("self")
            origine = getattr(noeud, "origin", None) if isinstance(noeud, Node) else None
            if origine is not None:
                if "site-packages" in origine.name:
                    return ""
                raise VariableIndefinie(f"Undefined template variable « {variable} » in {origine.name}")
            cadre = cadre.f_back
        raise VariableIndefinie(f"Undefined template variable « {variable} »")


@pytest.fixture(scope="session", autouse=True)
def variables_definies() -> Iterator[None]:
    """An undefined template variable fails, in pages, e-mails and PDFs alike."""
    with pytest.MonkeyPatch.context() as remplacement:
        remplacement.setattr(engines["django"].engine, "string_if_invalid", _Refus())
        yield


# --- A clean start ---------------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def depart_propre(request: pytest.FixtureRequest, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests that use the database start with an empty Redis database (this worker's) and no private file."""
    base = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if base or request.node.get_closest_marker("django_db"):
        cache.clear()
        # Named, not made: most tests keep no file.
        settings.RACINE_FICHIERS = tmp_path_factory.getbasetemp() / "fichiers" / str(next(_NUMEROS))


_NUMEROS = count()


# --- Jobs ------------------------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def messages_publies(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Numbers of the jobs whose message would have left: nothing is sent to the broker in a test."""
    envois: list[Any] = []
    monkeypatch.setattr(travaux, "publier", envois.append)
    return envois


@pytest.fixture
def executer_travaux(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Travail]]:
    """Do the work of every due job row, here and now, those planned on the way included; returns the rows done.

    Fails when a job does, unless told `echecs_admis=True`. The rows live in the test's own transaction.
    """
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(days=1))  # another connection would not see these rows

    def executer(*, echecs_admis: bool = False) -> list[Travail]:
        faits = []
        while rangee := _prochain(exclus=[fait.pk for fait in faits]):
            with django_capture_on_commit_callbacks(execute=True):
                travaux.executer(rangee.pk)
            rangee.refresh_from_db()
            faits.append(rangee)
            if not echecs_admis:
                assert rangee.etat == EtatTravail.FAIT, f"{rangee.nom}: {rangee.erreur}"
        return faits

    return executer


def _prochain(exclus: list[Any]) -> Travail | None:
    """The oldest job due; those already tried in this run wait for their next turn."""
    dus = Travail.objects.filter(etat=EtatTravail.A_FAIRE, a_partir_de__lte=timezone.now())
    return dus.exclude(pk__in=exclus).order_by("a_partir_de", "cree_le").first()


# --- People ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def contrat(db: None) -> Contrat:
    """The contract that a test is about."""
    return ContratFactory()


@pytest.fixture
def auteur_de(request: pytest.FixtureRequest, db: None) -> Callable[..., Auteur]:
    """`auteur_de(Role.INSTRUCTEUR)`: an author who holds this role, in the test's contract unless told otherwise.

    A chef de projet belongs to the lead; the organisation of others is new unless given.
    """

    def faire(role: Role, *, contrat: Contrat | None = None, organisme: Any = None, **limites: Any) -> Auteur:
        contrat = contrat or request.getfixturevalue("contrat")
        if organisme is None:
            organisme = contrat.pilote if role == Role.CHEF_DE_PROJET else OrganismeFactory(departement=True)
        habilitation = HabilitationFactory(contrat=contrat, organisme=organisme, role=role, **limites)
        return Auteur(utilisateur=habilitation.utilisateur, organisme=organisme)

    return faire


@pytest.fixture
def client_de(auteur_de: Callable[..., Auteur]) -> Callable[..., Client]:
    """`client_de(Role.PORTEUR, organisme=…)`: a test client signed in as a new person, its `client.auteur`."""

    def faire(role: Role, **suite: Any) -> Client:
        client = Client()
        client.auteur = auteur_de(role, **suite)  # type: ignore[attr-defined]
        client.force_login(client.auteur.utilisateur)  # type: ignore[attr-defined]
        return client

    return faire


# --- Time ------------------------------------------------------------------------------------------------------------
class Horloge:
    """The time as Django tells it (`timezone.now`, `localdate`, `auto_now`): stands still until moved."""

    def __init__(self, maintenant: datetime) -> None:
        self.maintenant = maintenant

    def avancer(self, **duree: float) -> datetime:
        """`horloge.avancer(seconds=30)`."""
        self.maintenant += timedelta(**duree)
        return self.maintenant

    def regler(self, *moment: int) -> datetime:
        """`horloge.regler(2026, 11, 20, 9)`, in Paris."""
        self.maintenant = datetime(*moment, tzinfo=PARIS)  # type: ignore[misc,arg-type]
        return self.maintenant


@pytest.fixture
def horloge(monkeypatch: pytest.MonkeyPatch) -> Horloge:
    """20 November 2026, nine in the morning in Paris; moved by the test only."""
    horloge = Horloge(datetime(2026, 11, 20, 9, tzinfo=PARIS))
    monkeypatch.setattr(timezone, "now", lambda: horloge.maintenant)
    return horloge
