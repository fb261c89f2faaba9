"""The evaluation grid of a file."""

from django.urls import path

from ..views import notation

urlpatterns = [
    path("<int:annee>/dossiers/<slug:numero>/grille/", notation.voir, name="grille"),
    path("<int:annee>/dossiers/<slug:numero>/grille/rouvrir/", notation.rouvrir, name="rouvrir_sa_lecture"),
]
