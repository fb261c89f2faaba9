"""Acts on many files of the table: shown first, then planned; their progress and their result have an address."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.permissions import verifier
from commun.typographie import euros
from contrats.etats import Role
from contrats.models import Comite, Contrat
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDossier
from ..forms import MotifForm, ProgrammationForm
from ..forms.instruire import SollicitationEnLotForm
from ..lectures.proximite import comites_de_la_selection, comites_des_initiatives
from ..lectures.selection import ApercuDeValidation, apercu_de_la_validation
from ..lectures.sollicitations import candidats_du_contrat
from ..lectures.tableau import a_valider, avec_relations, lignes
from ..permissions import peut_programmer
from .sollicitations import DELAI_DE_REPONSE
from .vue_du_tableau import SEPARATEUR, adresse, lire_vue, visibles

LIGNES_MONTREES = 200
# What the initiatives page says of itself when it records a decision.
DEPUIS_LES_INITIATIVES = "initiatives"
# The jobs whose result is kept, and what each is called.
TRAVAUX = {
    "programmation.programmer_selection": "Validation de la programmation",
    "programmation.agir_sur_selection": "Acte sur une sélection",
    "programmation.saisir_lot": "Enregistrement du tableau rempli",
}


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["POST"])
def programmer_selection(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Show what the COPIL is about to validate, then plan the job."""
    verifier(peut_programmer(portee.auteur, portee.contrat))
    assert portee.annee is not None
    confirme = "reunion" in request.POST
    numeros = _numeros_choisis(request.POST, portee, a_valider)
    choisis = _choisis(portee, numeros)
    des_initiatives = request.POST.get("depuis") == DEPUIS_LES_INITIATIVES
    form = ProgrammationForm(
        request.POST if confirme else None,
        comites=_instances(portee.contrat, choisis, des_initiatives=des_initiatives),
        annee=portee.annee,
    )
    if confirme and form.is_valid():
        try:
            travail = actions.programmer_selection(
                portee.contrat, numeros, reunion=form.cleaned_data["reunion"], par=portee.auteur, le=timezone.now()
            )
        except RegleEnfreinte as erreur:
            form.add_error(None, erreur.message)
        else:
            return redirect(adresse(portee, "travail", pk=travail.pk))
    lues = lignes(choisis, pour=portee.auteur, contrat=portee.contrat)
    apercu = apercu_de_la_validation([ligne.pk for ligne in lues], form.instances_choisies)
    return render(
        request,
        "programmation/tableau/selection.html",
        {
            "form": form,
            "instances": apercu.instances,
            "lignes": [(ligne, apercu.du_dossier(ligne.pk), apercu.restent(ligne.pk)) for ligne in lues],
            "a_programmer": _en_mots(apercu),
            "choix": SEPARATEUR.join(ligne.numero for ligne in lues),
            "depuis": DEPUIS_LES_INITIATIVES if des_initiatives else "",
            "retour": adresse(portee, "initiatives" if des_initiatives else "tableau"),
        },
        status=422 if form.errors else 200,
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def agir_sur_selection(request: HttpRequest, portee: Portee, acte: str) -> HttpResponse:
    """Show which files the act moves and which it cannot, then plan the job."""
    verifier(peut_programmer(portee.auteur, portee.contrat))
    if acte not in actions.ACTES_EN_LOT:
        raise Http404
    numeros = _numeros_choisis(request.POST, portee, lambda dossiers: dossiers)
    confirme = "confirme" in request.POST
    choisi = actions.ACTES_EN_LOT[acte]
    form = _formulaire(choisi.forme, request.POST if confirme else None, portee)
    refus = ""
    if confirme and (form is None or form.is_valid()):
        try:
            travail = actions.agir_sur_selection(
                portee.contrat,
                numeros,
                acte=acte,
                champs=form.cleaned_data if form else {},
                par=portee.auteur,
            )
        except RegleEnfreinte as erreur:
            refus = erreur.message
        else:
            return redirect(adresse(portee, "travail", pk=travail.pk))
    choisis = list(_choisis(portee, numeros))
    possibles = [dossier for dossier in choisis if dossier.etat in choisi.de]
    return render(
        request,
        "programmation/tableau/lot.html",
        {
            "acte": acte,
            "libelle": choisi.libelle,
            "vers": EtatDossier(choisi.vers).label if choisi.vers else "",
            "form": form,
            "refus": refus,
            "possibles": possibles,
            "impossibles": [dossier for dossier in choisis if dossier.etat not in choisi.de],
            "montrees": LIGNES_MONTREES,
            "choix": SEPARATEUR.join(dossier.numero for dossier in possibles),
            "retour": adresse(portee, "tableau"),
        },
        status=422 if refus or (form and form.errors) else 200,
    )


@dans_le_contrat(*INSTRUCTEURS)
def suivre(request: HttpRequest, portee: Portee, pk: str) -> HttpResponse:
    """Progress and result of an act on many lines; seen by who asked for it."""
    travaux = Travail.objects.filter(nom__in=TRAVAUX, cible_id=portee.contrat.pk, demande_par=request.user)
    travail = get_object_or_404(travaux, pk=pk)
    gabarit = "programmation/tableau/_travail.html" if request.htmx else "programmation/tableau/travail.html"  # type: ignore[attr-defined]
    return render(
        request,
        gabarit,
        {"travail": travail, "titre_du_travail": _titre(travail), "retour": adresse(portee, "tableau")},
    )


def _instances(contrat: Contrat, choisis: Any, *, des_initiatives: bool) -> list[Comite]:
    """The bodies whose decision may be recorded: from the initiatives page, the one that decides on these only."""
    if des_initiatives:
        return comites_des_initiatives(contrat)
    return comites_de_la_selection(contrat, [dossier.pk for dossier in choisis])


def _en_mots(apercu: ApercuDeValidation) -> str:
    """Euros to programme; by body when several may decide."""
    if len(apercu.instances) == 1:
        return euros(apercu.totaux[0][1])
    return ", ".join(f"{euros(total)} ({comite.nom})" for comite, total in apercu.totaux)


def _formulaire(forme: str, saisie: QueryDict | None, portee: Portee) -> Any:
    """What the act asks, once for all the files; None when it asks nothing."""
    match forme:
        case "motif":
            return MotifForm(saisie)
        case "avis":
            demain = {"echeance": timezone.localdate() + DELAI_DE_REPONSE}
            return SollicitationEnLotForm(saisie, groupes=candidats_du_contrat(portee.contrat), initial=demain)
    return None


def _titre(travail: Travail) -> str:
    if travail.nom == "programmation.agir_sur_selection":
        return actions.ACTES_EN_LOT[travail.parametres["acte"]].libelle
    return TRAVAUX[travail.nom]


def _numeros_choisis(saisie: QueryDict, portee: Portee, retenir: Any) -> list[str]:
    """The numbers of the files ticked in the table, of all those that its filters keep, or of a choice to confirm."""
    if "choix" in saisie:
        return saisie["choix"].splitlines()
    if "filtres" in saisie:
        liste = lire_vue(QueryDict(saisie["filtres"]), portee).dossiers
        return list(retenir(liste).values_list("numero", flat=True))
    return saisie.getlist("numero")


def _choisis(portee: Portee, numeros: list[str]) -> Any:
    """Those of the year that one sees, in the order of their numbers."""
    choisis = visibles(portee).filter(numero__in=numeros, campagne__annee=portee.annee).order_by("numero")
    return avec_relations(choisis, pour=portee.auteur, contrat=portee.contrat)
