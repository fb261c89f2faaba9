"""Registers the jobs of the evaluation."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Évaluation"

    def ready(self) -> None:
        from contrats import creneaux

        from . import tasks  # noqa: F401 — registers the jobs, in web and worker processes alike
        from .lectures.renforcees import actions_sans_point_d_etape

        creneaux.actions_sans_point_d_etape.remplir(actions_sans_point_d_etape)
