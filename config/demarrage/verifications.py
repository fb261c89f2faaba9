"""The steps of `make check`: all are run, two at a time, and the failures are told together at the end."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .chemins import PYTHON_VENV, RACINE

# Enough for Django to load; nothing is reached with them.
PRODUCTION_FACTICE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "verification-" + "".join(chr(ord("a") + rang % 26) for rang in range(60)),
    "ALLOWED_HOSTS": "pilotville.example",
    "CSRF_TRUSTED_ORIGINS": "https://pilotville.example",
    "DATABASE_URL": "postgres://pilotville@base.invalid/pilotville",
    "REDIS_URL": "redis://redis.invalid:6379/0",
}
# The drawers whose types are checked: where a rule, a state, a right, a write or a figure is decided, and what leaves
# the house.
TIROIRS_TYPES = (
    *("regles", "etats", "models", "permissions", "lectures", "actions"),
    *("notifications", "rapports", "exports", "imports", "tables"),
)


@dataclass(frozen=True)
class Etape:
    """One check: a command of the virtual environment's Python, and what its environment adds."""

    nom: str
    arguments: Sequence[str | Path]
    environnement: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resultat:
    """How a step ended, after how many seconds, and what it printed."""

    etape: Etape
    reussi: bool
    duree: float
    sortie: str


def etapes(dossier: Path) -> list[Etape]:
    """The checks, longest first; `dossier` receives what they write."""
    gabarits = [chemin for chemin in (RACINE / "templates", *sorted(RACINE.glob("*/templates"))) if chemin.is_dir()]
    tiroirs = [
        chemin
        for tiroir in TIROIRS_TYPES
        for chemin in sorted((*RACINE.glob(f"[!.]*/{tiroir}.py"), *RACINE.glob(f"[!.]*/{tiroir}/")))
        if (chemin.parent / "apps.py").exists()
    ]
    return [
        Etape("mypy", ["-m", "mypy", *tiroirs]),
        Etape("djlint", ["-m", "djlint", "--lint", "--profile", "django", "--quiet", *gabarits]),
        Etape(
            "manage.py check --deploy",
            ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION_FACTICE,
        ),
        Etape(
            "makemigrations --check",
            # The history kept in the database is not at stake here, and no database is started for it.
            [
                "-W",
                "ignore:Got an error checking:RuntimeWarning",
                "manage.py",
                "makemigrations",
                "--check",
                "--dry-run",
            ],
        ),
        Etape(
            "OpenAPI", ["manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", dossier / "openapi.yaml"]
        ),
        Etape("import-linter", [PYTHON_VENV.with_name("lint-imports")]),
        Etape("ruff check", ["-m", "ruff", "check", "--output-format", "concise", "."]),
        Etape("ruff format --check", ["-m", "ruff", "format", "--check", "--output-format", "concise", "."]),
    ]


def lancer(etape: Etape) -> Resultat:
    """Run one check to its end."""
    debut = time.monotonic()
    resultat = subprocess.run(
        [str(mot) for mot in (PYTHON_VENV, *etape.arguments)],
        cwd=RACINE, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.demo"} | etape.environnement,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    sortie = resultat.stdout.decode(errors="replace").strip()
    return Resultat(etape, resultat.returncode == 0, time.monotonic() - debut, sortie)


def verifier_tout() -> int:
    """Run every check; returns 1 when one failed."""
    with tempfile.TemporaryDirectory() as dossier, ThreadPoolExecutor(max_workers=2) as taches:
        echecs = []
        for resultat in taches.map(lancer, etapes(Path(dossier))):
            print(
                f"{'réussi' if resultat.reussi else 'ÉCHEC ':6}  {resultat.duree:5.1f} s  {resultat.etape.nom}",
                flush=True,
            )
            if not resultat.reussi:
                echecs.append(resultat.etape.nom)
                print(resultat.sortie, flush=True)
    if echecs:
        print(f"make check : {len(echecs)} vérification(s) en échec : {', '.join(echecs)}.")
        return 1
    print("make check : tout est vert.")
    return 0
