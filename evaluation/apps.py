"""Registers the jobs of the evaluation."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Évaluation"

    def ready(self) -> None:
        from . import tasks  # noqa: F401 — registers the jobs, in web and worker processes alike
