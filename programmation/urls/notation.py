"""The evaluation grid of a file."""

from django.urls import path

from ..views import notation

urlpatterns = [
    path("<int:annee>/dossiers/<slug:numero>/grille/", notation.voir, name="grille"),
]
