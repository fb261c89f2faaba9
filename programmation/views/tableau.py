"""The instruction table, its exports, and the COPIL's validation of a selection."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from acteurs.models import Organisme
from commun.colonnes import TypeColonne, ligne_de_totaux
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.models import Travail
from commun.pages import Pagination
from commun.permissions import verifier
from commun.typographie import date_heure, euros, pluriel
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import ProgrammationForm
from ..lectures.dossier import TableDuCopil, tables_du_copil
from ..lectures.tableau import a_valider, avec_relations, lignes
from ..models import Campagne
from ..permissions import peut_importer, peut_programmer
from ..tables import ESSENTIELLES, POUR_SAISIR
from .saisie import piece_de_la_session
from .sollicitations import CONSULTES
from .vue_du_tableau import (
    LECTEURS,
    SEPARATEUR,
    Vue,
    adresse,
    avec,
    lire_vue,
    parametres_sans,
    rangees,
    totaux_affiches,
    toutes_les_lignes,
    visibles,
)

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
        "puces": vue.filtre.puces(request.GET),
        "choix_de_colonnes": [(colonne, colonne in vue.colonnes) for colonne in vue.jeu],
        "essentielles": ESSENTIELLES,
        "message_ignores": "Filtre illisible, laissé de côté : " + ", ".join(vue.filtre.ignores).lower() + ".",
        "programmer": programmer,
        "consulte": portee.roles.administre or portee.roles.tient(*CONSULTES),
        "importer": peut_importer(portee.auteur, portee.contrat),
        "reporter": portee.roles.instruit,
        "a_valider": a_valider(vue.dossiers).count() if programmer else 0,
        "filtres": avec(request.GET),
        "exports": [(nom.upper(), _adresse_export(portee, nom, request.GET)) for nom in TYPES_MIME],
        "autres_parametres": parametres_sans(request.GET, "colonnes", "page"),
        "parametres_d_affichage": parametres_sans(request.GET, *vue.filtre.form.fields, "page"),
        "filtres_ouverts": any(
            vue.filtre.valeurs.get(nom) for nom in ("commune", "qpv", "caractere", "nature", "attend", "miens")
        ),
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
            vue.colonnes,
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


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["POST"])
def programmer_selection(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Show what the COPIL is about to validate, then plan the job."""
    verifier(peut_programmer(portee.auteur, portee.contrat))
    assert portee.annee is not None
    confirme = "reunion" in request.POST
    numeros = _numeros_choisis(request.POST, portee)
    form = ProgrammationForm(request.POST if confirme else None, contrat=portee.contrat, annee=portee.annee)
    if confirme and form.is_valid():
        try:
            travail = actions.programmer_selection(
                portee.contrat, numeros, reunion=form.cleaned_data["reunion"], par=portee.auteur, le=timezone.now()
            )
        except RegleEnfreinte as erreur:
            form.add_error(None, erreur.message)
        else:
            return redirect(adresse(portee, "travail", pk=travail.pk))
    choisis = visibles(portee).filter(numero__in=numeros, campagne__annee=portee.annee).order_by("numero")
    lues = lignes(
        avec_relations(choisis, pour=portee.auteur, contrat=portee.contrat), pour=portee.auteur, contrat=portee.contrat
    )
    tables = tables_du_copil(dossier.pk for dossier in choisis)
    en_attente = TableDuCopil()
    return render(
        request,
        "programmation/tableau/selection.html",
        {
            "form": form,
            "lignes": [(ligne, tables.get(ligne.pk, en_attente)) for ligne in lues],
            "choix": SEPARATEUR.join(ligne.numero for ligne in lues),
            "a_programmer": euros(sum((table.montant for table in tables.values()), Decimal())),
            "retour": adresse(portee, "tableau"),
        },
        status=422 if form.errors else 200,
    )


@dans_le_contrat(*INSTRUCTEURS)
def suivre(request: HttpRequest, portee: Portee, pk: str) -> HttpResponse:
    """Progress and result of a validation; seen by who asked for it."""
    travaux = Travail.objects.filter(
        nom="programmation.programmer_selection", cible_id=portee.contrat.pk, demande_par=request.user
    )
    travail = get_object_or_404(travaux, pk=pk)
    gabarit = "programmation/tableau/_travail.html" if request.htmx else "programmation/tableau/travail.html"  # type: ignore[attr-defined]
    return render(request, gabarit, {"travail": travail, "retour": adresse(portee, "tableau")})


# --- Inside ----------------------------------------------------------------------------------------------------------


def _numeros_choisis(saisie: QueryDict, portee: Portee) -> list[str]:
    """The numbers of the files ticked in the table, of all those that its filters keep, or of a choice to confirm."""
    if "choix" in saisie:
        return saisie["choix"].splitlines()
    if "filtres" in saisie:
        liste = lire_vue(QueryDict(saisie["filtres"]), portee).dossiers
        return list(a_valider(liste).values_list("numero", flat=True))
    return saisie.getlist("numero")


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
