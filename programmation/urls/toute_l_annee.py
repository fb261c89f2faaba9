"""Money all year round: initiatives, needs, calls for expressions of interest, and the page that leads to them."""

from django.urls import path

from ..views import appels, besoins, proximite, reserve, toute_l_annee, vacances

_DOSSIER = "<int:annee>/dossiers/<slug:numero>/"
_BESOIN = "<int:annee>/besoins/<int:pk>/"

urlpatterns = [
    path("<int:annee>/toute-l-annee/", toute_l_annee.voir, name="toute_l_annee"),
    path("<int:annee>/vacances/", vacances.voir, name="vacances"),
    path("<int:annee>/vacances/export/<slug:partie>/<slug:format>/", vacances.tableur, name="exporter_vacances"),
    path("<int:annee>/reserve/", reserve.voir, name="reserve"),
    path("<int:annee>/fonds-de-concours/", reserve.fonds_de_concours, name="fonds_de_concours"),
    path("<int:annee>/initiatives/", proximite.lister, name="initiatives"),
    path(_DOSSIER + "appui/", proximite.proposer, name="proposer_accompagnement"),
    path("appuis/<int:pk>/<slug:acte>/", proximite.suivre, name="suivre_accompagnement"),
    path("<int:annee>/besoins/", besoins.lister, name="besoins"),
    path("<int:annee>/besoins/signaler/", besoins.signaler, name="signaler_besoin"),
    path(_BESOIN, besoins.voir, name="besoin"),
    path(_BESOIN + "modifier/", besoins.modifier, name="modifier_besoin"),
    path(_BESOIN + "opportunite/", besoins.modifier_l_opportunite, name="modifier_opportunite"),
    path(_BESOIN + "publier/", besoins.publier, name="publier_besoin"),
    path(_BESOIN + "faire/<slug:acte>/", besoins.avancer, name="avancer_besoin"),
    path(_BESOIN + "pistes/ajouter/", besoins.ajouter_piste, name="ajouter_piste"),
    path(_BESOIN + "pistes/<int:piste>/", besoins.modifier_piste, name="modifier_piste"),
    path(_BESOIN + "pistes/<int:piste>/retirer/", besoins.retirer_piste, name="retirer_piste"),
    path("<int:annee>/candidatures/<int:pk>/trancher/<slug:acte>/", besoins.trancher, name="trancher_candidature"),
    path("<int:annee>/candidatures/<int:pk>/retirer/", appels.retirer, name="retirer_candidature"),
    path("<int:annee>/appels/", appels.lister, name="appels"),
    path("<int:annee>/appels/<int:pk>/", appels.voir, name="appel"),
]
