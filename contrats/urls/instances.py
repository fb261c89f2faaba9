"""Committees, meetings, decisions, the shared calendar and its private feed."""

from django.urls import path

from ..views import calendrier, comites, reunions

urlpatterns = [
    path("calendrier/<str:jeton>.ics", calendrier.flux, name="flux_calendrier"),
    path("mon-calendrier/", calendrier.mon_calendrier, name="mon_calendrier"),
    path("mon-calendrier/fermer/", calendrier.fermer, name="fermer_calendrier"),
    path("c/<slug:contrat>/calendrier/", calendrier.calendrier, name="calendrier"),
    path("c/<slug:contrat>/calendrier/appels/", calendrier.appels, name="appels"),
    path("c/<slug:contrat>/calendrier/appels/nouveau/", calendrier.appel, name="creer_appel"),
    path("c/<slug:contrat>/calendrier/appels/<int:pk>/", calendrier.appel, name="appel"),
    path("c/<slug:contrat>/calendrier/appels/<int:pk>/retirer/", calendrier.retirer_appel, name="retirer_appel"),
    path("c/<slug:contrat>/comites/", comites.comites, name="comites"),
    path("c/<slug:contrat>/comites/modeles/", comites.modeles, name="modeles_comites"),
    path("c/<slug:contrat>/comites/modeles/<slug:cle>/", comites.adopter, name="adopter_modele"),
    path("c/<slug:contrat>/comites/nouveau/", comites.creer, name="creer_comite"),
    path("c/<slug:contrat>/comites/<int:pk>/", comites.comite, name="comite"),
    path("c/<slug:contrat>/comites/<int:pk>/modifier/", comites.modifier, name="modifier_comite"),
    path("c/<slug:contrat>/comites/<int:pk>/membres/", comites.ajouter_membre, name="ajouter_membre"),
    path("c/<slug:contrat>/comites/membres/<int:pk>/retirer/", comites.retirer_membre, name="retirer_membre"),
    path("c/<slug:contrat>/reunions/", reunions.reunions, name="reunions"),
    path("c/<slug:contrat>/reunions/nouvelle/", reunions.creer, name="creer_reunion"),
    path("c/<slug:contrat>/reunions/extraits/", reunions.extraits, name="extraits"),
    path("c/<slug:contrat>/decisions/", reunions.decisions, name="decisions"),
    path("c/<slug:contrat>/decisions/<int:pk>/suite/", reunions.suivre, name="suivre_decision"),
    path("c/<slug:contrat>/reunions/<int:pk>/", reunions.reunion, name="reunion"),
    path("c/<slug:contrat>/reunions/<int:pk>/modifier/", reunions.modifier, name="modifier_reunion"),
    path("c/<slug:contrat>/reunions/<int:pk>/annuler/", reunions.annuler, name="annuler_reunion"),
    path("c/<slug:contrat>/reunions/<int:pk>/convoquer/", reunions.convoquer, name="convoquer"),
    path("c/<slug:contrat>/reunions/<int:pk>/clore/", reunions.clore, name="clore_reunion"),
    path("c/<slug:contrat>/reunions/<int:pk>/presences/", reunions.presences, name="presences"),
    path("c/<slug:contrat>/reunions/<int:pk>/rendre-compte/", reunions.rendre_compte, name="rendre_compte"),
    path("c/<slug:contrat>/reunions/<int:pk>/agenda.ics", reunions.agenda, name="agenda_reunion"),
    path("c/<slug:contrat>/reunions/<int:pk>/points/", reunions.point, name="creer_point"),
    path("c/<slug:contrat>/reunions/<int:pk>/points/<int:numero>/", reunions.point, name="point"),
    path("c/<slug:contrat>/reunions/<int:pk>/points/<int:numero>/piece/", reunions.piece, name="piece"),
    path(
        "c/<slug:contrat>/reunions/<int:pk>/points/<int:numero>/retirer/", reunions.retirer_point, name="retirer_point"
    ),
    path(
        "c/<slug:contrat>/reunions/<int:pk>/points/<int:numero>/deplacer/",
        reunions.deplacer_point,
        name="deplacer_point",
    ),
    path("c/<slug:contrat>/reunions/<int:pk>/compte-rendu/", reunions.item, name="creer_item"),
    path("c/<slug:contrat>/reunions/<int:pk>/compte-rendu/<int:numero>/", reunions.item, name="item"),
    path(
        "c/<slug:contrat>/reunions/<int:pk>/compte-rendu/<int:numero>/retirer/",
        reunions.retirer_item,
        name="retirer_item",
    ),
    path("c/<slug:contrat>/reunions/<int:pk>/decisions/", reunions.decision, name="creer_decision"),
    path("c/<slug:contrat>/reunions/<int:pk>/decisions/<int:numero>/", reunions.decision, name="decision"),
    path("c/<slug:contrat>/reunions/<int:pk>/dossier/", reunions.paquet, name="paquet"),
    path("c/<slug:contrat>/reunions/<int:pk>/dossier/produire/", reunions.produire_paquet, name="produire_paquet"),
    path(
        "c/<slug:contrat>/reunions/<int:pk>/dossier/exemplaire/", reunions.demander_exemplaire, name="exemplaire_paquet"
    ),
    path("c/<slug:contrat>/reunions/<int:pk>/dossier/avancement/", reunions.avancement, name="avancement_paquet"),
]
