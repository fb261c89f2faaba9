"""Géographie."""

from django.apps import AppConfig


class GeographieConfig(AppConfig):
    name = "geographie"
    verbose_name = "Géographie"
