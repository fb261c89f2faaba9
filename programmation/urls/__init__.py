"""Addresses of the programming, below a contract and a year."""

from . import depot, dossiers, enveloppes, importation, tableau

app_name = "programmation"

urlpatterns = [
    *tableau.urlpatterns,
    *enveloppes.urlpatterns,
    *dossiers.urlpatterns,
    *depot.urlpatterns,
    *importation.urlpatterns,
]
