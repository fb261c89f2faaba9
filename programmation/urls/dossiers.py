"""One file, and each funder's row of it."""

from django.urls import path

from ..views import avis, copil, demandes, dossier, instruction

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/"
_DEMANDE = _DOSSIER + "demandes/<int:pk>/"

urlpatterns = [
    path(_DOSSIER, dossier.voir, name="dossier"),
    path(_DOSSIER + "avis/", avis.donner_avis, name="avis"),
    path(_DOSSIER + "programmer/", copil.programmer, name="programmer"),
    path(_DOSSIER + "ajourner/", copil.ajourner, name="ajourner"),
    path(_DOSSIER + "faire/<slug:acte>/", instruction.avancer, name="avancer"),
    path(_DOSSIER + "motiver/<slug:acte>/", instruction.motiver, name="motiver"),
    path(_DEMANDE + "proposer/", demandes.proposer, name="proposer"),
    path(_DEMANDE + "equilibre/", demandes.rapporter_l_equilibre, name="equilibre"),
    path(_DEMANDE + "engager/", demandes.engager, name="engager"),
    path(_DEMANDE + "voter/", demandes.voter, name="voter"),
    path(_DEMANDE + "refuser/", demandes.refuser, name="refuser"),
    path(_DEMANDE + "rectifier/", demandes.rectifier, name="rectifier"),
    path(_DEMANDE + "notifier/", demandes.notifier, name="notifier"),
    path(_DEMANDE + "reprendre/", demandes.reprendre, name="reprendre_la_demande"),
]
