"""The tab « Contexte », the accounts that it offers, and the trace of a visit."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from commun import fichiers
from commun.models.fichier import Analyse
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..lectures.comparaison import depuis_l_an_passe
from ..lectures.contexte import bilans_lisibles, contexte
from .acces import dossier_delibere, dossier_instruit
from .onglets import cadre_du_dossier


@dans_le_contrat(*INSTRUCTEURS)
@require_safe
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Earlier years, their accounts, and who else should pay."""
    dossier = dossier_delibere(portee, numero)
    return render(
        request,
        "programmation/contexte/contexte.html",
        {
            **cadre_du_dossier(portee, dossier, "contexte"),
            "lu": contexte(dossier, pour=portee.auteur, contrat=portee.contrat, le=timezone.localdate()),
            "changements": depuis_l_an_passe(dossier, timezone.localdate(), pour=portee.auteur),
        },
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_safe
def bilan(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponseBase:
    """The account of an action, as it was joined; an infected one is not served."""
    dossier = dossier_delibere(portee, numero)
    fichier = bilans_lisibles(dossier, pour=portee.auteur, contrat=portee.contrat).get(pk)
    if fichier is None or fichier.analyse == Analyse.INFECTE:
        raise Http404
    return fichiers.reponse(fichier)


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def visiter(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Remember that the person has the file under its eyes: sent by the page once it is shown."""
    actions.noter_visite(dossier_instruit(portee, numero), par=portee.auteur, le=timezone.now())
    return HttpResponse()  # nothing to show: the page sends it and reads no answer
