"""Tells PostgreSQL's planner that many rows came at once: it must not believe the tables empty until its own round."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models


def compter(modeles: Iterable[type[models.Model]]) -> None:
    """Refresh the statistics of these tables, in the present transaction."""
    tables = ", ".join(connection.ops.quote_name(modele._meta.db_table) for modele in modeles)
    with connection.cursor() as curseur:
        curseur.execute(f"ANALYZE {tables}")
