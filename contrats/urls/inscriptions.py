"""A porteur joins a contract: its public pages, and the team's."""

from django.urls import path

from ..views import inscription, inscriptions

_EQUIPE = "c/<slug:contrat>/equipe/inscriptions/"

urlpatterns = [
    path("inscription/", inscription.liste, name="inscription_liste"),
    path("inscription/<slug:identifiant>/", inscription.siret, name="inscription"),
    path("inscription/<slug:identifiant>/siret/<str:siret>/", inscription.personne, name="inscription_personne"),
    path("inscription/<slug:identifiant>/envoyee/", inscription.envoyee, name="inscription_envoyee"),
    path("confirmer-inscription/<str:jeton>/", inscription.confirmer, name="confirmer_inscription"),
    path(_EQUIPE, inscriptions.a_verifier, name="inscriptions_a_verifier"),
    path(_EQUIPE + "<int:pk>/", inscriptions.inscription, name="inscription_a_trancher"),
    path(_EQUIPE + "<int:pk>/accepter/", inscriptions.accepter, name="accepter_inscription"),
    path(_EQUIPE + "<int:pk>/refuser/", inscriptions.refuser, name="refuser_inscription"),
]
