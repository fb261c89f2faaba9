"""How a page with a form ends: an act done, or the form again with what is wrong beside each field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .erreurs import RegleEnfreinte


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
            form.add_error(erreur.champ if erreur.champ in form.fields else None, erreur.message)
        else:
            messages.success(request, succes)
            return redirect(retour)
    return render(request, gabarit, {**contexte, "form": form}, status=422 if form.errors else 200)


def faire(request: HttpRequest, acte: Callable[[], object], *, retour: str, succes: str) -> HttpResponse:
    """Do an act that a single button asks for; a broken rule is told on the page one comes back to."""
    try:
        acte()
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
    else:
        messages.success(request, succes)
    return redirect(retour)
