"""Keys of the API and subscriptions."""

from django.urls import path

from ..views import acces_api

_CLES = "c/<slug:contrat>/cles/"

urlpatterns = [
    path(_CLES, acces_api.cles, name="cles"),
    path(_CLES + "creer/", acces_api.creer_cle, name="creer_cle"),
    path(_CLES + "<int:pk>/revoquer/", acces_api.revoquer_cle, name="revoquer_cle"),
    path(_CLES + "abonnements/creer/", acces_api.abonner, name="abonner"),
    path(_CLES + "abonnements/<int:pk>/", acces_api.abonnement, name="abonnement"),
    path(_CLES + "abonnements/<int:pk>/resilier/", acces_api.resilier, name="resilier"),
    path("c/<slug:contrat>/equipe/<int:pk>/gestionnaire/", acces_api.nommer_gestionnaire, name="nommer_gestionnaire"),
]
