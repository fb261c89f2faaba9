"""TFPB."""

from django.apps import AppConfig


class TfpbConfig(AppConfig):
    name = "tfpb"
    verbose_name = "TFPB"

    def ready(self) -> None:
        from contrats import creneaux

        from .lectures import dates_tfpb

        creneaux.dates_tfpb.remplir(dates_tfpb)
