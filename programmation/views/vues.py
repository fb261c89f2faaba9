"""Saved views: tabs of the table and of the kanban, kept and removed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from commun.views import faire, suite, traiter_formulaire
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..filters import FiltreDossiers
from ..forms import VueForm
from ..lectures.vues import vues_de
from ..models import VueEnregistree
from .vue_du_tableau import LECTEURS, adresse

# What a view keeps of the address: not the page, nor what is being loaded.
GARDES = (*FiltreDossiers.base_filters, "colonnes", "tri", "densite", "taille")


@dans_le_contrat(*LECTEURS)
@require_http_methods(["GET", "POST"])
def enregistrer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Give a name to what the address bar shows; with the list of the views that one finds among the tabs."""
    donnees = request.POST if request.method == "POST" else None
    parametres = parametres_gardes(
        QueryDict(request.POST.get("parametres", "") if donnees else request.GET.urlencode())
    )
    form = VueForm(donnees, pour=portee.auteur, contrat=portee.contrat, initial={"parametres": parametres})
    retour = suite(request) or adresse(portee, "tableau")
    return traiter_formulaire(
        request,
        form,
        lambda saisie: actions.enregistrer_vue(
            portee.contrat,
            nom=saisie["nom"],
            parametres=parametres,
            partage=saisie["partage"],
            par=portee.auteur,
        ),
        gabarit="programmation/tableau/vues.html",
        contexte={"vues": vues_de(portee.auteur, portee.contrat), "retour": retour, "pilote": portee.roles.pilote},
        retour=retour.partition("?")[0] + (f"?{parametres}" if parametres else ""),
        succes="La vue est enregistrée : elle a son onglet.",
    )


@dans_le_contrat(*LECTEURS)
@require_POST
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take a view out of the tabs."""
    visibles = [vue.pk for vue in vues_de(portee.auteur, portee.contrat)]
    vue = get_object_or_404(VueEnregistree, pk=pk, pk__in=visibles)
    return faire(
        request,
        lambda: actions.retirer_vue(vue, par=portee.auteur),
        retour=adresse(portee, "vues"),
        succes=f"La vue « {vue.nom} » est retirée.",
    )


def parametres_gardes(lus: QueryDict) -> str:
    """What a view keeps of an address, always written alike, so that the tab of the view in force is known."""
    gardes = QueryDict(mutable=True)
    for nom in sorted(GARDES):
        if valeurs := [valeur for valeur in lus.getlist(nom) if valeur]:
            gardes.setlist(nom, valeurs)
    return gardes.urlencode()


def onglets_des_vues(request: HttpRequest, portee: Portee) -> list[dict[str, Any]]:
    """The tabs: all the files, then the saved views; the one in force is marked."""
    ici = parametres_gardes(request.GET)
    onglets = [{"libelle": "Tous les dossiers", "url": request.path, "actif": not ici, "nombre": None}]
    for vue in vues_de(portee.auteur, portee.contrat):
        url = request.path + (f"?{vue.parametres}" if vue.parametres else "")
        onglets.append({"libelle": vue.nom, "url": url, "actif": bool(ici) and vue.parametres == ici, "nombre": None})
    return onglets
