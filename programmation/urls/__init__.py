"""Addresses of the programming, below a contract and a year."""

from . import (
    campagne,
    courriers,
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
    scenarios,
    seances,
    tableau,
    toute_l_annee,
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
    *scenarios.urlpatterns,
    *deports.urlpatterns,
    *echanges.urlpatterns,
    *notation.urlpatterns,
    *organisme.urlpatterns,
    *seances.urlpatterns,
    *courriers.urlpatterns,
    *toute_l_annee.urlpatterns,
]
