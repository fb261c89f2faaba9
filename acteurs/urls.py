"""Addresses of the accounts' pages; included at the root."""

from django.urls import path

from . import views

app_name = "acteurs"

urlpatterns = [path("mon-compte/profil/", views.profil, name="profil")]
