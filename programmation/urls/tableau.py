"""The instruction table of a year, and what is done from it to many files."""

from django.urls import path

from ..views import hors_ligne, kanban, lots, saisie, tableau, vues

urlpatterns = [
    path("<int:annee>/programmation/", tableau.voir, name="tableau"),
    path("<int:annee>/programmation/export.<str:format>", tableau.exporter_tableau, name="export"),
    path("<int:annee>/programmation/kanban/", kanban.voir, name="kanban"),
    path("<int:annee>/programmation/vues/", vues.enregistrer, name="vues"),
    path("<int:annee>/programmation/vues/<int:pk>/retirer/", vues.retirer, name="retirer_vue"),
    path("<int:annee>/programmation/saisie/<int:pk>/", saisie.saisir_cellule, name="saisie"),
    path("<int:annee>/programmation/selection/", lots.programmer_selection, name="selection"),
    path("<int:annee>/programmation/lot/<slug:acte>/", lots.agir_sur_selection, name="lot"),
    path("<int:annee>/programmation/hors-ligne.<str:format>", hors_ligne.telecharger, name="hors_ligne"),
    path("<int:annee>/programmation/hors-ligne/", hors_ligne.importer, name="importer_saisie"),
    path("<int:annee>/programmation/travaux/<uuid:pk>/", lots.suivre, name="travail"),
]
