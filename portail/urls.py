"""Addresses of the portal."""

from django.urls import path

from . import views

app_name = "portail"

urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("c/<slug:contrat>/<int:annee>/", views.contrat, name="contrat"),
    path("mentions-legales/", views.page, {"nom": "mentions_legales"}, name="mentions_legales"),
    path("accessibilite/", views.page, {"nom": "accessibilite"}, name="accessibilite"),
    path("donnees-personnelles/", views.page, {"nom": "donnees_personnelles"}, name="donnees_personnelles"),
    path("sante/", views.sante, name="sante"),
]
