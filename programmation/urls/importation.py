"""Files that come from another téléservice, and what is entered back there."""

from django.urls import path

from ..views import importation

_IMPORT = "<int:annee>/imports/<int:pk>/"

urlpatterns = [
    path("<int:annee>/imports/", importation.importer, name="importer"),
    path(_IMPORT, importation.voir, name="import"),
    path(_IMPORT + "colonnes/", importation.colonnes, name="import_colonnes"),
    path(_IMPORT + "mots/", importation.mots, name="import_mots"),
    path(_IMPORT + "ecrire/", importation.ecrire, name="import_ecrire"),
    path(_IMPORT + "abandonner/", importation.abandonner, name="import_abandonner"),
    path(_IMPORT + "a-corriger.csv", importation.refusees, name="import_refusees"),
]
