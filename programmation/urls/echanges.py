"""What is written around files: notes, messages, to one file or to many."""

from django.urls import path

from ..views import echanges, envois

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/echanges/"

urlpatterns = [
    path("<int:annee>/echanges/", echanges.voir_boite, name="boite"),
    path("<int:annee>/programmation/ecrire/", envois.ecrire, name="ecrire_selection"),
    path("<int:annee>/envois/", envois.lister, name="envois"),
    path("<int:annee>/envois/<int:pk>/", envois.voir, name="envoi"),
    path(_DOSSIER, echanges.voir, name="echanges"),
    path(_DOSSIER + "note/", echanges.ecrire_note, name="ecrire_note"),
    path(_DOSSIER + "notes/<int:pk>/retirer/", echanges.retirer_note, name="retirer_note"),
    path(_DOSSIER + "message/", echanges.ecrire_message, name="ecrire_message"),
    path(_DOSSIER + "lus/", echanges.marquer_lu, name="echanges_lus"),
    path(_DOSSIER + "messages/<int:pk>/pieces/<int:fichier>/", echanges.piece, name="piece_message"),
]
