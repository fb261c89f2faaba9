"""Which scheme for my project; is a subsidy at risk of being held to be a public contract? Nothing is written."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..forms.aiguillage import AiguillageForm, RequalificationForm
from ..lectures.aiguillage import LIBELLES_VERDICT, conseils
from ..models import Besoin, Campagne, Dossier
from ..permissions.depot import peut_saisir
from ..permissions.intentions import peut_proposer_intention
from ..regles.aiguillage import Initiative, Verdict
from ..regles.requalification import Risque, analyser
from .campagne import rendre

RISQUES = {
    Risque.FAIBLE: ("Risque faible", "succes"),
    Risque.A_SURVEILLER: ("À surveiller", "attention"),
    Risque.FORT: ("Risque fort", "danger"),
}


@require_safe
@dans_le_contrat()
def choisir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A few questions, then the schemes with why, why not, and where to deposit."""
    assert portee.annee is not None
    depart = {"forme": portee.auteur.organisme.forme_juridique} if portee.roles.organismes_porteurs else {}
    form = AiguillageForm(request.GET or None, initial=depart)
    lus: list[Any] = []
    if form.is_valid():
        lus = conseils(portee.contrat, portee.annee, form.projet, le=timezone.localdate())
    return rendre(
        request,
        portee,
        "aiguillage",
        "aiguillage",
        form=form,
        conseils=[lu for lu in lus if not lu.ecarte],
        conseilles=sum(lu.libelle == LIBELLES_VERDICT[Verdict.CONSEILLE] for lu in lus),
        ecartes=[lu for lu in lus if lu.ecarte],
        requalification=portee.roles.instruit and form.is_valid() and form.projet.initiative == Initiative.SIGNATAIRES,
        propose=_propose(portee),
        commence=peut_saisir(portee.auteur, portee.contrat),
    )


def _propose(portee: Portee) -> bool:
    """May the reader tell its project to the funders now?"""
    campagnes = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).select_related("contrat")
    campagne = campagnes.first()
    return campagne is not None and bool(peut_proposer_intention(portee.auteur, campagne))


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def requalification(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Questions on how an action was born, and the note to print and keep with its file."""
    repondu = "intitule" in request.GET
    form = RequalificationForm(request.GET if repondu else None, initial=_depart(request, portee))
    contexte: dict[str, Any] = {"form": form, "analyse": None}
    if repondu and form.is_valid():
        analyse = analyser(form.faits)
        contexte |= {
            "analyse": analyse,
            "risque": RISQUES[analyse.risque],
            "reponses": form.reponses,
            "note": form.cleaned_data,
            "jour": timezone.localdate(),
            "auteur": portee.auteur,
        }
    return rendre(request, portee, "requalification", "aiguillage", **contexte)


def _depart(request: HttpRequest, portee: Portee) -> dict[str, str]:
    """The names of the file, or of the need, that the note is about, when one is given."""
    besoins = Besoin.objects.visibles_par(portee.auteur, portee.contrat).select_related("porteur")
    besoin = besoins.filter(pk=request.GET.get("besoin") if request.GET.get("besoin", "").isdigit() else None).first()
    if besoin is not None:
        return {"intitule": besoin.titre, "porteur": str(besoin.porteur or ""), "initiative": "collectivite"}
    visibles = Dossier.objects.visibles_par(portee.auteur, portee.contrat).select_related("porteur")
    dossier = visibles.filter(numero=request.GET.get("dossier", "")).first()
    return {"intitule": dossier.intitule, "porteur": str(dossier.porteur)} if dossier else {}
