"""A paper received by the team for a deposited request: by post, by e-mail, over the counter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from acteurs.models import TypePiece
from commun.permissions import verifier
from commun.televersement import verifier_taille
from commun.views import traiter_formulaire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..forms.depot import PieceRecueForm
from ..permissions import peut_corriger
from .depot import demande_lue


@require_http_methods(["GET", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def joindre(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Join it to the request, saying where it comes from."""
    dossier = demande_lue(portee, numero)
    verifier(peut_corriger(portee.auteur, dossier))

    def ecrire(saisie: dict[str, object]) -> object:
        recu = form.cleaned_data["fichier"]
        verifier_taille(recu.name, recu.size, champ="fichier")
        return actions.joindre_piece_recue(
            dossier,
            type=TypePiece(form.cleaned_data["type"]),
            nom=recu.name,
            contenu=recu.read(),
            motif=form.cleaned_data["motif"],
            par=portee.auteur,
            le=timezone.now(),
        )

    form = PieceRecueForm(request.POST or None, request.FILES or None)
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": numero}
    return traiter_formulaire(
        request,
        form,
        ecrire,
        gabarit="programmation/dossier/piece_recue.html",
        contexte={"dossier": dossier},
        retour=reverse("programmation:demande", kwargs=cles),
        succes="La pièce est jointe ; le porteur la voit dans sa demande.",
    )
