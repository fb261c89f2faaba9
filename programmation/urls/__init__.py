"""Addresses of the programming, below a contract and a year."""

from . import dossiers, enveloppes, organisme, tableau

app_name = "programmation"

urlpatterns = [
    *tableau.urlpatterns,
    *enveloppes.urlpatterns,
    *dossiers.urlpatterns,
    *organisme.urlpatterns,
]
