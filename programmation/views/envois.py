"""A message to the porteurs of many files: written, looked at on a real file, sent; and the log of what left."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from commun.permissions import verifier
from commun.views import appliquer
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..forms import EnvoiForm
from ..lectures.envois import envois, journal_d_envoi, valeurs_de_fusion
from ..models import Campagne, Dossier, Envoi
from ..permissions import peut_ecrire_a_une_selection
from ..regles.fusion import CHAMPS_DE_FUSION, fusionner
from .vue_du_tableau import SEPARATEUR, adresse, filtrer


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def ecrire(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Write to the porteurs of the files ticked in the table, or of all those that its filters keep."""
    verifier(peut_ecrire_a_une_selection(portee.auteur, portee.contrat))
    campagne = get_object_or_404(Campagne, contrat=portee.contrat, annee=portee.annee)
    choisis = list(_choisis(request.POST, campagne, portee))
    compose = "choix" in request.POST
    form = EnvoiForm(request.POST if compose else None)
    if "envoyer" in request.POST:
        envoi = appliquer(
            form,
            lambda: actions.ecrire_a_une_selection(
                campagne,
                [dossier.numero for dossier in choisis],
                **form.cleaned_data,
                selection=request.POST.get("filtres", ""),
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
        if envoi is not None:
            return redirect(adresse(portee, "envoi", pk=envoi.pk))
    return render(
        request,
        "programmation/envois/ecrire.html",
        {
            "form": form,
            "dossiers": choisis,
            "choix": SEPARATEUR.join(dossier.numero for dossier in choisis),
            "selection": request.POST.get("filtres", ""),
            "champs": _champs(choisis),
            "apercu": _apercu(form, choisis, request.POST.get("exemple", "")) if compose else None,
            "retour": adresse(portee, "tableau"),
        },
        status=422 if form.errors else 200,
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The messages to many of a year."""
    assert portee.annee is not None
    return render(request, "programmation/envois/envois.html", {"envois": envois(portee.contrat, portee.annee)})


@dans_le_contrat(Role.CHEF_DE_PROJET)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The log of one of them; htmx asks for its body alone while the job goes on."""
    envoi = get_object_or_404(
        Envoi.objects.select_related("auteur", "organisme"),
        campagne__contrat=portee.contrat,
        campagne__annee=portee.annee,
        pk=pk,
    )
    journal = journal_d_envoi(envoi, pour=portee.auteur, contrat=portee.contrat)
    gabarit = "_envoi.html" if request.htmx else "envoi.html"  # type: ignore[attr-defined]
    contexte = {"journal": journal, "envoi": envoi, "travail": journal.travail}
    return render(request, f"programmation/envois/{gabarit}", contexte)


def _choisis(saisie: QueryDict, campagne: Campagne, portee: Portee) -> QuerySet[Dossier]:
    """The files chosen, among those that this reader sees."""
    if "choix" in saisie:
        numeros = saisie["choix"].splitlines()
    elif "filtres" in saisie:
        numeros = list(filtrer(QueryDict(saisie["filtres"]), portee).qs.values_list("numero", flat=True))
    else:
        numeros = saisie.getlist("numero")
    visibles = Dossier.objects.visibles_par(portee.auteur, portee.contrat).filter(campagne=campagne)
    return visibles.filter(numero__in=numeros).select_related("campagne", "porteur", "instructeur").order_by("numero")


def _champs(choisis: list[Dossier]) -> list[tuple[str, str, str]]:
    """Each merge field, what it gives, and what it gives on the first file."""
    valeurs = valeurs_de_fusion(choisis[0]) if choisis else {}
    return [("{{ " + nom + " }}", sens, valeurs.get(nom, "")) for nom, sens in CHAMPS_DE_FUSION.items()]


def _apercu(form: EnvoiForm, choisis: list[Dossier], numero: str) -> dict[str, Any] | None:
    """The message as one of the porteurs will read it; none while something is to be corrected."""
    if not choisis or not form.is_valid():
        return None
    dossier = next((d for d in choisis if d.numero == numero), choisis[0])
    valeurs = valeurs_de_fusion(dossier)
    return {
        "dossier": dossier,
        "objet": fusionner(form.cleaned_data["objet"], valeurs),
        "texte": fusionner(form.cleaned_data["corps"], valeurs),
    }
