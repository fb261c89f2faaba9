"""Cells of the table typed in place: each is saved alone, by the same actions as the pages of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from commun.erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import CelluleForm
from ..forms.saisie import CelluleTapeeForm
from ..lectures.tableau import avec_relations
from ..models import DemandeFinancement, Dossier
from ..permissions import peut_programmer
from ..tables import ESSENTIELLES
from .vue_du_tableau import lire_vue, rangees, visibles


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def saisir_cellule(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Save one cell; the answer is its row as it now stands, with what is wrong beside the cell when it is refused.

    409 when somebody else wrote on the row since it was read: the row shown is theirs, and a second try overwrites it.
    """
    demande = _demande(portee, pk)
    form = CelluleForm(request.POST)
    statut, message = ecrire_la_cellule(
        form,
        lambda: actions.saisir(
            demande,
            form.saisie,
            version=form.cleaned_data["version"],
            piece_source=_piece(request, portee, demande.financeur_id),
            par=portee.auteur,
            le=timezone.now(),
        ),
    )
    contexte = _contexte(request, portee, demande)
    contexte |= {"erreur": {"pk": pk, "champ": request.POST.get("champ"), "message": message}}
    return render(request, "programmation/tableau/_rangee.html", contexte, status=statut)


def ecrire_la_cellule(form: CelluleTapeeForm, acte: Callable[[], object]) -> tuple[int, str]:
    """Do `acte` with what was typed: the status of the answer, and what is wrong, for the place beside the cell."""
    try:
        if not form.is_valid():
            return 422, form.premiere_erreur
        acte()
    except RevisionDepassee as erreur:
        return 409, f"{erreur.message} Entrée remplace sa valeur par la vôtre, Échap la garde."
    except RegleEnfreinte as erreur:
        return 422, erreur.message
    except ActeRefuse as refus:
        return 422, refus.motif
    return 200, ""


def piece_de_la_session(request: HttpRequest, portee: Portee, financeur: int) -> str:
    """The document that the reader named for this funder, kept for the length of its session."""
    pieces: dict[str, str] = request.session.get(_cle(portee), {})
    return pieces.get(str(financeur), "")


def _piece(request: HttpRequest, portee: Portee, financeur: int) -> str:
    """The document sent with the cell, kept for the next ones."""
    envoyee = request.POST.get("piece_source", "").strip()[:200]
    if envoyee and envoyee != piece_de_la_session(request, portee, financeur):
        request.session[_cle(portee)] = request.session.get(_cle(portee), {}) | {str(financeur): envoyee}
    return envoyee


def _cle(portee: Portee) -> str:
    return f"pieces_lues_{portee.contrat.pk}"


def _demande(portee: Portee, pk: int) -> DemandeFinancement:
    """The request, on a file of this year that the reader sees; else a 404."""
    dossiers = visibles(portee).filter(campagne__annee=portee.annee)
    return get_object_or_404(DemandeFinancement, pk=pk, dossier__in=dossiers.values("pk"))


def _contexte(request: HttpRequest, portee: Portee, demande: DemandeFinancement) -> dict[str, Any]:
    """The row as the table shows it, with the columns and the funder that the page has in its address."""
    vue = lire_vue(QueryDict(request.POST.get("vue", "")), portee)
    dossiers = avec_relations(Dossier.objects.filter(pk=demande.dossier_id), pour=portee.auteur, contrat=portee.contrat)
    (rangee,) = rangees(dossiers, vue, portee)
    return {
        "rangee": rangee,
        "programmer": peut_programmer(portee.auteur, portee.contrat),
        "essentielles": ESSENTIELLES,
    }
