"""A request, from its first line to its deposit and its corrections."""

from django.urls import path

from ..views import depot, pieces, versions

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/"

urlpatterns = [
    path("<int:annee>/demandes/", depot.lister, name="demandes"),
    path("<int:annee>/demandes/nouvelle/", depot.commencer, name="commencer"),
    path(_DOSSIER + "demande/", depot.voir, name="demande"),
    path(_DOSSIER + "demande.pdf", versions.telecharger, name="demande_pdf"),
    path(_DOSSIER + "demande/fiche/", depot.ecrire_fiche, name="fiche"),
    path(_DOSSIER + "demande/relire/", depot.relire, name="relire"),
    path(_DOSSIER + "demande/pieces/recue/", pieces.joindre, name="joindre_piece_recue"),
    path(_DOSSIER + "demande/pieces/ajouter/", depot.ajouter_piece, name="ajouter_piece"),
    path(_DOSSIER + "demande/pieces/<int:pk>/", depot.telecharger_piece, name="piece_demande"),
    path(_DOSSIER + "demande/pieces/<int:pk>/retirer/", depot.retirer_piece, name="retirer_piece"),
    path(_DOSSIER + "demande/versions/", versions.lister, name="versions"),
    path(_DOSSIER + "demande/corriger/<slug:section>/", depot.corriger, name="corriger"),
    path(_DOSSIER + "demande/<slug:section>/", depot.ecrire, name="section"),
    path(_DOSSIER + "deposer/", depot.deposer, name="deposer"),
    path(_DOSSIER + "repondre/", depot.repondre, name="repondre"),
    path(_DOSSIER + "renoncer/", depot.renoncer, name="renoncer"),
]
