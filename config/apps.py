"""Makes the Celery app the current one, and every job known, in each process, web included."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from . import celery  # noqa: F401 — importing it registers the app that publishes messages

        autodiscover_modules("tasks")  # whoever plans a job must know that somebody can do it
