"""Every role on every route, with its own objects, another organisation's and another contract's: none reachable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.permissions import Acces
from contrats.etats import Role
from tests.architecture.projet import routes
from tests.permissions import monde as lieux
from tests.permissions.exemples import AILLEURS, EQUIPE, EXEMPLES, INSTRUCTEURS
from tests.permissions.monde import ADMINISTRATEUR, QUI, Monde, Scene

pytestmark = pytest.mark.django_db

ROUTES = {r.nom: r for r in routes() if not r.tiers and r.nom not in AILLEURS}
CONNUES = [nom for nom in ROUTES if nom in EXEMPLES]

PERMIS = {200, 302, 422}
INATTEIGNABLE = {403, 404, 405}
ECRITURE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(?!django_session)', re.IGNORECASE)


def couples(vrai: Callable[[str, Any], bool]) -> pytest.MarkDecorator:
    """Parametrise by the (route, role) couples of which `vrai` holds."""
    retenus = [(nom, qui) for nom in CONNUES for qui in QUI if vrai(nom, qui)]
    return pytest.mark.parametrize(("nom", "qui"), retenus, ids=[f"{nom}-{qui}" for nom, qui in retenus])


def par_route(vrai: Callable[[str, Any], bool]) -> pytest.MarkDecorator:
    """Parametrise by the routes, each with the roles of which `vrai` holds: they are tried one after another.

    What must be refused changes nothing, so that one test may ask as everybody.
    """
    retenus = [(nom, tuple(qui for qui in QUI if vrai(nom, qui))) for nom in CONNUES]
    return pytest.mark.parametrize(
        ("nom", "roles"), [r for r in retenus if r[1]], ids=[nom for nom, roles in retenus if roles]
    )


@contextmanager
def sans_suite() -> Iterator[None]:
    """What is written inside is undone: the next role finds the world as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def permis(nom: str, qui: Any) -> bool:
    exemple = EXEMPLES[nom]
    return exemple.administrateur if qui == ADMINISTRATEUR else qui in exemple.roles


def lue(nom: str, qui: Any) -> bool:
    return EXEMPLES[nom].methode == "get" and permis(nom, qui)


def du_contrat(nom: str, qui: Any = None) -> bool:
    return "<slug:contrat>" in ROUTES[nom].motif and qui != ADMINISTRATEUR


def numerotee(nom: str, qui: Any) -> bool:
    return "<slug:contrat>" in ROUTES[nom].motif and bool(set(EXEMPLES[nom].arguments) & {"pk", "numero"})


@pytest.fixture(scope="module")
def racine(tmp_path_factory: Any) -> Path:
    """Where the files of the world lie."""
    return tmp_path_factory.mktemp("monde")


@pytest.fixture(scope="module")
def monde(django_db_setup: None, django_db_blocker: Any, racine: Path) -> Iterator[Monde]:
    """The world, made once; each test runs in a savepoint of its transaction."""
    with django_db_blocker.unblock(), override_settings(RACINE_FICHIERS=racine), transaction.atomic():
        yield lieux.creer()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def fichiers_du_monde(monde: Monde, racine: Path, depart_propre: None, settings: Any) -> None:
    """The files of the world stay where they were put."""
    settings.RACINE_FICHIERS = racine


@dataclass(frozen=True)
class Lecture:
    """What a GET on one's own answered, and what it wrote."""

    statut: int
    texte: str
    ecritures: list[str]


