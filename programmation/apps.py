"""Programmation."""

from django.apps import AppConfig


class ProgrammationConfig(AppConfig):
    name = "programmation"
    verbose_name = "Programmation"

    def ready(self) -> None:
        from contrats import creneaux

        from . import tasks  # noqa: F401 — registers the handlers of its jobs
        from .lectures.engagements import dossiers_servant
        from .lectures.moyens import financeurs_sollicites
        from .lectures.seances import (
            ecartes_de_la_seance,
            etapes_de_campagne,
            liens_de_reunion,
            programmation_proposee,
        )

        creneaux.etapes_de_campagne.remplir(etapes_de_campagne)
        creneaux.programmation_proposee.remplir(programmation_proposee)
        creneaux.ecartes_de_la_seance.remplir(ecartes_de_la_seance)
        creneaux.liens_de_reunion.remplir(liens_de_reunion)
        creneaux.dossiers_servant.remplir(dossiers_servant)
        creneaux.financeurs_sollicites.remplir(financeurs_sollicites)
