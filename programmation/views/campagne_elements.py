"""The pieces of a call, written one by one: stages, criteria, papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from commun.views import agir, appliquer
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import campagne as actions
from ..forms.campagne import CritereForm, EtapeForm, PieceRequiseForm
from ..models import CritereCampagne, EtapeCampagne, PieceRequise
from .campagne import GET_ET_POST, adresse_de_la_campagne, campagne_tenue, rendre


@dataclass(frozen=True, slots=True)
class Genre:
    """One kind of piece: its table, its form, how people call it."""

    modele: Any
    form: type[forms.ModelForm]
    ajouter: str
    modifier: str
    ajoute: str
    retire: str


GENRES = {
    "etapes": Genre(
        EtapeCampagne,
        EtapeForm,
        "Ajouter une étape",
        "Modifier l’étape",
        "L’étape est au calendrier.",
        "L’étape n’est plus au calendrier.",
    ),
    "criteres": Genre(
        CritereCampagne,
        CritereForm,
        "Ajouter un critère",
        "Modifier le critère",
        "Le critère est dans la grille.",
        "Le critère n’est plus dans la grille.",
    ),
    "pieces": Genre(
        PieceRequise,
        PieceRequiseForm,
        "Ajouter une pièce à fournir",
        "Modifier la pièce à fournir",
        "La pièce est demandée.",
        "La pièce n’est plus demandée.",
    ),
}


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ajouter(request: HttpRequest, portee: Portee, genre: str) -> HttpResponse:
    """A new piece."""
    campagne = campagne_tenue(portee)
    return _ecrire(request, portee, genre, _genre(genre).modele(campagne=campagne), None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, genre: str, pk: int) -> HttpResponse:
    """Change a piece."""
    return _ecrire(request, portee, genre, _element(portee, genre, pk), pk)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, genre: str, pk: int) -> HttpResponse:
    """Remove a piece."""
    element = _element(portee, genre, pk)
    agir(
        request,
        lambda: actions.retirer_element(element, par=portee.auteur, le=timezone.now()),
        succes=_genre(genre).retire,
    )
    return redirect(f"{adresse_de_la_campagne(portee)}#{genre}")


def _genre(nom: str) -> Genre:
    if nom not in GENRES:
        raise Http404("Unknown kind.")
    return GENRES[nom]


def _element(portee: Portee, genre: str, pk: int) -> Any:
    campagne = campagne_tenue(portee)
    return get_object_or_404(_genre(genre).modele.objects.select_related("campagne"), pk=pk, campagne=campagne)


def _ecrire(request: HttpRequest, portee: Portee, nom: str, element: Any, pk: int | None) -> HttpResponse:
    genre = _genre(nom)
    # The form writes on a copy: the action alone writes the row that it has locked.
    copie = genre.modele(campagne=element.campagne) if pk is None else genre.modele.objects.get(pk=pk)
    form = genre.form(request.POST or None, instance=copie)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ecrire_element(element, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, genre.ajoute if pk is None else "C’est enregistré.")
        return redirect(f"{adresse_de_la_campagne(portee)}#{nom}")
    return rendre(
        request,
        portee,
        "element",
        "campagne",
        form=form,
        genre=nom,
        pk=pk,
        titre_acte=genre.ajouter if pk is None else genre.modifier,
    )