class Visiteur:
    """Asks as one person of the world or another, each signed in once."""

    def __init__(self) -> None:
        self.sessions: dict[int, str] = {}
        self.lectures: dict[tuple[str, Any], Lecture] = {}

    def client(self, personne: Any) -> Client:
        """A fresh browser where this person (None: nobody) is signed in."""
        client = Client()
        if personne is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[personne.pk]
        return client

    def connecter(self, personne: Any) -> None:
        client = Client()
        client.force_login(personne)
        self.sessions[personne.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def demander(self, nom: str, scene: Scene, personne: Any, methode: str = "") -> Any:
        """The answer, read to its end."""
        lieu = adresse(nom, scene, personne)
        reponse = getattr(self.client(personne), methode or EXEMPLES[nom].methode)(lieu)
        if reponse.streaming:
            contenu(reponse)
        return reponse

    def lire(self, monde: Monde, nom: str, qui: Any) -> Lecture:
        """A GET on one's own: asked once, for it writes nothing."""
        if (nom, qui) not in self.lectures:
            lieu = adresse(nom, monde.chez_soi, monde.personnes[qui])
            with CaptureQueriesContext(connection) as requetes:
                reponse = self.client(monde.personnes[qui]).get(lieu)
                texte = contenu(reponse)
            ecritures = [r["sql"] for r in requetes if ECRITURE.match(r["sql"])]
            self.lectures[nom, qui] = Lecture(reponse.status_code, texte, ecritures)
        return self.lectures[nom, qui]


@pytest.fixture(scope="module")
def visiteur(monde: Monde, django_db_blocker: Any) -> Visiteur:
    """Everybody of the world, signed in."""
    visiteur = Visiteur()
    with django_db_blocker.unblock():
        for personne in [*monde.personnes.values(), monde.ancienne]:
            visiteur.connecter(personne)
    return visiteur


def adresse(nom: str, scene: Scene, personne: Any) -> str:
    """Where the route leads in this scene."""
    noms = set(re.findall(r"<(?:\w+:)?(\w+)>", ROUTES[nom].motif))
    return reverse(nom, kwargs=EXEMPLES[nom].valeurs(noms, scene, personne))


def l_autre_methode(nom: str) -> str:
    return "get" if EXEMPLES[nom].methode == "post" else "post"


def publique(nom: str) -> bool:
    return getattr(ROUTES[nom].vue, "acces", None) is Acces.PUBLIC


def contenu(reponse: Any) -> str:
    """What the answer says, streamed or not."""
    octets = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
    return octets.decode("utf-8", errors="replace")


def test_chaque_route_a_son_exemple_et_chaque_exemple_sa_route():
    assert set(ROUTES) - set(EXEMPLES) == set(), "add one line per route in tests/permissions/exemples.py"
    assert set(EXEMPLES) - set(ROUTES) == set(), "these routes are gone"


# --- One's own -------------------------------------------------------------------------------------------------------
@couples(lue)
def test_chez_soi_un_role_permis_lit_ce_qui_est_pour_lui_et_n_ecrit_rien(monde, visiteur, nom, qui):
    """No page, no file and no answer of the API shows what this reader may not read, nor writes anything."""
    lecture = visiteur.lire(monde, nom, qui)

    assert lecture.statut in PERMIS
    assert lecture.ecritures == []
    if qui != ADMINISTRATEUR:
        assert confidentiels(lecture.texte, qui) == []


def confidentiels(texte: str, qui: Any) -> list[str]:
    """What this text tells that this role may not read."""
    dits = ["another organisation's"] if "ailleurs confidentiel" in texte else []
    dits += [f"a private draft: {e}" for e in lieux.ecritures(lieux.BROUILLON) if e in texte]
    if qui not in EQUIPE and lieux.MARQUE_D_AUTRUI in texte:
        dits.append("what another organisation marked")
    if qui not in INSTRUCTEURS:
        dits += [f"a proposal, before its notification: {e}" for e in lieux.ecritures(lieux.PROPOSE) if e in texte]
    return dits


@couples(lambda nom, qui: EXEMPLES[nom].methode == "post" and permis(nom, qui))
def test_chez_soi_un_role_permis_agit(monde, visiteur, nom, qui):
    assert visiteur.demander(nom, monde.chez_soi, monde.personnes[qui]).status_code in PERMIS


@par_route(lambda nom, qui: not permis(nom, qui) and qui != ADMINISTRATEUR)
def test_chez_soi_un_autre_role_est_refuse(monde, visiteur, nom, roles):
    for qui in roles:
        with sans_suite():
            reponse = visiteur.demander(nom, monde.chez_soi, monde.personnes[qui])
            autre = visiteur.demander(nom, monde.chez_soi, monde.personnes[qui], l_autre_methode(nom))
        assert reponse.status_code == 403, qui
        assert autre.status_code in {403, 405}, qui


# --- Another organisation's, in one's contract -----------------------------------------------------------------------
@par_route(lambda nom, qui: EXEMPLES[nom].autrui is not None)
def test_l_objet_d_un_autre_organisme_n_existe_pas(monde, visiteur, nom, roles):
    exemple = EXEMPLES[nom]
    for qui in roles:
        with sans_suite():
            reponse = visiteur.demander(nom, monde.chez_autrui, monde.personnes[qui])
        if qui in exemple.autrui or (qui == ADMINISTRATEUR and exemple.autrui):
            assert reponse.status_code in PERMIS, qui
            continue
        with sans_suite():
            autre = visiteur.demander(nom, monde.chez_autrui, monde.personnes[qui], l_autre_methode(nom))
        assert reponse.status_code in ({404} if permis(nom, qui) else {403, 404}), qui
        assert autre.status_code in INATTEIGNABLE, qui


# --- Another contract's ----------------------------------------------------------------------------------------------
@par_route(du_contrat)
def test_l_objet_d_un_autre_contrat_n_existe_pas(monde, visiteur, nom, roles):
    for qui in roles:
        with sans_suite():
            reponse = visiteur.demander(nom, monde.ailleurs, monde.personnes[qui])
            autre = visiteur.demander(nom, monde.ailleurs, monde.personnes[qui], l_autre_methode(nom))
        assert reponse.status_code == 404, qui
        assert autre.status_code in {404, 405}, qui


@par_route(numerotee)
def test_l_objet_d_un_autre_contrat_ne_s_atteint_pas_par_l_adresse_du_sien(monde, visiteur, nom, roles):
    """The slug of one's own contract with the number of another contract's object."""
    melange = replace(monde.ailleurs, contrat=monde.chez_soi.contrat)
    for qui in roles:
        for methode in ("get", "post"):
            with sans_suite():
                reponse = visiteur.demander(nom, melange, monde.personnes[qui], methode)
            assert reponse.status_code in ({404, 405} if permis(nom, qui) else INATTEIGNABLE), (qui, methode)


# --- Nobody, or nobody any more --------------------------------------------------------------------------------------
@pytest.mark.parametrize("nom", [nom for nom in CONNUES if "organisme" not in EXEMPLES[nom].arguments])
def test_sans_connexion(monde, visiteur, nom):
    reponse = visiteur.demander(nom, monde.chez_soi, None)

    if publique(nom):
        assert reponse.status_code == 200
    elif nom.startswith("api:"):
        assert reponse.status_code in {401, 403}
    else:
        assert reponse.status_code == 302
        assert reponse["Location"].startswith("/compte/login/")


@pytest.mark.parametrize("nom", [nom for nom in CONNUES if du_contrat(nom)])
def test_une_habilitation_finie_n_ouvre_plus_rien(monde, visiteur, nom):
    assert visiteur.demander(nom, monde.chez_soi, monde.ancienne).status_code == 404


# --- What the pages say ----------------------------------------------------------------------------------------------
def test_le_temoin_confidentiel_parait_a_qui_peut_le_lire(monde, visiteur):
    """The marks searched above do appear where they may: the test can fail."""
    assert lieux.MARQUE_D_AUTRUI in visiteur.lire(monde, "programmation:export", Role.CHEF_DE_PROJET).texte
    fiche = visiteur.lire(monde, "programmation:dossier", Role.DECIDEUR).texte
    assert [e for e in lieux.ecritures(lieux.PROPOSE) if e in fiche]
    entiere = visiteur.lire(monde, "programmation:dossier", ADMINISTRATEUR).texte
    assert [e for e in lieux.ecritures(lieux.BROUILLON) if e in entiere]
    assert "ailleurs confidentiel" in visiteur.lire(monde, "portail:accueil", ADMINISTRATEUR).texte
