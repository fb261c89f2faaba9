"""The means of all partners: each one's own table, its import, the reminders."""

from django.urls import path

from ..views import moyens

_AN = "c/<slug:contrat>/<int:annee>/moyens/"

urlpatterns = [
    path("c/<slug:contrat>/<int:annee>/mes-moyens/", moyens.mes_moyens, name="mes_moyens"),
    path(f"{_AN}partenaires/<int:organisme>/", moyens.annoncer, name="annoncer_moyens"),
    path(f"{_AN}relancer/", moyens.relancer, name="relancer_moyens"),
    path(f"{_AN}importer/", moyens.importer, name="importer_moyens"),
    path(f"{_AN}importer/modele.csv", moyens.modele, name="modele_moyens"),
    path(f"{_AN}importer/<uuid:pk>/", moyens.suivre, name="import_moyens"),
]
