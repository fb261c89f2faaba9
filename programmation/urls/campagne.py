"""The call for projects of a year, its pieces, its schemes."""

from django.urls import path

from ..views import aiguillage, campagne, campagne_elements, dispositifs, eligibilite, indicateurs, intentions, revues

_CAMPAGNE = "<int:annee>/campagne/"
_INTENTION = "<int:annee>/intentions/<int:pk>/"
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
    path("<int:annee>/indicateurs/", indicateurs.lister, name="indicateurs"),
    path("<int:annee>/indicateurs/ajouter/", indicateurs.ajouter, name="ajouter_indicateur"),
    path("<int:annee>/indicateurs/<int:pk>/", indicateurs.modifier, name="indicateur"),
    path("<int:annee>/dispositifs/<int:pk>/dates/", dispositifs.dater, name="dater_dispositif"),
    path("<int:annee>/dispositifs/<int:pk>/dates/retirer/", dispositifs.retirer_dates, name="retirer_dates"),
    path("<int:annee>/quel-dispositif/", aiguillage.choisir, name="aiguillage"),
    path("<int:annee>/quel-dispositif/marche-public/", aiguillage.requalification, name="requalification"),
    path("<int:annee>/eligibilite/", eligibilite.lister, name="eligibilites"),
    path("<int:annee>/eligibilite/ajouter/", eligibilite.ajouter, name="ajouter_eligibilite"),
    path("<int:annee>/eligibilite/<int:pk>/", eligibilite.modifier, name="eligibilite"),
    path("<int:annee>/eligibilite/<int:pk>/retirer/", eligibilite.retirer, name="retirer_eligibilite"),
    path("<int:annee>/intentions/", intentions.lister, name="intentions"),
    path("<int:annee>/intentions/proposer/", intentions.proposer, name="proposer_intention"),
    path("<int:annee>/intentions/revues/preparer/", revues.preparer, name="preparer_revue"),
    path("<int:annee>/intentions/revues/<int:pk>/", revues.voir, name="revue"),
    path(_INTENTION, intentions.voir, name="intention"),
    path(_INTENTION + "modifier/", intentions.modifier, name="modifier_intention"),
    path(_INTENTION + "avis/", intentions.donner_avis, name="avis_intention"),
    path(_INTENTION + "dossier/", intentions.devenir_dossier, name="devenir_dossier"),
    path(_INTENTION + "repondre/<slug:acte>/", intentions.repondre, name="repondre_intention"),
]
