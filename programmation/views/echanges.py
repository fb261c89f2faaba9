"""The tab « Échanges » of a file, and what waits to be read over all the files of a year."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from commun import fichiers
from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import MessageForm, NoteForm
from ..lectures.echanges import boite, echanges, mentionnables
from ..models import Dossier, Message, NoteInterne
from ..permissions import instruit, peut_ecrire_a_une_selection, peut_ecrire_un_message, peut_ecrire_une_note
from .acces import LECTEURS, dossier_vu
from .onglets import cadre_du_dossier


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The notes and the messages of a file."""
    return _page(request, portee, dossier_vu(portee, numero))


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def ecrire_note(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """A note for one's colleagues."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_ecrire_une_note(portee.auteur, dossier))
    form = NoteForm(request.POST, gens=_mentionnables(portee, dossier))
    note = appliquer(
        form, lambda: actions.ecrire_une_note(dossier, **form.cleaned_data, par=portee.auteur, le=timezone.now())
    )
    if note is None:
        return _page(request, portee, dossier, note=form)
    return redirect(_adresse(portee, dossier) + "#notes")


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def retirer_note(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Take one's note back."""
    dossier = dossier_vu(portee, numero)
    siennes = NoteInterne.objects.lisibles_par(portee.auteur, portee.contrat).filter(auteur=portee.auteur.utilisateur)
    note = get_object_or_404(siennes, dossier=dossier, pk=pk)
    return faire(
        request,
        lambda: actions.retirer_une_note(note, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, dossier) + "#notes",
        succes="La note est retirée : personne ne la lit plus.",
    )


@dans_le_contrat(*LECTEURS)
@require_POST
def ecrire_message(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """A message to the porteur, or from it."""
    dossier = dossier_vu(portee, numero)
    verifier(peut_ecrire_un_message(portee.auteur, dossier))
    form = MessageForm(request.POST, request.FILES)
    message = appliquer(
        form, lambda: actions.ecrire_un_message(dossier, **form.cleaned_data, par=portee.auteur, le=timezone.now())
    )
    if message is None:
        return _page(request, portee, dossier, message=form)
    return redirect(_adresse(portee, dossier) + f"#message-{message.pk}")


@dans_le_contrat(*LECTEURS)
@require_POST
def marquer_lu(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """What the reader received here is read: by its button, or by the page as it opens for what is its own alone."""
    dossier = dossier_vu(portee, numero)
    seules = "mentions_seules" in request.POST
    actions.marquer_lu(dossier, par=portee.auteur, le=timezone.now(), mentions_seules=seules)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    return redirect(_adresse(portee, dossier))


@dans_le_contrat(*LECTEURS)
def piece(request: HttpRequest, portee: Portee, numero: str, pk: int, fichier: int) -> HttpResponse | FileResponse:
    """An attachment of a message, for those who read the message."""
    message = get_object_or_404(Message, dossier=dossier_vu(portee, numero), pk=pk)
    return fichiers.reponse(get_object_or_404(message.pieces, pk=fichier))


@dans_le_contrat(*LECTEURS)
def voir_boite(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What waits to be read in a year's files."""
    assert portee.annee is not None
    return render(
        request,
        "programmation/echanges/boite.html",
        {
            "boite": boite(portee.contrat, portee.annee, pour=portee.auteur),
            "instruit": portee.roles.instruit,
            "selection": peut_ecrire_a_une_selection(portee.auteur, portee.contrat),
        },
    )


def _page(request: HttpRequest, portee: Portee, dossier: Dossier, **saisies: Any) -> HttpResponse:
    """The tab, with the forms as they were left when one is refused."""
    lus = echanges(dossier, pour=portee.auteur, contrat=portee.contrat)
    refuse = bool(saisies)
    equipe = instruit(portee.auteur, dossier)
    contexte = {
        **cadre_du_dossier(portee, dossier, "echanges"),
        "echanges": lus,
        "equipe": equipe,
        "note_form": saisies.get("note") or NoteForm(gens=_mentionnables(portee, dossier) if equipe else ()),
        "message_form": saisies.get("message") or MessageForm(initial={"objet": _objet_de_la_reponse(lus)}),
        "url_lu": reverse("programmation:echanges_lus", kwargs=_cles(portee, dossier)),
        # A porteur has read what it opened; a team says so, since several people share what it receives.
        "lire_en_ouvrant": (lus.a_lire and not equipe) or lus.me_mentionnent,
    }
    return render(request, "programmation/echanges/echanges.html", contexte, status=422 if refuse else 200)


def _objet_de_la_reponse(lus: Any) -> str:
    """The subject of the last message received, so that an answer keeps it."""
    attendus = [m for m in lus.messages if m.a_lire]
    if not attendus:
        return ""
    objet = attendus[-1].objet
    return objet if objet.startswith("Re : ") else f"Re : {objet}"[:200]


def _mentionnables(portee: Portee, dossier: Dossier) -> Any:
    return mentionnables(dossier, sauf=portee.auteur.utilisateur)


def _cles(portee: Portee, dossier: Dossier) -> dict[str, Any]:
    return {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}


def _adresse(portee: Portee, dossier: Dossier) -> str:
    return reverse("programmation:echanges", kwargs=_cles(portee, dossier))
