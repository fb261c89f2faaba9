"""« Mon organisme »: card, papers, budgets."""

from django.urls import path

from ..views import budget_organisme, organisme, personnes

_UN = "organismes/<int:pk>/"

urlpatterns = [
    path("mon-organisme/", organisme.mon_organisme, name="mon_organisme"),
    path(_UN, organisme.fiche, name="organisme"),
    path(_UN + "fiche/<slug:code>/", organisme.modifier, name="modifier_organisme"),
    path(_UN + "pieces/", organisme.pieces, name="pieces_organisme"),
    path(_UN + "pieces/joindre/", organisme.joindre, name="joindre_piece_organisme"),
    path(_UN + "pieces/<int:piece>/", organisme.telecharger, name="piece_organisme"),
    path(_UN + "pieces/<int:piece>/remplacer/", organisme.remplacer, name="remplacer_piece_organisme"),
    path(_UN + "pieces/<int:piece>/retirer/", organisme.retirer, name="retirer_piece_organisme"),
    path(_UN + "budgets/", budget_organisme.budgets, name="budgets_organisme"),
    path(_UN + "budgets/<int:exercice>/", budget_organisme.modifier, name="budget_organisme"),
    path(_UN + "personnes/", personnes.personnes, name="personnes_organisme"),
    path(_UN + "personnes/<int:habilitation>/clore/", personnes.clore, name="clore_porteur"),
    path(_UN + "personnes/<int:habilitation>/gestionnaire/", personnes.nommer, name="nommer_porteur"),
    path(_UN + "invitations/<int:invitation>/renvoyer/", personnes.renvoyer, name="renvoyer_porteur"),
    path(_UN + "invitations/<int:invitation>/retirer/", personnes.retirer, name="retirer_invitation_porteur"),
]
