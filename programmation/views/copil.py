"""What the COPIL did with one file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.permissions import verifier
from commun.views import suite, traiter_formulaire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..forms import AjournementForm, ValidationForm
from ..lectures.dossier import fiche
from ..lectures.proximite import comites_validant
from ..permissions import peut_programmer_dossier
from .acces import adresse_du_dossier, dossier_vu


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def programmer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The COPIL's validation of one file: what it kept of each proposal on its table."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_programmer_dossier(portee.auteur, dossier))
    livre = fiche(dossier, pour=portee.auteur, contrat=portee.contrat).livre
    form = ValidationForm(
        request.POST or None,
        comites=comites_validant(dossier),
        annee=dossier.campagne.annee,
        lignes=livre.a_la_table_du_copil,
    )
    return traiter_formulaire(
        request,
        form,
        lambda saisie: actions.programmer(
            dossier, reunion=saisie["reunion"], montants=form.montants, par=portee.auteur, le=timezone.now()
        ),
        gabarit="programmation/dossier/programmer.html",
        contexte={"dossier": dossier, "livre": livre, "mixte": len({li.dispositif for li in livre.lignes}) > 1},
        retour=suite(request) or adresse_du_dossier(portee, numero),
        succes=f"La programmation du dossier {dossier.numero} est validée.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def ajourner(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The COPIL puts the file off."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_programmer_dossier(portee.auteur, dossier))
    return traiter_formulaire(
        request,
        AjournementForm(request.POST or None, comites=comites_validant(dossier), annee=dossier.campagne.annee),
        lambda saisie: actions.ajourner(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Ajourner le dossier",
            "explication": "Le COPIL se prononcera plus tard : dites ce qu’il attend.",
        },
        retour=suite(request) or adresse_du_dossier(portee, numero),
        succes="Le dossier est ajourné.",
    )
