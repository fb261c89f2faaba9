"""Addresses of the contract's pages; included at the root."""

from . import equipe, instances

app_name = "contrats"

urlpatterns = [*equipe.urlpatterns, *instances.urlpatterns]
