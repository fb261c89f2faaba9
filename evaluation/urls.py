"""Addresses of the evaluation's pages; included under the contract's."""

from django.urls import path

from . import views

app_name = "evaluation"

urlpatterns = [
    path("rapports/", views.rapports, name="rapports"),
    path("rapports/produire/", views.produire, name="produire"),
    path("rapports/<int:numero>/", views.rapport, name="rapport"),
    path("rapports/<int:numero>/avancement/", views.avancement, name="avancement"),
    path("rapports/<int:numero>/relancer/", views.relancer, name="relancer"),
    path("rapports/<int:numero>/publier/", views.publier, name="publier"),
    path("rapports/<int:numero>/retirer/", views.retirer, name="retirer"),
    path("rapports/<int:numero>/synthese.pdf", views.fichier, {"forme": "pdf"}, name="pdf"),
    path("rapports/<int:numero>/synthese.xlsx", views.fichier, {"forme": "tableur"}, name="tableur"),
    path("rapports/<int:numero>/donnees.json", views.instantane, name="instantane"),
]
