"""Makes the Celery app the current one in every process, web included."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from . import celery  # noqa: F401 — importing it registers the app that publishes messages
