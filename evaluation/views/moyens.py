"""The table of all means, live: what is declared, what is known otherwise, who is to be reminded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from commun.exports import TYPES_MIME
from contrats.etats import Role
from contrats.lectures.moyens import MoyensDuPartenaire
from contrats.permissions import (
    organismes_annonces,
    peut_annoncer,
    peut_relancer_les_partenaires,
)
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..etats import TypeRapport
from ..lectures.moyens import Rapprochement, TableauDesMoyens, tableau_des_moyens
from ..models import Rapport
from ..permissions import LECTEURS_DES_MOYENS, peut_produire
from ..rapports.blocs import Bloc
from ..rapports.moyens import classeur, tableaux
from ..rapports.parties import tous_les_moyens as parties
from ..rapports.parties.tous_les_moyens import mot_de_la_case, nom_de_la_ligne
from ..rapports.tableur import tableur


def _lire(portee: Portee) -> TableauDesMoyens:
    assert portee.annee is not None
    return tableau_des_moyens(portee.contrat, portee.annee, pour=portee.auteur, le=timezone.now())


@require_safe
@dans_le_contrat(*LECTEURS_DES_MOYENS)
def moyens(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The whole table of a year, partner by partner."""
    t = _lire(portee)
    siens = organismes_annonces(portee.roles)
    connus = {(r.organisme, r.nature, r.section): r for r in t.rapprochements if r.programmation or r.couvre}
    contexte = {
        "t": t,
        "completude": t.completude,
        "partenaires": [_partenaire(p, portee, siens, connus) for p in t.partenaires],
        "avec_programmation": t.programmation_lue != "aucune",
        "doubles_comptes": parties.doubles_comptes(t),
        "declares_seulement": parties.declares_seulement(t),
        "graphique": [Bloc(b) for b in parties.par_orientation(t).briques],
        "rapprochement": [Bloc(b) for b in parties.rapprochement(t).briques] if t.rapprochements else [],
        "en_nature": [Bloc(b) for b in parties.en_nature(t)],
        "editions": Rapport.objects.visibles_par(portee.auteur, portee.contrat)
        .du_type(TypeRapport.MOYENS)
        .filter(annee=portee.annee)
        .order_by("-version")[:5],
        "annonce": peut_annoncer(portee.auteur, portee.contrat),
        "relance": peut_relancer_les_partenaires(portee.auteur, portee.contrat),
        "production": peut_produire(portee.auteur, portee.contrat),
        "annee": portee.annee,
        "contrat": portee.contrat,
    }
    return render(request, "evaluation/moyens/tableau.html", contexte)


def _partenaire(
    p: MoyensDuPartenaire, portee: Portee, siens: frozenset[int], connus: dict[tuple[int, str, str], Rapprochement]
) -> dict[str, Any]:
    """One partner as the page shows it: its lines in words, what is known otherwise, whether this person answers."""
    lignes = [
        {
            "nom": nom_de_la_ligne(x.nature, x.section),
            "muette": x.muette and x.total is None and not x.en_nature,
            "sans_objet": x.sans_objet and x.total is None,
            "ensemble": mot_de_la_case(x.ensemble),
            "cases": [(mot_de_la_case(c), c.montant is not None) for c in x.cases],
            "total": x.total,
            "en_nature": x.en_nature,
            "connu": connus.get((p.pk, x.nature, x.section)),
        }
        for x in p.lignes
    ]
    return {"lu": p, "lignes": lignes, "repond": portee.roles.pilote_tout or p.pk in siens}


@require_safe
@dans_le_contrat(*LECTEURS_DES_MOYENS)
def moyens_tableur(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The table as a workbook, as this person reads it now."""
    t = _lire(portee)
    reponse = HttpResponse(tableur(classeur(t, tableaux(t))), content_type=TYPES_MIME["xlsx"])
    nom = f"moyens-{portee.contrat.slug}-{portee.annee}.xlsx"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def produire_moyens(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Ask for the next edition of the table, then watch it being made."""
    assert portee.annee is not None
    rapport = actions.demander_rapport(
        portee.contrat, portee.annee, TypeRapport.MOYENS, par=portee.auteur, le=timezone.now()
    )
    return redirect(reverse("evaluation:avancement", kwargs={"contrat": portee.contrat.slug, "numero": rapport.pk}))
