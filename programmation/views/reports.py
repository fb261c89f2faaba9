"""Where requests are deposited, and what is to be entered again in other téléservices."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.colonnes import totaliser
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.permissions import verifier
from commun.typographie import date_heure, pluriel
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..actions import reports as actes
from ..exports.reports import COLONNES
from ..forms.reports import CanauxForm, FiltreReportsForm, ReportForm
from ..lectures.reports import LigneAReporter, a_reporter, canaux_de_depot
from ..models import DemandeFinancement, Dossier
from ..permissions import peut_regler_les_canaux

PAR_PAGE = 100
RAPPORTEURS = (Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def reports(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What is to be entered elsewhere, to tick once done."""
    filtre, gardees, toutes = _lignes(request, portee)
    page = Paginator(gardees, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "filtre": filtre,
        "page_obj": page,
        "lignes": list(page.object_list),
        "total": len(gardees),
        "toutes": len(toutes),
        "form": ReportForm(),
        "peut_noter": any(ligne.peut for ligne in page.object_list),
        "canaux": peut_regler_les_canaux(portee.auteur, portee.contrat),
        "exports": [
            (
                nom.upper(),
                f"{reverse('programmation:reports_export', kwargs={**_cles(portee), 'format': nom})}?{request.GET.urlencode()}",
            )
            for nom in TYPES_MIME
        ],
    }
    return render(request, "programmation/reports/reports.html", contexte)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def exporter_reports(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """The same rows as a spreadsheet, all pages together."""
    if format not in TYPES_MIME:
        raise Http404
    _, gardees, _ = _lignes(request, portee)
    mentions = [f"Extrait de Pilotville le {date_heure(timezone.localtime())}", "Montants en euros."]
    if any(ligne.fictif for ligne in gardees):
        mentions.append("Données fictives de démonstration.")
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            COLONNES,
            gardees,
            sortie,
            format=format,
            titre=f"À reporter ailleurs {portee.annee} — {portee.contrat.nom}",
            totaux=totaliser(COLONNES, gardees),
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"a-reporter-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


@require_POST
@dans_le_contrat(*RAPPORTEURS)
def noter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The ticked rows were entered elsewhere, on the day given."""
    form = ReportForm(request.POST)
    demandes = list(_demandes(portee).filter(pk__in=[pk for pk in request.POST.getlist("demande") if pk.isdigit()]))
    nombre = appliquer(
        form,
        lambda: actes.noter_les_reports(
            demandes, reporte_le=form.cleaned_data["reporte_le"], par=portee.auteur, le=timezone.now()
        ),
    )
    if nombre is None:
        for erreurs in form.errors.values():
            messages.error(request, " ".join(map(str, erreurs)))
    else:
        messages.success(
            request, f"{pluriel(nombre, 'demande notée comme reportée', 'demandes notées comme reportées')} ailleurs."
        )
    return redirect(_retour(request, portee))


@require_POST
@dans_le_contrat(*RAPPORTEURS)
def annuler(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """It was noted by mistake."""
    demande = get_object_or_404(_demandes(portee), pk=pk)
    return faire(
        request,
        lambda: actes.annuler_le_report(demande, par=portee.auteur, le=timezone.now()),
        retour=_retour(request, portee),
        succes="Le report est annulé : la demande est de nouveau à reporter.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def canaux(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Where each funder wants the requests of each scheme."""
    verifier(peut_regler_les_canaux(portee.auteur, portee.contrat))
    assert portee.annee is not None
    form = CanauxForm(
        request.POST or None, contrat=portee.contrat, canaux=canaux_de_depot(portee.contrat, portee.annee)
    )
    if request.method == "POST":
        nombre = appliquer(form, lambda: _regler(form, portee))
        if nombre is not None:
            messages.success(request, f"{pluriel(nombre, 'canal modifié', 'canaux modifiés')}.")
            return redirect("programmation:canaux", **_cles(portee))
    return render(request, "programmation/reports/canaux.html", {"form": form}, status=422 if form.errors else 200)


# --- Inside ----------------------------------------------------------------------------------------------------------
def _lignes(
    request: HttpRequest, portee: Portee
) -> tuple[FiltreReportsForm, list[LigneAReporter], list[LigneAReporter]]:
    assert portee.annee is not None
    toutes = a_reporter(portee.contrat, portee.annee, pour=portee.auteur)
    filtre = FiltreReportsForm(request.GET, lignes=toutes)
    return filtre, filtre.garder(toutes), toutes


def _demandes(portee: Portee) -> Any:
    assert portee.annee is not None
    dossiers = Dossier.objects.instruits_par(portee.auteur, portee.contrat).filter(campagne__annee=portee.annee)
    return DemandeFinancement.objects.filter(dossier__in=dossiers.values("pk"))


def _regler(form: CanauxForm, portee: Portee) -> int:
    le = timezone.now()
    regles = [
        actes.regler_canal(portee.contrat, dispositif, financeur, **reglage, par=portee.auteur, le=le)
        for dispositif, financeur, reglage in form.reglages
    ]
    return sum(regle is not None for regle in regles)


def _cles(portee: Portee) -> dict[str, Any]:
    return {"contrat": portee.contrat.slug, "annee": portee.annee}


def _adresse_export(portee: Portee, format: str, filtres: str) -> str:
    return f"{reverse('programmation:reports_export', kwargs={**_cles(portee), 'format': format})}?{filtres}"


def _retour(request: HttpRequest, portee: Portee) -> str:
    """The list, with the filters that were on."""
    return f"{reverse('programmation:reports', kwargs=_cles(portee))}?{request.POST.get('filtres', '')}".rstrip("?")
