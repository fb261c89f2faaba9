"""What `manage.py` does around a Django command: embedded servers for its own duration, when it needs them."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

from .chemins import DEMO, TEST, Cadre
from .environnement import Serveurs, serveurs, serveurs_embarques
from .erreurs import ErreurDemarrage

# Settings modules that may run on embedded servers. Production names its servers or fails.
CADRES = {"config.settings.demo": DEMO, "config.settings.test": TEST}
# Commands that read the code only. One that is not listed gets its servers: at worst half a second too much.
SANS_SERVEURS = frozenset(
    [
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "startapp",
        "startproject",
        "version",
    ]
)


def executer(argv: Sequence[str]) -> None:
    """Run the Django command of `argv`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            f"Django n'est pas installé pour {sys.executable} : lancez « make pret », puis .venv/bin/python manage.py."
        )
    try:
        with _serveurs_de(argv) as en_marche:
            os.environ.update(en_marche.environnement)
            execute_from_command_line(list(argv))
    except ErreurDemarrage as erreur:
        sys.exit(str(erreur))


def a_besoin_de_serveurs(argv: Sequence[str]) -> bool:
    """True unless the command is known to work on the code alone."""
    commande = argv[1] if len(argv) > 1 else "help"
    if commande.startswith("-") or commande in SANS_SERVEURS or {"-h", "--help"} & set(argv[2:]):
        return False
    return not (commande == "makemigrations" and "--check" in argv)


def module_de_reglages(argv: Sequence[str]) -> str:
    """The settings module the command will use: its own option, else the environment."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--settings", default=os.environ["DJANGO_SETTINGS_MODULE"])
    return options.parse_known_args(argv[2:])[0].settings


def _serveurs_de(argv: Sequence[str]) -> AbstractContextManager[Serveurs]:
    cadre: Cadre | None = CADRES.get(module_de_reglages(argv))
    if cadre is None or not a_besoin_de_serveurs(argv) or not serveurs_embarques(cadre, os.environ):
        return nullcontext(Serveurs(dict(os.environ)))
    # Without a handler these two would end us before the servers are stopped.
    for numero in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(numero, _quitter)
    return serveurs(cadre)


def _quitter(numero: int, cadre: FrameType | None) -> None:
    raise SystemExit(128 + numero)
