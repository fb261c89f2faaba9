"""One file, as each reader may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from contrats.portee import Portee, dans_le_contrat

from ..etats import EtatDossier
from ..lectures.annexes import annexes_de
from ..lectures.dossier import Livre, fiche
from ..lectures.proximite import accompagnements, proximite_de
from ..lectures.recevabilite import complement_ouvert
from ..lectures.sollicitations import sollicitations_du_dossier
from ..lectures.visites import nouveautes
from ..models import Dossier
from ..permissions import (
    delibere,
    instruit,
    peut_donner_avis,
    peut_ecrire,
    peut_instruire,
    peut_repondre,
    peut_solliciter,
)
from ..permissions.proximite import peut_proposer_accompagnement
from .acces import LECTEURS, dossier_vu
from .instruction import AVEC_MOTIF, SANS_MOTIF
from .onglets import cadre_du_dossier
from .recevabilite import A_VERIFIER


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """All that a reader may know of one file."""
    dossier = dossier_vu(portee, numero)
    if dossier.etat == EtatDossier.BROUILLON and peut_ecrire(portee.auteur, dossier):
        return redirect("programmation:demande", contrat=portee.contrat.slug, annee=portee.annee, numero=numero)
    lue = fiche(dossier, pour=portee.auteur, contrat=portee.contrat)
    le = timezone.now()
    travaille = bool(lue.vie) or instruit(portee.auteur, dossier)
    entiere = travaille and delibere(portee.auteur, dossier)
    return render(
        request,
        "programmation/dossier/dossier.html",
        {
            **cadre_du_dossier(portee, dossier, "dossier"),
            "fiche": lue,
            "actes": _actes(portee, dossier, lue.livre),
            "avis_permis": peut_donner_avis(portee.auteur, dossier),
            "instruire": peut_instruire(portee.auteur, dossier),
            "repondre": peut_repondre(portee.auteur, dossier).permis,
            "complement": complement_ouvert(dossier, le=timezone.localdate(le)),
            "nouveautes": nouveautes(dossier, lue.vie, pour=portee.auteur, le=le) if travaille else None,
            "url_visite": _url(portee, dossier, "visiter") if travaille else "",
            "sollicitations": sollicitations_du_dossier(dossier, le=timezone.localdate(le)) if entiere else (),
            "solliciter": peut_solliciter(portee.auteur, dossier).permis,
            "annexes": annexes_de(dossier, timezone.localdate(le)),
            "proximite": proximite_de(dossier) if entiere else None,
            "appuis": accompagnements(portee.contrat, pour=portee.auteur, dossier=dossier),
            "appuyer": peut_proposer_accompagnement(portee.auteur, dossier).permis,
            "mon_avis": portee.auteur.organisme.de_nom if portee.auteur.organisme else "",
        },
    )


# Those of the menu that stand neither in the tab nor beside the request for a correction.
AUTRES_ACTES = [acte for acte in AVEC_MOTIF if acte != "declarer_incomplet"]


def _url(portee: Portee, dossier: Dossier, route: str) -> str:
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles)


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

    if dossier.etat in A_VERIFIER:
        # Complete or not is said where the checks are.
        verification = {
            "libelle": "Vérifier la recevabilité",
            "url": _url(portee, dossier, "recevabilite"),
            "post": False,
        }
        complement = {"libelle": "Demander un complément", "url": _url(portee, dossier, "demander_complement")}
        return {"suivants": [verification], "autres": [complement, *entrees(AUTRES_ACTES, "motiver")]}
    livre_ouvert = bool(livre.a_la_table_du_copil)
    validation = ["completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"]
    return {
        "suivants": entrees(SANS_MOTIF, "avancer") + (entrees(validation, "programmer") if livre_ouvert else []),
        "autres": entrees(["ajourner"], "ajourner") + entrees(AVEC_MOTIF, "motiver"),
    }
