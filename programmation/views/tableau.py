"""The instruction table, its exports, and the COPIL's validation of a selection."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.colonnes import Cellule, Colonne, JeuDeColonnes, cellules, ligne_de_totaux
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.models import Travail
from commun.pages import Pagination
from commun.permissions import verifier
from commun.typographie import date_heure, euros, pluriel
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..filters import FiltreDossiers
from ..forms import ProgrammationForm
from ..lectures.dossier import TableDuCopil, tables_du_copil
from ..lectures.tableau import LigneTableau, Totaux, a_valider, avec_relations, avec_tri, lignes, totaux
from ..models import Campagne, Dossier
from ..permissions import peut_importer, peut_programmer
from ..tables import COLONNES, COLONNES_DU_PORTEUR, ESSENTIELLES, TON_DE_L_ETAT

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)
TAILLES = (25, 50, 100)


@dataclass(frozen=True, slots=True)
class LigneAffichee:
    """A row ready for the template."""

    ligne: LigneTableau
    cellules: list[Cellule]
    ton: str
    url: str


@dataclass(frozen=True, slots=True)
class Vue:
    """What the address bar asks for: filters, sort, columns among those of the reader's role."""

    jeu: JeuDeColonnes
    filtre: FiltreDossiers
    dossiers: Any
    colonnes: tuple[Colonne, ...]
    tri: Any
    totaux: Totaux


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The table of a year's files; htmx asks for its body alone."""
    vue = _vue(request.GET, portee)
    par_page = int(request.GET.get("taille", 50)) if request.GET.get("taille") in map(str, TAILLES) else 50
    pages = Pagination(vue.dossiers, total=vue.totaux.nombre, par_page=par_page)
    page = pages.get_page(request.GET.get("page"))
    rangees = _rangees(page.object_list, vue, portee)
    programmer = peut_programmer(portee.auteur, portee.contrat)
    contexte = {
        "vue": vue,
        "campagne": Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).first(),
        "page_obj": page,
        "rangees": rangees,
        "entetes": _entetes(request.GET, vue),
        "totaux": ligne_de_totaux(vue.colonnes, asdict(vue.totaux), pluriel(vue.totaux.nombre, "dossier")),
        "puces": vue.filtre.puces(request.GET),
        "choix_de_colonnes": [(colonne, colonne in vue.colonnes) for colonne in vue.jeu],
        "essentielles": ESSENTIELLES,
        "message_ignores": "Filtre illisible, laissé de côté : " + ", ".join(vue.filtre.ignores).lower() + ".",
        "programmer": programmer,
        "importer": peut_importer(portee.auteur, portee.contrat),
        "reporter": portee.roles.instruit,
        "a_valider": a_valider(vue.dossiers).count() if programmer else 0,
        "filtres": _avec(request.GET),
        "exports": [(nom.upper(), _adresse_export(portee, nom, request.GET)) for nom in TYPES_MIME],
        "autres_parametres": _parametres(request.GET, sans=("colonnes", "page")),
        "parametres_d_affichage": _parametres(request.GET, sans=(*vue.filtre.form.fields, "page")),
        "filtres_ouverts": any(
            vue.filtre.valeurs.get(nom) for nom in ("commune", "qpv", "caractere", "nature", "attend", "miens")
        ),
        "tailles": [(n, "?" + _avec(request.GET, taille=str(n)), n == par_page) for n in TAILLES],
        "dense": request.GET.get("densite") != "aere",
        "url_densite": "?" + _avec(request.GET, densite="aere" if request.GET.get("densite") != "aere" else ""),
    }
    gabarit = "programmation/tableau/_tableau.html" if request.htmx else "programmation/tableau/tableau.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


@dans_le_contrat(*LECTEURS)
def exporter_tableau(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """What the screen shows, with its filters, its sort and its columns, all pages together."""
    if format not in TYPES_MIME:
        raise Http404
    vue = _vue(request.GET, portee)
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
            _toutes_les_lignes(vue, portee),
            sortie,
            format=format,
            titre=titre,
            totaux=asdict(vue.totaux),
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
    numeros = request.POST.getlist("numero")
    if "filtres" in request.POST:
        liste = _vue(QueryDict(request.POST["filtres"]), portee).dossiers
        numeros = list(a_valider(liste).values_list("numero", flat=True))
    confirme = "reunion" in request.POST
    form = ProgrammationForm(request.POST if confirme else None, contrat=portee.contrat, annee=portee.annee)
    if confirme and form.is_valid():
        try:
            travail = actions.programmer_selection(
                portee.contrat, numeros, reunion=form.cleaned_data["reunion"], par=portee.auteur, le=timezone.now()
            )
        except RegleEnfreinte as erreur:
            form.add_error(None, erreur.message)
        else:
            cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "pk": travail.pk}
            return redirect("programmation:travail", **cles)
    choisis = _visibles(portee).filter(numero__in=numeros, campagne__annee=portee.annee).order_by("numero")
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
            "a_programmer": euros(sum((table.montant for table in tables.values()), Decimal())),
            "retour": _adresse(portee),
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
    return render(request, gabarit, {"travail": travail, "retour": _adresse(portee)})


