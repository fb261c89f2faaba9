"""Droit commun: the directory as list and tree, the actors' cards, the escalation notes."""

from django.urls import path

from ..views import droit_commun

urlpatterns = [
    path("c/<slug:contrat>/droit-commun/", droit_commun.liste, name="droit_commun"),
    path("c/<slug:contrat>/droit-commun/arbre/", droit_commun.arbre, name="droit_commun_arbre"),
    path("c/<slug:contrat>/droit-commun/ajouter/", droit_commun.nouvelle, name="nouvelle_ressource"),
    path("c/<slug:contrat>/droit-commun/<int:pk>/", droit_commun.ressource, name="ressource"),
    path("c/<slug:contrat>/droit-commun/<int:pk>/modifier/", droit_commun.modifier, name="modifier_ressource"),
    path("c/<slug:contrat>/droit-commun/<int:pk>/confirmer/", droit_commun.confirmer, name="confirmer_ressource"),
    path("c/<slug:contrat>/droit-commun/<int:pk>/retirer/", droit_commun.retirer, name="retirer_ressource"),
    path("c/<slug:contrat>/acteurs/", droit_commun.fiches, name="fiches"),
    path("c/<slug:contrat>/acteurs/ajouter/", droit_commun.choisir_acteur, name="nouvelle_fiche"),
    path("c/<slug:contrat>/acteurs/<int:organisme>/", droit_commun.fiche, name="fiche"),
    path("c/<slug:contrat>/acteurs/<int:organisme>/modifier/", droit_commun.modifier_fiche, name="modifier_fiche"),
    path("c/<slug:contrat>/acteurs/<int:organisme>/retirer/", droit_commun.retirer_fiche, name="retirer_fiche"),
    path("c/<slug:contrat>/escalades/", droit_commun.notes, name="escalades"),
    path("c/<slug:contrat>/escalades/ajouter/", droit_commun.nouvelle_note, name="nouvelle_escalade"),
    path("c/<slug:contrat>/escalades/<int:pk>/", droit_commun.note, name="escalade"),
    path("c/<slug:contrat>/escalades/<int:pk>/modifier/", droit_commun.modifier_note, name="modifier_escalade"),
    path("c/<slug:contrat>/escalades/<int:pk>/cotech/", droit_commun.porter_au_cotech, name="escalade_cotech"),
    path("c/<slug:contrat>/escalades/<int:pk>/copil/", droit_commun.porter_au_copil, name="escalade_copil"),
    path("c/<slug:contrat>/escalades/<int:pk>/suite/", droit_commun.traiter, name="escalade_suite"),
]
