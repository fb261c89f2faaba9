"""Addresses of the programming, below a contract and a year."""

from . import (
    campagne,
    deports,
    depot,
    dossiers,
    echanges,
    enveloppes,
    importation,
    instruire,
    notation,
    organisme,
    reports,
    tableau,
)

app_name = "programmation"

urlpatterns = [
    *tableau.urlpatterns,
    *campagne.urlpatterns,
    *enveloppes.urlpatterns,
    *dossiers.urlpatterns,
    *depot.urlpatterns,
    *importation.urlpatterns,
    *instruire.urlpatterns,
    *reports.urlpatterns,
    *deports.urlpatterns,
    *echanges.urlpatterns,
    *notation.urlpatterns,
    *organisme.urlpatterns,
]
