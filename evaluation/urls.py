"""Addresses of the evaluation's pages; included under the contract's."""

from django.urls import path

from .views import catalogue, moyens, rapports

app_name = "evaluation"

urlpatterns = [
    path("rapports/", rapports.rapports, name="rapports"),
    path("rapports/produire/", rapports.produire, name="produire"),
    path("rapports/<int:numero>/", rapports.rapport, name="rapport"),
    path("rapports/<int:numero>/avancement/", rapports.avancement, name="avancement"),
    path("rapports/<int:numero>/relancer/", rapports.relancer, name="relancer"),
    path("rapports/<int:numero>/publier/", rapports.publier, name="publier"),
    path("rapports/<int:numero>/retirer/", rapports.retirer, name="retirer"),
    path("rapports/<int:numero>/synthese.pdf", rapports.fichier, {"forme": "pdf"}, name="pdf"),
    path("rapports/<int:numero>/synthese.xlsx", rapports.fichier, {"forme": "tableur"}, name="tableur"),
    path("rapports/<int:numero>/donnees.json", rapports.instantane, name="instantane"),
    path("<int:annee>/moyens/", moyens.moyens, name="moyens"),
    path("<int:annee>/moyens/tableau.xlsx", moyens.moyens_tableur, name="moyens_tableur"),
    path("<int:annee>/moyens/produire/", moyens.produire_moyens, name="produire_moyens"),
    path("<int:annee>/catalogue/", catalogue.catalogue, name="catalogue"),
    path("<int:annee>/catalogue/catalogue.pdf", catalogue.catalogue_pdf, name="catalogue_pdf"),
    path("<int:annee>/catalogue/produire/", catalogue.produire_catalogue, name="produire_catalogue"),
]
