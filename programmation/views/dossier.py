"""One file, as each reader may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contrats.portee import Portee, dans_le_contrat

from ..etats import EtatDossier
from ..lectures.dossier import Livre, fiche
from ..models import Dossier
from ..permissions import peut_donner_avis, peut_ecrire, peut_instruire
from .acces import LECTEURS, dossier_vu
from .instruction import AVEC_MOTIF, SANS_MOTIF
from .onglets import cadre_du_dossier


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """All that a reader may know of one file."""
    dossier = dossier_vu(portee, numero)
    if dossier.etat == EtatDossier.BROUILLON and peut_ecrire(portee.auteur, dossier):
        return redirect("programmation:demande", contrat=portee.contrat.slug, annee=portee.annee, numero=numero)
    lue = fiche(dossier, pour=portee.auteur, contrat=portee.contrat)
    return render(
        request,
        "programmation/dossier/dossier.html",
        {
            **cadre_du_dossier(portee, dossier, "dossier"),
            "fiche": lue,
            "actes": _actes(portee, dossier, lue.livre),
            "avis_permis": peut_donner_avis(portee.auteur, dossier),
            "mon_avis": portee.auteur.organisme.de_nom if portee.auteur.organisme else "",
        },
    )


def _actes(portee: Portee, dossier: Dossier, livre: Livre) -> dict[str, list[dict[str, Any]]]:
    """What the team may do next with the file as a file: the way forward first, the rest in the menu."""
    if not peut_instruire(portee.auteur, dossier):
        return {"suivants": [], "autres": []}
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}

    def entrees(noms: Any, route: str) -> list[dict[str, Any]]:
        return [
            {
                "libelle": dossier.TRANSITIONS[nom].libelle,
                "url": reverse(
                    f"programmation:{route}",
                    kwargs=cles if route in ("programmer", "ajourner") else cles | {"acte": nom},
                ),
                "post": route == "avancer",
            }
            for nom in noms
            if dossier.transition_possible(nom)
        ]

    livre_ouvert = bool(livre.a_la_table_du_copil)
    validation = ["completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"]
    return {
        "suivants": entrees(SANS_MOTIF, "avancer") + (entrees(validation, "programmer") if livre_ouvert else []),
        "autres": entrees(["ajourner"], "ajourner") + entrees(AVEC_MOTIF, "motiver"),
    }
