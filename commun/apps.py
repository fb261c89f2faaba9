"""Registers what every app uses."""

from django.apps import AppConfig


class CommunConfig(AppConfig):
    name = "commun"
    verbose_name = "Commun"

    def ready(self) -> None:
        from . import tasks, verifications  # noqa: F401 — registers the jobs and the system checks
