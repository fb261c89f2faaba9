"""One's own rows filled away from Pilotville: the spreadsheet downloaded, sent back, compared, written by a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from acteurs.models import Organisme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.exports import TYPES_MIME, exporter
from commun.typographie import date_heure
from commun.views import dire_l_erreur
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import ConfirmationSaisieForm, FichierSaisieForm
from ..imports.saisie import comparer, ouvrir, sceller
from ..lectures.saisie import LigneSaisie, demandes_par_dossier
from ..lectures.tableau import LigneTableau, avec_relations, lignes
from ..tables import HORS_LIGNE
from .vue_du_tableau import adresse, lire_vue, toutes_les_lignes, visibles


@dans_le_contrat(*INSTRUCTEURS)
def telecharger(request: HttpRequest, portee: Portee, format: str) -> FileResponse:
    """The rows of the funder for whom one types, on the files that the filters keep, with the version read."""
    if format not in TYPES_MIME:
        raise Http404
    vue = lire_vue(request.GET, portee)
    financeur = _financeur(vue.saisie_de)
    sortie = tempfile.TemporaryFile()
    exporter(
        HORS_LIGNE,
        _paires(toutes_les_lignes(vue, portee, saisie=True)),
        sortie,
        format=format,
        titre=f"Propositions {portee.annee} {financeur.de_nom}",
        mentions=[
            f"Téléchargé de Pilotville le {date_heure(timezone.localtime())}",
            "Remplissez « Proposition », « Conditions » et « N° d’engagement », puis renvoyez ce fichier.",
            "« Ligne » et « Version » relient chaque ligne à Pilotville : ne les changez pas.",
        ],
    )
    sortie.seek(0)
    nom = f"propositions-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def importer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Send the spreadsheet back: what each line changes is shown before anything is written."""
    vue = lire_vue(request.GET, portee)
    financeur = _financeur(vue.saisie_de)
    if "lignes" in request.POST:
        return _enregistrer(request, portee, financeur)
    form = FichierSaisieForm(request.POST or None, request.FILES or None, pour_le_compte=_pour(portee, financeur))
    contexte = {"financeur": financeur, "form": form, "retour": _retour(request, portee)}
    if form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            comparaison = comparer(
                fichier.read(), fichier.name, lambda cles: _lignes_connues(portee, financeur.pk, cles)
            )
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            contexte |= {
                "comparaison": comparaison,
                "lignes": sceller(comparaison),
                "piece_source": form.cleaned_data.get("piece_source", ""),
                "nom_du_fichier": fichier.name,
            }
            return render(request, "programmation/tableau/relire_saisie.html", contexte)
    statut = 422 if form.errors else 200
    return render(request, "programmation/tableau/importer_saisie.html", contexte, status=statut)


def _enregistrer(request: HttpRequest, portee: Portee, financeur: Organisme) -> HttpResponse:
    """Plan the lines that were accepted; a choice that cannot be kept starts again with the file."""
    confirmation = ConfirmationSaisieForm(request.POST)
    form = FichierSaisieForm(pour_le_compte=_pour(portee, financeur))
    try:
        if not confirmation.is_valid():
            raise RegleEnfreinte("Cette relecture est illisible : envoyez de nouveau le fichier.")
        travail = actions.saisir_lot(
            portee.contrat,
            ouvrir(confirmation.cleaned_data["lignes"], set(confirmation.cleaned_data["remplacer"])),
            piece_source=confirmation.cleaned_data["piece_source"],
            par=portee.auteur,
        )
    except RegleEnfreinte as erreur:
        contexte = {"financeur": financeur, "form": form, "retour": _retour(request, portee), "refus": erreur.message}
        return render(request, "programmation/tableau/importer_saisie.html", contexte, status=422)
    return redirect(adresse(portee, "travail", pk=travail.pk))


def _financeur(saisie_de: int | None) -> Organisme:
    if saisie_de is None:
        raise ActeRefuse("Seul un financeur, ou un chef de projet pour son compte, remplit des propositions.")
    return Organisme.objects.get(pk=saisie_de)


def _pour(portee: Portee, financeur: Organisme) -> bool:
    return portee.auteur.au_nom_de(financeur).pour_le_compte_de is not None


def _retour(request: HttpRequest, portee: Portee) -> str:
    return adresse(portee, "tableau") + (f"?{request.GET.urlencode()}" if request.GET else "")


def _paires(lues: Iterator[LigneTableau]) -> Iterator[tuple[LigneTableau, LigneSaisie]]:
    return ((ligne, saisie) for ligne in lues for saisie in ligne.saisies)


def _lignes_connues(portee: Portee, financeur: int, cles: list[int]) -> dict[int, tuple[str, LigneSaisie]]:
    """The rows of this funder that the file names, on the year's files that the reader sees."""
    dossiers: Any = visibles(portee).filter(
        campagne__annee=portee.annee, pk__in=demandes_par_dossier(cles, financeur=financeur)
    )
    lues = lignes(
        avec_relations(dossiers, pour=portee.auteur, contrat=portee.contrat),
        pour=portee.auteur,
        contrat=portee.contrat,
        saisie_de=financeur,
    )
    return {saisie.pk: (ligne.numero, saisie) for ligne, saisie in _paires(iter(lues))}
