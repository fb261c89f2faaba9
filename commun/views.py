"""How a page with a form ends: an act done, or the form again with what is wrong beside each field; what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from .erreurs import ActeRefuse, RegleEnfreinte
from .models import LigneJournal

T = TypeVar("T")


def traiter_formulaire(
    request: HttpRequest,
    form: forms.BaseForm,
    acte: Callable[[dict[str, Any]], object],
    *,
    gabarit: str,
    contexte: dict[str, Any],
    retour: str,
    succes: str,
) -> HttpResponse:
    """Do `acte` with the form's values and go to `retour`; else show `gabarit` again (422), nothing typed is lost.

    A broken rule lands beside the field that it names.
    """
    if request.method == "POST" and form.is_valid():
        try:
            acte(form.cleaned_data)
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            messages.success(request, succes)
            return redirect(retour)
    return render(request, gabarit, {**contexte, "form": form}, status=422 if form.errors else 200)


def dire_l_erreur(form: forms.BaseForm, erreur: RegleEnfreinte) -> None:
    """Say it beside the field that the broken rule names, else on top of the form."""
    form.add_error(erreur.champ if erreur.champ in form.fields else None, erreur.message)


def appliquer(form: forms.BaseForm, acte: Callable[[], T]) -> T | None:
    """Check the form, then run the action; None when the form, a rule or a right refuses it, and the form says why.

    The action reads the form's values when it is called, never before.
    """
    if not form.is_valid():
        return None
    try:
        return acte()
    except RegleEnfreinte as erreur:
        dire_l_erreur(form, erreur)
    except ActeRefuse as refus:
        form.add_error(None, refus.motif)
    return None


def agir(request: HttpRequest, acte: Callable[[], object], *, succes: str) -> bool:
    """Do an act that a single button asks for, and leave what came of it for the next page."""
    try:
        acte()
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
        return False
    messages.success(request, succes)
    return True


def faire(request: HttpRequest, acte: Callable[[], object], *, retour: str, succes: str) -> HttpResponse:
    """The same, then go to `retour` whatever came of it."""
    agir(request, acte, succes=succes)
    return redirect(retour)


def suite(request: HttpRequest) -> str:
    """Where the person came from, when it is one of our own pages; else an empty text."""
    adresse = request.POST.get("suite") or request.GET.get("suite") or ""
    sur = url_has_allowed_host_and_scheme(adresse, allowed_hosts=None, require_https=request.is_secure())
    return adresse if sur and adresse.startswith("/") else ""


def evenements(lignes: Iterable[LigneJournal], *, mandants: bool = False) -> list[dict[str, Any]]:
    """Lines of the journal as « composants/ligne_de_temps.html » shows them; `mandants`: for whom somebody else wrote, too."""
    return [
        {"le": ligne.fait_le, "texte": ligne.libelle, "par": ligne.par_qui, "detail": ligne.motif}
        | ({"pour_le_compte_de": ligne.pour_le_compte_de_nom} if mandants else {})
        for ligne in lignes
    ]
