"""Addresses of the programming, below a contract and a year."""

from django.urls import path

from .views import dossier, enveloppes, tableau

app_name = "programmation"

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/"
_DEMANDE = _DOSSIER + "demandes/<int:pk>/"

urlpatterns = [
    path("<int:annee>/programmation/", tableau.voir, name="tableau"),
    path("<int:annee>/programmation/export.<str:format>", tableau.exporter_tableau, name="export"),
    path("<int:annee>/programmation/selection/", tableau.programmer_selection, name="selection"),
    path("<int:annee>/programmation/travaux/<uuid:pk>/", tableau.suivre, name="travail"),
    path("<int:annee>/enveloppes/", enveloppes.voir, name="enveloppes"),
    path("<int:annee>/enveloppes/<int:pk>/mouvement/", enveloppes.mouvementer, name="mouvement"),
    path("<int:annee>/enveloppes/<int:pk>/depassement/", enveloppes.depasser, name="depassement"),
    path(_DOSSIER, dossier.voir, name="dossier"),
    path(_DOSSIER + "avis/", dossier.donner_avis, name="avis"),
    path(_DOSSIER + "programmer/", dossier.programmer, name="programmer"),
    path(_DOSSIER + "ajourner/", dossier.ajourner, name="ajourner"),
    path(_DOSSIER + "faire/<slug:acte>/", dossier.avancer, name="avancer"),
    path(_DOSSIER + "motiver/<slug:acte>/", dossier.motiver, name="motiver"),
    path(_DEMANDE + "proposer/", dossier.proposer, name="proposer"),
    path(_DEMANDE + "voter/", dossier.voter, name="voter"),
    path(_DEMANDE + "refuser/", dossier.refuser, name="refuser"),
    path(_DEMANDE + "rectifier/", dossier.rectifier, name="rectifier"),
    path(_DEMANDE + "notifier/", dossier.notifier, name="notifier"),
]
