"""A temporary database for one measure."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def base_temporaire(nom: str) -> Iterator[str]:
    """Create and migrate a database called `nom`, aim at it, and drop it at the end whatever happens."""
    habituelle = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = nom
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield nom
    finally:
        viser(nom)
        connection.creation.destroy_test_db(habituelle, verbosity=0)


def viser(nom: str) -> None:
    """Aim at this database."""
    if connection.settings_dict["NAME"] != nom:
        connection.close()
        connection.settings_dict["NAME"] = nom
