"""What-if programmings of a year."""

from django.urls import path

from ..views import comparaison, scenarios

urlpatterns = [
    path("<int:annee>/scenarios/", scenarios.lister, name="scenarios"),
    path("<int:annee>/scenarios/nouveau/", scenarios.creer, name="nouveau_scenario"),
    path("<int:annee>/scenarios/comparer/", comparaison.comparer_scenarios, name="comparer_scenarios"),
    path(
        "<int:annee>/scenarios/comparer/export.<str:format>",
        comparaison.exporter_comparaison,
        name="exporter_comparaison",
    ),
    path("<int:annee>/scenarios/<int:pk>/", scenarios.voir, name="scenario"),
    path("<int:annee>/scenarios/<int:pk>/export.<str:format>", scenarios.exporter_scenario, name="exporter_scenario"),
    path("<int:annee>/scenarios/<int:pk>/modifier/", scenarios.modifier, name="modifier_scenario"),
    path("<int:annee>/scenarios/<int:pk>/saisie/<int:demande>/", scenarios.saisir, name="saisir_scenario"),
    path("<int:annee>/scenarios/<int:pk>/ajuster/", scenarios.ajuster, name="ajuster_scenario"),
    path("<int:annee>/scenarios/<int:pk>/completer/", scenarios.completer, name="completer_scenario"),
    path("<int:annee>/scenarios/<int:pk>/proposer/", scenarios.promouvoir, name="promouvoir_scenario"),
    path("<int:annee>/scenarios/<int:pk>/propositions/<uuid:travail>/", scenarios.suivre, name="promotion_scenario"),
    path("<int:annee>/scenarios/<int:pk>/<slug:acte>/", scenarios.changer, name="changer_scenario"),
]
