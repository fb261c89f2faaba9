"""Withdrawals from files."""

from django.urls import path

from ..views import deports

urlpatterns = [
    path("<int:annee>/deports/", deports.lister, name="deports"),
    path("<int:annee>/deports/<int:pk>/lever/", deports.lever, name="lever_deport"),
    path("<int:annee>/dossiers/<slug:numero>/deport/", deports.declarer, name="deporter"),
]
