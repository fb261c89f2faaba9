"""Importing files: a spreadsheet, what its columns and words are, what it would change, then what it changed."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers
from commun.exports import TYPES_MIME
from commun.models import Fichier, Travail
from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import importation as actes
from ..etats import EtatImport
from ..forms.importation import ColonnesForm, ImportForm, MotsForm
from ..imports.colonnes import CHAMPS, IGNOREE
from ..models import Campagne, ImportDossiers
from ..permissions import peut_importer

DERNIERS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def importer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Choose a spreadsheet; it is read and nothing is written yet."""
    verifier(peut_importer(portee.auteur, portee.contrat))
    campagne = _campagne(portee)
    if campagne is None:
        return render(request, "programmation/importation/sans_campagne.html")
    form = ImportForm(request.POST or None, request.FILES or None, campagne=campagne)
    if request.method == "POST":
        importation = appliquer(form, lambda: _recevoir(form, campagne, portee))
        if importation is not None:
            return redirect(_adresse(portee, importation))
    contexte = {
        "form": form,
        "champs": CHAMPS,
        "derniers": _imports(portee).order_by("-depose_le")[:DERNIERS],
        "tableau": reverse("programmation:tableau", kwargs=_cles(portee)),
    }
    return render(request, "programmation/importation/importer.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """What an import would do, then what it did; while a job works on it, its progress."""
    importation = _import(portee, pk)
    travail = _travail(importation)
    fait = importation.etat == EtatImport.FAIT
    bilan = importation.resultat if fait else importation.apercu
    contexte = {
        "importation": importation,
        "travail": travail if travail is not None and (not travail.est_fini or travail.etat == "echec") else None,
        "bilan": bilan if bilan else None,
        "fait": fait,
        "ouvert": importation.etat in (EtatImport.RECU, EtatImport.PRET),
        "a_ecrire": bilan.get("cree", 0) + bilan.get("modifie", 0) if bilan else 0,
        "bloquants": bilan.get("refuse", 0) + bilan.get("a_rapprocher", 0) if bilan else 0,
        "reprises": sum(c["champ"] != IGNOREE for c in bilan.get("colonnes", ())) if bilan else 0,
        "a_dire": len(bilan.get("mots", ())) + len(bilan.get("questions", ())) if bilan else 0,
        "ici": request.path,
    }
    partiel = request.htmx  # type: ignore[attr-defined]
    gabarit = "programmation/importation/_import.html" if partiel else "programmation/importation/import.html"
    return render(request, gabarit, contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def colonnes(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say what each column is; the file is read again."""
    importation = _import_lu(portee, pk)
    correspondance = importation.correspondance
    assert correspondance is not None
    form = ColonnesForm(
        request.POST or None,
        campagne=importation.campagne,
        colonnes=importation.apercu["colonnes"],
        nom=correspondance.nom,
        defauts=correspondance.defauts,
    )
    if request.method == "POST":
        travail = appliquer(
            form,
            lambda: actes.regler_les_colonnes(
                importation,
                form.choisies,
                nom=form.cleaned_data["nom"],
                defauts=form.defauts,
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
        if travail is not None:
            return redirect(_adresse(portee, importation))
    contexte = {"form": form, "importation": importation, "retour": _adresse(portee, importation)}
    return render(request, "programmation/importation/colonnes.html", contexte, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def mots(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say what unknown words designate, and which porteur or which file is meant; the file is read again."""
    importation = _import_lu(portee, pk)
    form = MotsForm(request.POST or None, campagne=importation.campagne, apercu=importation.apercu)
    if request.method == "POST":
        travail = appliquer(
            form,
            lambda: actes.expliquer_les_mots(importation, form.reponses, par=portee.auteur, le=timezone.now()),
        )
        if travail is not None:
            return redirect(_adresse(portee, importation))
    contexte = {"form": form, "importation": importation, "retour": _adresse(portee, importation)}
    return render(request, "programmation/importation/mots.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ecrire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Write what was read: all of it, or the good lines only."""
    importation = _import(portee, pk)
    bonnes = request.POST.get("mode") == "bonnes"
    return faire(
        request,
        lambda: actes.demander_l_ecriture(importation, bonnes_lignes=bonnes, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, importation),
        succes="L’écriture des dossiers est demandée.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def abandonner(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Drop an import; nothing was written."""
    importation = _import(portee, pk)
    return faire(
        request,
        lambda: actes.abandonner_import(importation, par=portee.auteur, le=timezone.now()),
        retour=reverse("programmation:importer", kwargs=_cles(portee)),
        succes="L’import est abandonné : rien n’a été écrit.",
    )


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def refusees(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse | FileResponse:
    """The lines that cannot be written, to correct and send again."""
    importation = _import(portee, pk)
    bilan = importation.resultat or importation.apercu
    return fichiers.reponse(get_object_or_404(Fichier, pk=bilan.get("refus") or 0))


# --- Inside ----------------------------------------------------------------------------------------------------------
def _recevoir(form: ImportForm, campagne: Campagne, portee: Portee) -> ImportDossiers:
    nom, contenu = form.cleaned_data["fichier"]
    type_mime = TYPES_MIME[nom.rpartition(".")[2].lower()]
    le = timezone.now()
    importation = actes.recevoir_fichier(
        campagne,
        fichiers.ranger(contenu, nom=nom, type_mime=type_mime, depose_par=portee.auteur.utilisateur),
        source=form.cleaned_data["source"],
        correspondance=form.cleaned_data["correspondance"],
        defauts=form.defauts,
        par=portee.auteur,
        le=le,
    )
    actes.demander_la_lecture(importation, par=portee.auteur, le=le)
    return importation


def _campagne(portee: Portee) -> Campagne | None:
    return Campagne.objects.select_related("contrat").filter(contrat=portee.contrat, annee=portee.annee).first()


def _imports(portee: Portee) -> Any:
    lus = ImportDossiers.objects.select_related("campagne__contrat", "correspondance", "fichier", "depose_par")
    return lus.filter(campagne__contrat=portee.contrat, campagne__annee=portee.annee)


def _import(portee: Portee, pk: int) -> ImportDossiers:
    verifier(peut_importer(portee.auteur, portee.contrat))
    importation: ImportDossiers = get_object_or_404(_imports(portee), pk=pk)
    return importation


def _import_lu(portee: Portee, pk: int) -> ImportDossiers:
    """An import whose columns are known and that may still be set."""
    importation = _import(portee, pk)
    if importation.etat != EtatImport.PRET or "colonnes" not in importation.apercu:
        raise Http404
    return importation


def _travail(importation: ImportDossiers) -> Travail | None:
    """The last job on this import."""
    travaux = Travail.objects.filter(cible_type=importation._meta.label_lower, cible_id=importation.pk)
    return travaux.order_by("-cree_le").first()


def _cles(portee: Portee) -> dict[str, Any]:
    return {"contrat": portee.contrat.slug, "annee": portee.annee}


def _adresse(portee: Portee, importation: ImportDossiers) -> str:
    return reverse("programmation:import", kwargs={**_cles(portee), "pk": importation.pk})
