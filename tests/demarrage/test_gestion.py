"""`manage.py` with no address given: which commands get servers, and what is left after them."""

import os
import subprocess
import sys

import pytest

from config.demarrage.chemins import RACINE
from config.demarrage.gestion import a_besoin_de_serveurs, module_de_reglages

# `manage.py` as it is, on a set of servers of the test's own.
MANAGE = """
import sys
from pathlib import Path
from config.demarrage import gestion
from config.demarrage.chemins import Cadre
gestion.CADRES = {"config.settings.demo": Cadre("essai", Path(sys.argv[1]), durable=False)}
gestion.executer(["manage.py", *sys.argv[2:]])
"""


@pytest.mark.parametrize(
    ("commande", "besoin"),
    [
        ("migrate", True),
        ("shell", True),
        ("makemigrations", True),
        ("une_commande_du_metier", True),
        ("makemigrations --check --dry-run", False),
        ("check --deploy", False),
        ("spectacular --validate", False),
        ("makemessages -l fr", False),
        ("migrate --help", False),
        ("help migrate", False),
        ("--version", False),
        ("", False),
    ],
)
def test_seules_les_commandes_qui_lisent_des_donnees_ont_des_serveurs(commande: str, besoin: bool) -> None:
    assert a_besoin_de_serveurs(["manage.py", *commande.split()]) is besoin


@pytest.mark.parametrize(
    ("commande", "module"),
    [
        ("migrate", "config.settings.demo"),
        ("migrate --settings=config.settings.test", "config.settings.test"),
        ("migrate --settings config.settings.test --autre", "config.settings.test"),
    ],
)
def test_l_option_des_reglages_l_emporte(commande: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    assert module_de_reglages(["manage.py", *commande.split()]) == module


def lancer(cadre, *arguments: str, **environnement: str) -> subprocess.CompletedProcess[str]:
    propre = {nom: valeur for nom, valeur in os.environ.items() if nom != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-c", MANAGE, cadre.dossier, *arguments],
        cwd=RACINE,
        env=propre | environnement,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_une_commande_a_ses_serveurs_et_les_arrete(cadre) -> None:
    texte = (
        "from django.core.cache import cache; from django.db import connection as c; cache.set('a', 'lu');"
        "c.ensure_connection(); print(cache.get('a'), c.connection.info.host)"
    )
    resultat = lancer(cadre, "shell", "--no-imports", "-c", texte, SECRET_KEY="essai")
    assert resultat.returncode == 0, resultat.stderr
    assert resultat.stdout.split() == ["lu", str(cadre.chemin_sockets(os.geteuid()))]
    assert not cadre.chemin_sockets(os.geteuid()).exists()


def test_une_commande_qui_echoue_arrete_aussi_ses_serveurs(cadre) -> None:
    resultat = lancer(cadre, "shell", "--no-imports", "-c", "raise SystemExit(7)", SECRET_KEY="essai")
    assert resultat.returncode == 7
    assert not cadre.chemin_sockets(os.geteuid()).exists()


def test_la_production_n_a_jamais_de_serveurs_embarques(cadre) -> None:
    lancer(
        cadre,
        "showmigrations",
        DJANGO_SETTINGS_MODULE="config.settings.production",
        SECRET_KEY="essai",
        ALLOWED_HOSTS="localhost",
        DATABASE_URL="postgres://127.0.0.1:9/rien",
    )
    assert not (cadre.dossier / "postgresql").exists()


def test_les_modules_de_demarrage_n_importent_que_la_bibliotheque_standard() -> None:
    # -S: no site-packages; -I: neither environment nor current folder.
    texte = (
        f"import sys; sys.path.insert(0, {str(RACINE)!r}); import config.demarrage.commandes, config.demarrage.gestion"
    )
    resultat = subprocess.run(
        [sys.executable, "-I", "-S", "-c", texte], capture_output=True, encoding="utf-8", check=False
    )
    assert resultat.returncode == 0, resultat.stderr
