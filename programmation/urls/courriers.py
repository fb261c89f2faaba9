"""The acts of the funders of a year, their letters and the templates of these."""

from django.urls import path

from ..views import actes, courriers, modeles_courriers

_ACTES = "<int:annee>/actes/"
_FINANCEUR = _ACTES + "<int:financeur>/"
_LOT = _ACTES + "courriers/<int:lot>/"
_MODELE = _ACTES + "modeles/<slug:genre>/"
_DOSSIER = "<int:annee>/dossiers/<slug:numero>/courriers/"

urlpatterns = [
    path(_ACTES, actes.voir, name="actes"),
    path(_FINANCEUR, actes.financeur, name="actes_financeur"),
    path(_FINANCEUR + "enregistrer/", actes.enregistrer, name="enregistrer_acte"),
    path(_FINANCEUR + "<int:pk>/lignes/", actes.choisir_les_lignes, name="lignes_acte"),
    path(_FINANCEUR + "refus/", actes.refuser_les_lignes, name="refuser_lignes"),
    path(_FINANCEUR + "<int:pk>/document/", actes.piece, name="piece_acte"),
    path(_FINANCEUR + "travaux/<uuid:pk>/", actes.suivre, name="travail_actes"),
    path(_FINANCEUR + "travaux/<uuid:pk>/recommencer/", actes.recommencer, name="recommencer_actes"),
    path(_FINANCEUR + "ouvrir/", courriers.ouvrir, name="ouvrir_courriers"),
    path(_LOT, courriers.lot, name="lot_courriers"),
    path(_LOT + "valider/", courriers.valider, name="valider_courriers"),
    path(_LOT + "reecrire/", courriers.reecrire, name="reecrire_courriers"),
    path(_LOT + "envoyer/", courriers.envoyer, name="envoyer_courriers"),
    path(_LOT + "recommencer/", courriers.recommencer, name="recommencer_courriers"),
    path(_LOT + "imprimer/", courriers.imprimer, name="imprimer_courriers"),
    path(_LOT + "ensemble.<str:format>", courriers.ensemble, name="ensemble_courriers"),
    path(_LOT + "<int:pk>/", courriers.voir, name="courrier"),
    path(_LOT + "<int:pk>/courrier.pdf", courriers.pdf, name="courrier_pdf"),
    path(_LOT + "<int:pk>/<slug:acte>/", courriers.changer, name="changer_courrier"),
    path(_ACTES + "modeles/", modeles_courriers.lister, name="modeles_courriers"),
    path(_MODELE, modeles_courriers.ecrire, name="modele_courrier"),
    path(_MODELE + "<int:financeur>/commun/", modeles_courriers.revenir, name="modele_commun"),
    path(_DOSSIER, courriers.du_dossier, name="courriers_du_dossier"),
    path(_DOSSIER + "<int:pk>/", courriers.telecharger, name="courrier_du_dossier"),
]
