"""Programmation."""

from django.apps import AppConfig


class ProgrammationConfig(AppConfig):
    name = "programmation"
    verbose_name = "Programmation"

    def ready(self) -> None:
        from . import tasks  # noqa: F401 — registers the handlers of its jobs
