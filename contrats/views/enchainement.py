"""From a form to an action and back: what is refused is said beside the field, or on top of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from commun.erreurs import ActeRefuse, RegleEnfreinte

T = TypeVar("T")


def appliquer(form: forms.BaseForm, acte: Callable[[], T]) -> T | None:
    """Run the action; None when a rule or a right refuses it, and the form then says why."""
    try:
        return acte()
    except RegleEnfreinte as erreur:
        form.add_error(erreur.champ if erreur.champ in form.fields else None, erreur.message)
    except ActeRefuse as refus:
        form.add_error(None, refus.motif)
    return None


def agir(request: HttpRequest, acte: Callable[[], object], *, succes: str) -> bool:
    """Run the action of a button and say what came of it."""
    try:
        acte()
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
        return False
    messages.success(request, succes)
    return True
