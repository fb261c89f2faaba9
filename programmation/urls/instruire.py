"""Instructing a file: its form, its context, who follows it, the opinions asked."""

from django.urls import path

from ..views import affectation, contexte, recevabilite, sollicitations

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/"

urlpatterns = [
    path("<int:annee>/programmation/repartir/", affectation.repartir, name="repartir"),
    path("<int:annee>/avis-demandes/", sollicitations.lister, name="avis_demandes"),
    path("<int:annee>/avis-demandes/<int:pk>/", sollicitations.repondre, name="repondre_avis"),
    path(_DOSSIER + "recevabilite/", recevabilite.voir, name="recevabilite"),
    path(_DOSSIER + "recevabilite/points/", recevabilite.verifier_points, name="verifier_points"),
    path(_DOSSIER + "recevabilite/complet/", recevabilite.declarer_complet, name="declarer_complet"),
    path(_DOSSIER + "complement/", recevabilite.demander_complement, name="demander_complement"),
    path(_DOSSIER + "complement/<int:pk>/lever/", recevabilite.lever_complement, name="lever_complement"),
    path(_DOSSIER + "affecter/", affectation.affecter, name="affecter"),
    path(_DOSSIER + "avis/demander/", sollicitations.solliciter, name="solliciter"),
    path(_DOSSIER + "avis/demandes/<int:pk>/retirer/", sollicitations.retirer, name="retirer_sollicitation"),
    path(_DOSSIER + "contexte/", contexte.voir, name="contexte"),
    path(_DOSSIER + "contexte/bilans/<int:pk>/", contexte.bilan, name="bilan"),
    path(_DOSSIER + "vu/", contexte.visiter, name="visiter"),
]
