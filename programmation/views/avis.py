"""Opinions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from acteurs.models import Organisme, TypeOrganisme
from commun.permissions import verifier
from commun.views import traiter_formulaire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import QualiteAvis
from ..forms import AvisForm
from ..models import Avis, Dossier
from ..permissions import en_delegue, peut_donner_avis, peut_instruire
from .acces import adresse_du_dossier, dossier_vu


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def donner_avis(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The opinion of one's organisation; the team may write another's."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_donner_avis(portee.auteur, dossier))
    qualite = QualiteAvis.DELEGUE if en_delegue(portee.auteur, dossier) else QualiteAvis.ORGANISME
    connu = Avis.objects.filter(dossier=dossier, organisme=portee.auteur.organisme, qualite=qualite).first()
    initial = {"sens": connu.sens, "texte": connu.texte} if connu else None

    def donner(saisie: dict[str, Any]) -> None:
        organisme = saisie.pop("organisme", None)
        auteur = portee.auteur.au_nom_de(organisme) if organisme else portee.auteur
        actions.donner_avis(dossier, **saisie, par=auteur, le=timezone.now())

    return traiter_formulaire(
        request,
        AvisForm(request.POST or None, initial=initial, autres=_autres_organismes(portee, dossier)),
        donner,
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Donner un avis",
            "explication": f"Avis {portee.auteur.organisme.de_nom}.",
        },
        retour=adresse_du_dossier(portee, numero),
        succes="L’avis est enregistré.",
    )


def _autres_organismes(portee: Portee, dossier: Dossier) -> Any:
    """Organisations for which the team writes opinions: those that the file asks, and its communes; None for others."""
    if not peut_instruire(portee.auteur, dossier):
        return None
    communes = dossier.localisations.exclude(commune=None).values("commune__code")
    return Organisme.objects.filter(
        Q(pk__in=dossier.demandes.values("financeur")) | Q(type=TypeOrganisme.COMMUNE, code_commune__in=communes)
    ).exclude(pk=portee.auteur.organisme.pk)
