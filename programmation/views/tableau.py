"""The instruction table and its exports."""

from __future__ import annotations

import tempfile
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from acteurs.models import Organisme
from commun.colonnes import TypeColonne, ligne_de_totaux
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.pages import Pagination
from commun.typographie import date_heure, pluriel
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..exports.tableau import colonnes_exportees
from ..lectures.tableau import a_valider
from ..models import Campagne
from ..permissions import peut_importer, peut_programmer
from ..tables import ESSENTIELLES, POUR_SAISIR
from .kanban import formes
from .saisie import piece_de_la_session
from .sollicitations import CONSULTES
from .vue_du_tableau import (
    LECTEURS,
    Vue,
    adresse,
    avec,
    lire_vue,
    parametres_sans,
    rangees,
    totaux_affiches,
    toutes_les_lignes,
)
from .vues import onglets_des_vues

TAILLES = (25, 50, 100)


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The table of a year's files; htmx asks for its body alone."""
    vue = lire_vue(request.GET, portee)
    par_page = int(request.GET.get("taille", 50)) if request.GET.get("taille") in map(str, TAILLES) else 50
    pages = Pagination(vue.dossiers, total=vue.totaux.nombre, par_page=par_page)
    page = pages.get_page(request.GET.get("page"))
    programmer = peut_programmer(portee.auteur, portee.contrat)
    contexte = {
        "vue": vue,
        "campagne": Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).first(),
        "page_obj": page,
        "rangees": rangees(page.object_list, vue, portee),
        "entetes": _entetes(request.GET, vue),
        "totaux": ligne_de_totaux(vue.colonnes, totaux_affiches(vue), pluriel(vue.totaux.nombre, "dossier")),
        "saisie": _saisie(request, portee, vue),
        "actes_en_lot": [(nom, acte.libelle) for nom, acte in actions.ACTES_EN_LOT.items()],
        "puces": vue.filtre.puces(request.GET),
        "choix_de_colonnes": [(colonne, colonne in vue.colonnes) for colonne in vue.jeu],
        "essentielles": ESSENTIELLES,
        "message_ignores": vue.message_ignores,
        "onglets": onglets_des_vues(request, portee),
        "formes": formes(request, portee, "tableau"),
        "programmer": programmer,
        "instruit": portee.roles.instruit,
        "consulte": portee.roles.administre or portee.roles.tient(*CONSULTES),
        "importer": peut_importer(portee.auteur, portee.contrat),
        "reporter": portee.roles.instruit,
        "a_valider": a_valider(vue.dossiers).count() if programmer else 0,
        "filtres": avec(request.GET),
        "exports": [(nom.upper(), _adresse_export(portee, nom, request.GET)) for nom in TYPES_MIME],
        "autres_parametres": parametres_sans(request.GET, "colonnes", "page"),
        "parametres_d_affichage": parametres_sans(request.GET, *vue.filtre.form.fields, "page"),
        "filtres_ouverts": vue.filtres_ouverts,
        "tailles": [(n, "?" + avec(request.GET, taille=str(n)), n == par_page) for n in TAILLES],
        "dense": request.GET.get("densite") != "aere",
        "url_densite": "?" + avec(request.GET, densite="aere" if request.GET.get("densite") != "aere" else ""),
    }
    gabarit = "programmation/tableau/_tableau.html" if request.htmx else "programmation/tableau/tableau.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


@dans_le_contrat(*LECTEURS)
def exporter_tableau(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """What the screen shows, with its filters, its sort and its columns, all pages together."""
    if format not in TYPES_MIME:
        raise Http404
    vue = lire_vue(request.GET, portee)
    titre = f"Programmation {portee.annee} — {portee.contrat.nom}"
    mots = [mot for mot, _ in vue.filtre.puces(request.GET)]
    mentions = [
        f"Extrait de Pilotville le {date_heure(timezone.localtime())}",
        "Filtres : " + (" · ".join(mots) if mots else "aucun"),
        "Montants en euros.",
    ]
    if Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee, fictif=True).exists():
        mentions.append("Données fictives de démonstration.")
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            colonnes_exportees(vue.colonnes, vue.dossiers, financeur=vue.filtre.financeur_choisi),
            toutes_les_lignes(vue, portee),
            sortie,
            format=format,
            titre=titre,
            totaux=totaux_affiches(vue),
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"programmation-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


# --- Inside ----------------------------------------------------------------------------------------------------------


def _saisie(request: HttpRequest, portee: Portee, vue: Vue) -> dict[str, Any] | None:
    """For whom the reader types, where to start, and the document read when it is for another."""
    if vue.saisie_de is None:
        return None
    financeur = Organisme.objects.get(pk=vue.saisie_de)
    colonnes = request.GET.copy()
    colonnes.setlist("colonnes", POUR_SAISIR)
    colonnes["financeur"] = str(financeur.pk)
    return {
        "financeur": financeur,
        "ouverte": vue.saisit,
        "url": "?" + avec(colonnes),
        "telechargements": [
            (nom.upper(), adresse(portee, "hors_ligne", format=nom) + "?" + avec(request.GET)) for nom in TYPES_MIME
        ],
        "url_import": adresse(portee, "importer_saisie") + "?" + avec(request.GET, financeur=str(financeur.pk)),
        "pour_le_compte": portee.auteur.au_nom_de(financeur).pour_le_compte_de is not None,
        "piece_source": piece_de_la_session(request, portee, financeur.pk),
    }


def _entetes(parametres: QueryDict, vue: Vue) -> list[dict[str, Any]]:
    return [
        {
            "cle": entete.colonne.cle,
            "libelle": entete.colonne.libelle,
            "nombre": entete.colonne.numerique,
            "unite": "€" if entete.colonne.type == TypeColonne.EUROS else "",
            "tri": entete.aria_sort,
            "url_tri": "?" + avec(parametres, tri=entete.tri_suivant) if entete.tri_suivant else "",
        }
        for entete in vue.jeu.entetes(vue.colonnes, vue.tri)
    ]


def _adresse_export(portee: Portee, format: str, parametres: QueryDict) -> str:
    return adresse(portee, "export", format=format) + "?" + avec(parametres)
