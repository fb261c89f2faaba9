"""The envelopes of a year."""

from django.urls import path

from ..views import enveloppes

urlpatterns = [
    path("<int:annee>/enveloppes/", enveloppes.voir, name="enveloppes"),
    path("<int:annee>/enveloppes/<int:pk>/mouvement/", enveloppes.mouvementer, name="mouvement"),
    path("<int:annee>/enveloppes/<int:pk>/depassement/", enveloppes.depasser, name="depassement"),
]
