"""The call for projects of a year, its pieces, its schemes."""

from django.urls import path

from ..views import campagne, campagne_elements, dispositifs

_CAMPAGNE = "<int:annee>/campagne/"
_ELEMENT = _CAMPAGNE + "<slug:genre>/<int:pk>/"

urlpatterns = [
    path(_CAMPAGNE, campagne.voir, name="campagne"),
    path(_CAMPAGNE + "nouvelle/", campagne.creer, name="creer_campagne"),
    path(_CAMPAGNE + "modifier/", campagne.modifier, name="modifier_campagne"),
    path(_CAMPAGNE + "note-de-cadrage.pdf", campagne.note_de_cadrage, name="note_de_cadrage"),
    path(_CAMPAGNE + "faire/<slug:acte>/", campagne.changer, name="changer_campagne"),
    path(_CAMPAGNE + "delais/accorder/", campagne.ouvrir_tardivement, name="ouvrir_tardivement"),
    path(_CAMPAGNE + "delais/<int:pk>/retirer/", campagne.retirer_ouverture, name="retirer_ouverture"),
    path(_CAMPAGNE + "<slug:genre>/ajouter/", campagne_elements.ajouter, name="ajouter_element"),
    path(_ELEMENT, campagne_elements.modifier, name="modifier_element"),
    path(_ELEMENT + "retirer/", campagne_elements.retirer, name="retirer_element"),
    path("<int:annee>/dispositifs/", dispositifs.lister, name="dispositifs"),
    path("<int:annee>/dispositifs/ajouter/", dispositifs.ajouter, name="ajouter_dispositif"),
    path("<int:annee>/dispositifs/<int:pk>/", dispositifs.modifier, name="dispositif"),
    path("<int:annee>/dispositifs/<int:pk>/retirer/", dispositifs.retirer, name="retirer_dispositif"),
]
