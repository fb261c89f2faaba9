"""What the architecture tests read: the apps from the lowest to the highest, their modules, models and templates."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

RACINE = Path(__file__).resolve().parents[2]
_PYPROJECT = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))

APPLICATIONS: list[str] = _PYPROJECT["tool"]["importlinter"]["root_packages"]
# Rank of each app, from the lowest; siblings share a rank.
_COUCHES: list[str] = _PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
RANGS = {app.strip(): rang for rang, couche in enumerate(reversed(_COUCHES)) for app in couche.split("|")}


def modeles() -> list[type[models.Model]]:
    """The concrete models of our apps."""
    return [m for m in apps.get_models() if m._meta.app_label in APPLICATIONS]


def modules() -> Iterator[Path]:
    """The Python files of our apps, migrations apart."""
    for app in APPLICATIONS:
        yield from (c for c in sorted((RACINE / app).rglob("*.py")) if "migrations" not in c.parts)


def gabarits() -> list[Path]:
    """Our templates."""
    return sorted([*RACINE.glob("templates/**/*.html"), *RACINE.glob("*/templates/**/*.html")])
