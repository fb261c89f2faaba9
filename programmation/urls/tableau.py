"""The instruction table of a year, and what is done from it to many files."""

from django.urls import path

from ..views import saisie, tableau

urlpatterns = [
    path("<int:annee>/programmation/", tableau.voir, name="tableau"),
    path("<int:annee>/programmation/export.<str:format>", tableau.exporter_tableau, name="export"),
    path("<int:annee>/programmation/saisie/<int:pk>/", saisie.saisir_cellule, name="saisie"),
    path("<int:annee>/programmation/selection/", tableau.programmer_selection, name="selection"),
    path("<int:annee>/programmation/travaux/<uuid:pk>/", tableau.suivre, name="travail"),
]
