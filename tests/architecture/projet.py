"""What the architecture tests read: the apps from the lowest to the highest, their modules, models and templates."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

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


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its pattern as written, its name with namespaces, the view, and whether it is ours."""

    motif: str
    nom: str
    vue: Callable[..., object]
    tiers: bool


# Installed packages that declare views of their own and guard them themselves.
TIERS = ("django.contrib.admin", "allauth", "drf_spectacular")


def routes() -> list[Route]:
    """Every address of the installation, in the resolver's order."""
    return list(_parcourir(get_resolver().url_patterns, "", "", tiers=False))


def _parcourir(motifs: list[URLPattern | URLResolver], debut: str, espace: str, *, tiers: bool) -> Iterator[Route]:
    for motif in motifs:
        chemin = debut + str(motif.pattern)
        if isinstance(motif, URLResolver):
            module = getattr(motif.urlconf_name, "__name__", "")
            d_un_tiers = tiers or motif.app_name == "admin" or module.startswith(TIERS)
            suite = f"{espace}{motif.namespace}:" if motif.namespace else espace
            yield from _parcourir(motif.url_patterns, chemin, suite, tiers=d_un_tiers)
        else:
            vue = motif.callback
            classe = getattr(vue, "cls", None) or getattr(vue, "view_class", None) or vue
            yield Route(chemin, espace + (motif.name or ""), vue, tiers or classe.__module__.startswith(TIERS))
