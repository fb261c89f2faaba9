"""Importing commitments from a spreadsheet: template, preview with what is wrong line by line, then the writing."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from commun import fichiers
from commun.exports import TYPES_MIME
from commun.models import EtatTravail, Fichier, Travail
from commun.permissions import verifier
from commun.travaux import planifier

from ..forms.engagements import FichierForm
from ..imports.engagements import COLONNES, modele_csv, modele_xlsx
from ..permissions import peut_creer_engagement
from ..portee import Portee, dans_le_contrat
from .engagements import ECRIVAINS
from .onglets import onglets_engagements

EXAMEN = "contrats.examiner_import"
ECRITURE = "contrats.importer_engagements"


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ECRIVAINS)
def importer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Choose a file; it is examined and nothing is written yet."""
    verifier(peut_creer_engagement(portee.auteur, portee.contrat))
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        nom, contenu = form.cleaned_data["fichier"]
        extension = nom.rpartition(".")[2].lower()
        fichier = fichiers.ranger(contenu, nom=nom, type_mime=TYPES_MIME[extension], depose_par=request.user)
        travail = _planifier(portee, EXAMEN, fichier.pk)
        return redirect("contrats:import_engagements", contrat=portee.contrat.slug, pk=travail.pk)
    contexte = {
        "form": form,
        "colonnes": COLONNES,
        "derniers": _travaux(portee).filter(nom=ECRITURE).order_by("-cree_le")[:5],
        "contrat": portee.contrat,
        "onglets": onglets_engagements(portee, "importer"),
    }
    return render(request, "contrats/engagements/importer.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(*ECRIVAINS)
def modele(request: HttpRequest, portee: Portee, format: str) -> HttpResponse:
    """The template, with the contract's own lists in the workbook."""
    contenus = {"csv": modele_csv, "xlsx": lambda: modele_xlsx(portee.contrat)}
    if format not in contenus:
        raise Http404
    reponse = HttpResponse(contenus[format](), content_type=TYPES_MIME[format])
    reponse["Content-Disposition"] = f'attachment; filename="modele-engagements.{format}"'
    return reponse


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ECRIVAINS)
def suivre(request: HttpRequest, portee: Portee, pk: Any) -> HttpResponse:
    """An examination or an import: its progress, then its report. A POST asks to write what was examined."""
    travail = get_object_or_404(_travaux(portee), pk=pk)
    fichier = get_object_or_404(Fichier, pk=travail.parametres["fichier"])
    if request.method == "POST":
        if travail.nom != EXAMEN or travail.etat != EtatTravail.FAIT:
            raise Http404
        ecriture = _planifier(
            portee,
            ECRITURE,
            fichier.pk,
            tout_ou_rien=request.POST.get("mode") != "valides",
            cle=f"{ECRITURE}:{travail.pk}",
        )
        return redirect("contrats:import_engagements", contrat=portee.contrat.slug, pk=ecriture.pk)
    bilan = travail.resultat if travail.etat == EtatTravail.FAIT else None
    contexte = {
        "travail": travail,
        "bilan": bilan,
        "a_ecrire": bilan["cree"] + bilan["modifie"] if bilan else 0,
        "examen": travail.nom == EXAMEN,
        "fichier": fichier,
        "retour": reverse("contrats:engagements", args=[portee.contrat.slug]),
        "contrat": portee.contrat,
        "ici": request.path,
    }
    partiel = request.htmx  # type: ignore[attr-defined]
    gabarit = "contrats/engagements/_import.html" if partiel else "contrats/engagements/import.html"
    return render(request, gabarit, contexte)


@require_safe
@dans_le_contrat(*ECRIVAINS)
def refusees(request: HttpRequest, portee: Portee, pk: Any) -> HttpResponse | FileResponse:
    """The refused lines, to correct and send again."""
    travail = get_object_or_404(_travaux(portee), pk=pk)
    return fichiers.reponse(get_object_or_404(Fichier, pk=travail.resultat.get("refus")))


def _travaux(portee: Portee) -> Any:
    """The imports of this contract that the person asked for; the team sees them all."""
    travaux = Travail.objects.filter(
        nom__in=(EXAMEN, ECRITURE), cible_type=portee.contrat._meta.label_lower, cible_id=portee.contrat.pk
    )
    return travaux if portee.roles.pilote_tout else travaux.filter(demande_par=portee.auteur.utilisateur)


def _planifier(portee: Portee, nom: str, fichier: int, *, cle: str | None = None, **parametres: Any) -> Travail:
    return planifier(
        nom,
        cible=portee.contrat,
        parametres={"fichier": fichier, "organisme": portee.auteur.organisme.pk, **parametres},
        cle=cle,
        par=portee.auteur,
        a_partir_de=timezone.now(),
    )
