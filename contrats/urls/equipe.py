"""Accounts, invitations, team, and the pages one only reads."""

from django.urls import path

from ..views import compte, equipe, invitation, lecture

urlpatterns = [
    path("mon-compte/", compte.mon_compte, name="mon_compte"),
    path(
        "mon-compte/<slug:contrat>/agir-pour/<int:organisme>/",
        compte.choisir_organisme,
        name="choisir_organisme",
    ),
    path("invitation/<str:jeton>/", invitation.invitation, name="invitation"),
    path("c/<slug:contrat>/", lecture.presentation, name="presentation"),
    path("c/<slug:contrat>/engagements/", lecture.engagements, name="engagements"),
    path("c/<slug:contrat>/territoires/", lecture.territoires, name="territoires"),
    path("c/<slug:contrat>/equipe/", equipe.equipe, name="equipe"),
    path("c/<slug:contrat>/equipe/inviter/", equipe.inviter, name="inviter"),
    path("c/<slug:contrat>/equipe/invitations/", equipe.invitations, name="invitations"),
    path("c/<slug:contrat>/equipe/invitations/<int:pk>/renvoyer/", equipe.renvoyer, name="renvoyer_invitation"),
    path("c/<slug:contrat>/equipe/invitations/<int:pk>/retirer/", equipe.retirer, name="retirer_invitation"),
    path("c/<slug:contrat>/equipe/<int:pk>/", equipe.habilitation, name="habilitation"),
    path("c/<slug:contrat>/equipe/<int:pk>/clore/", equipe.clore, name="clore_habilitation"),
]