# --- Inside ----------------------------------------------------------------------------------------------------------


def _visibles(portee: Portee) -> Any:
    return Dossier.objects.visibles_par(portee.auteur, portee.contrat)


def _vue(parametres: QueryDict, portee: Portee) -> Vue:
    assert portee.annee is not None
    campagne = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee)
    de_l_annee = _visibles(portee).filter(campagne__in=list(campagne.values_list("pk", flat=True)))
    filtre = FiltreDossiers(parametres, de_l_annee, contrat=portee.contrat, pour=portee.auteur)
    jeu = COLONNES if portee.roles.instruit else COLONNES_DU_PORTEUR
    tri = jeu.trier(parametres.get("tri"))
    assert tri is not None
    lus = avec_relations(filtre.qs, pour=portee.auteur, contrat=portee.contrat)
    tries = avec_tri(lus, tri.cle, pour=portee.auteur, contrat=portee.contrat, financeur=filtre.financeur_choisi)
    return Vue(
        jeu=jeu,
        filtre=filtre,
        dossiers=tries.order_by(*dict.fromkeys(tri.expressions)),
        colonnes=jeu.choisir(parametres.getlist("colonnes")),
        tri=tri,
        totaux=totaux(filtre.qs, pour=portee.auteur, contrat=portee.contrat, financeur=filtre.financeur_choisi),
    )


def _rangees(dossiers: Any, vue: Vue, portee: Portee) -> list[LigneAffichee]:
    lues = lignes(dossiers, pour=portee.auteur, contrat=portee.contrat, financeur=vue.filtre.financeur_choisi)
    return [
        LigneAffichee(
            ligne,
            cellules(vue.colonnes, ligne),
            TON_DE_L_ETAT[ligne.etat],
            reverse(
                "programmation:dossier",
                kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "numero": ligne.numero},
            ),
        )
        for ligne in lues
    ]


def _toutes_les_lignes(vue: Vue, portee: Portee) -> Any:
    """All rows, read by blocks so that a long export keeps a short memory."""
    cles = list(vue.dossiers.values_list("pk", flat=True))
    for debut in range(0, len(cles), 500):
        bloc = cles[debut : debut + 500]
        par_cle = {d.pk: d for d in vue.dossiers.order_by().filter(pk__in=bloc)}
        yield from lignes(
            [par_cle[cle] for cle in bloc if cle in par_cle],
            pour=portee.auteur,
            contrat=portee.contrat,
            financeur=vue.filtre.financeur_choisi,
        )


def _entetes(parametres: QueryDict, vue: Vue) -> list[dict[str, Any]]:
    return [
        {
            "cle": entete.colonne.cle,
            "libelle": entete.colonne.libelle,
            "nombre": entete.colonne.numerique,
            "unite": "€" if entete.colonne.numerique else "",
            "tri": entete.aria_sort,
            "url_tri": "?" + _avec(parametres, tri=entete.tri_suivant) if entete.tri_suivant else "",
        }
        for entete in vue.jeu.entetes(vue.colonnes, vue.tri)
    ]


def _avec(parametres: QueryDict, **changes: str) -> str:
    """The address with these parameters changed (removed when empty), back to the first page."""
    copie = parametres.copy()
    copie.pop("page", None)
    for nom, valeur in changes.items():
        copie.pop(nom, None)
        if valeur:
            copie[nom] = valeur
    return copie.urlencode()


def _parametres(parametres: QueryDict, *, sans: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(nom, valeur) for nom, valeurs in parametres.lists() if nom not in sans for valeur in valeurs]


def _adresse(portee: Portee) -> str:
    return reverse("programmation:tableau", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})


def _adresse_export(portee: Portee, format: str, parametres: QueryDict) -> str:
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "format": format}
    return reverse("programmation:export", kwargs=cles) + "?" + _avec(parametres)
