"""TFPB."""

from django.apps import AppConfig


class TfpbConfig(AppConfig):
    name = "tfpb"
    verbose_name = "TFPB"
