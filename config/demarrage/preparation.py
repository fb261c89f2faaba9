"""The steps of `make pret` that need Django, in one process so that Django starts once.

Run with the virtual environment's Python: `python -m config.demarrage.preparation`.
"""

import django
from django.core.management import call_command


def preparer() -> None:
    """Bring the schema and the static files up to date, and load the demo where it is not loaded yet."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("charger_demo")


if __name__ == "__main__":
    preparer()
