"""Turns a broken database constraint into the French sentence that its model declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import IntegrityError, models

from .erreurs import RegleEnfreinte


@cache
def messages() -> dict[str, str]:
    """Constraint name → message, over all models."""
    return {
        contrainte.name: str(contrainte.violation_error_message)
        for modele in apps.get_models(include_auto_created=True)
        for contrainte in modele._meta.constraints
        if isinstance(contrainte, models.BaseConstraint)
    }


def nom_de_la_contrainte(erreur: IntegrityError) -> str | None:
    """The name PostgreSQL gives in its diagnostics."""
    diagnostic = getattr(erreur.__cause__, "diag", None)
    return getattr(diagnostic, "constraint_name", None)


@contextmanager
def contraintes_en_francais() -> Iterator[None]:
    """Inside, a broken named constraint is raised as `RegleEnfreinte` with its message; others pass unchanged."""
    try:
        yield
    except IntegrityError as erreur:
        nom = nom_de_la_contrainte(erreur)
        if nom is None or nom not in messages():
            raise
        raise RegleEnfreinte(messages()[nom], code=nom) from erreur
