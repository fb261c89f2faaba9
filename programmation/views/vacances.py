"""The holidays of a year, as those who instruct read them."""

from __future__ import annotations

import tempfile

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commun.colonnes import totaliser
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.typographie import date_heure
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..exports.vacances import feuille
from ..lectures.vacances import VacancesDeLAnnee, vacances
from ..permissions.campagne import peut_preparer_campagne

PARTIES = {"actions": "Vacances", "quartiers": "Vacances par quartier"}


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What takes place when and where, and which quarters have nothing."""
    choisi, lue = _lue(request, portee)
    return render(
        request,
        "programmation/toute_l_annee/vacances.html",
        {
            "contrat": portee.contrat,
            "annee": portee.annee,
            "choisi": choisi,
            "lue": lue,
            "dater": peut_preparer_campagne(portee.auteur, portee.contrat),
            "exports": {partie: _exports(portee, partie, choisi) for partie in PARTIES},
        },
    )


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def tableur(request: HttpRequest, portee: Portee, partie: str, format: str) -> HttpResponse | FileResponse:
    """One part of the page as a spreadsheet."""
    if format not in TYPES_MIME or partie not in PARTIES:
        raise Http404
    _, lue = _lue(request, portee)
    colonnes, lignes = feuille(lue, partie)
    mentions = [f"Extrait de Pilotville le {date_heure(timezone.localtime())}", "Montants en euros."]
    if not lue.entiere:
        mentions.append("Les seuls dossiers que vous instruisez : d’autres actions peuvent se tenir.")
    if lue.fictif:
        mentions.append("Données fictives de démonstration.")
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            colonnes,
            lignes,
            sortie,
            format=format,
            titre=f"{PARTIES[partie]} {portee.annee} — {portee.contrat.nom}",
            totaux=totaliser(colonnes, lignes),
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"vacances-{partie}-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


def _lue(request: HttpRequest, portee: Portee) -> tuple[int | None, VacancesDeLAnnee]:
    """The scheme chosen, and the year narrowed to it."""
    assert portee.annee is not None
    demande = request.GET.get("dispositif", "")
    choisi = int(demande) if demande.isdecimal() and len(demande) < 10 else None
    return choisi, vacances(portee.contrat, portee.annee, pour=portee.auteur, dispositif=choisi)


def _exports(portee: Portee, partie: str, choisi: int | None) -> list[tuple[str, str]]:
    """(name of the format, address) of that part as a spreadsheet."""
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "partie": partie}
    suite = f"?dispositif={choisi}" if choisi is not None else ""
    return [
        (nom.upper(), reverse("programmation:exporter_vacances", kwargs=cles | {"format": nom}) + suite)
        for nom in TYPES_MIME
    ]
