"""One funder's row: its proposal, its act, its refusal, the porteur told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.permissions import verifier
from commun.views import traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import EngagementForm, NotificationForm, PropositionForm, RefusForm, VoteForm
from ..lectures.equilibre import equilibre
from ..models import DemandeFinancement
from ..permissions import (
    peut_engager,
    peut_notifier,
    peut_proposer,
    peut_rectifier,
    peut_refuser,
    peut_reprendre_la_demande,
    peut_voter,
)
from .acces import adresse_du_dossier, demande_vue


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def proposer(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder's proposal."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_proposer(portee.auteur, demande))
    form = PropositionForm(request.POST or None, demande=demande, pour_le_compte=_ecrit_pour(portee, demande))
    form.suivre_l_equilibre(adresse_de_l_equilibre(portee, demande))
    lu = form.cleaned_data.get("montant") if form.is_bound and form.is_valid() else form["montant"].initial
    return _sur_la_ligne(
        request,
        portee,
        demande,
        form,
        lambda saisie: actions.proposer(demande, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/proposer.html",
        equilibre=equilibre(demande.dossier, pk, lu, pour=portee.auteur, contrat=portee.contrat),
        titre="Proposer un montant",
        succes=f"{demande.financeur.nom_court} : la proposition est enregistrée.",
    )


@dans_le_contrat(*INSTRUCTEURS)
def rapporter_l_equilibre(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """The budget with the amount being typed: what is missing, and who was asked more than it brings."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_proposer(portee.auteur, demande))
    form = PropositionForm(request.GET, demande=demande, pour_le_compte=False)
    lu = form.fields["montant"]
    try:
        montant = lu.clean(request.GET.get("montant"))
    except ValidationError:
        montant = None
    contexte = {"equilibre": equilibre(demande.dossier, pk, montant, pour=portee.auteur, contrat=portee.contrat)}
    return render(request, "programmation/dossier/_equilibre.html", contexte)


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def voter(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder's own act, after the COPIL."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_voter(portee.auteur, demande))

    def acter(saisie: dict[str, Any]) -> None:
        acte = saisie["acte"] or actions.NouvelActe(saisie["instance"], saisie["numero"], saisie["pris_le"])
        actions.voter(
            demande,
            acte=acte,
            montant=saisie["montant"],
            piece_source=saisie.get("piece_source", ""),
            par=portee.auteur,
            le=timezone.now(),
        )

    return _sur_la_ligne(
        request,
        portee,
        demande,
        VoteForm(request.POST or None, demande=demande, pour_le_compte=_ecrit_pour(portee, demande)),
        acter,
        titre="Enregistrer l’acte du financeur",
        succes=f"{demande.financeur.nom_court} : l’acte est enregistré, son montant est ferme.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def refuser(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder says no."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_refuser(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        RefusForm(request.POST or None, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.refuser(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Refuser",
        succes=f"{demande.financeur.nom_court} : le refus est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def rectifier(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Undo an act or a refusal entered by mistake."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_rectifier(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        RefusForm(request.POST or None, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.rectifier(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Rectifier la décision enregistrée",
        succes=f"{demande.financeur.nom_court} : la décision enregistrée est annulée, saisissez la bonne.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def notifier(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """The porteur is told."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_notifier(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        NotificationForm(request.POST or None),
        lambda saisie: actions.notifier(demande, jour=saisie["jour"], par=portee.auteur, le=timezone.now()),
        titre="Notifier au porteur",
        succes="La notification est enregistrée : le porteur voit ce montant.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def reprendre(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A row put off comes back to its instruction."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_reprendre_la_demande(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        Form(request.POST if request.method == "POST" else None),
        lambda saisie: actions.reprendre_la_demande(demande, par=portee.auteur, le=timezone.now()),
        titre="Reprendre l’instruction",
        explication="La demande redevient ouverte, avec ce qui était proposé avant son ajournement.",
        succes=f"{demande.financeur.nom_court} : la demande est reprise, avec ce qui était proposé.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def engager(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """The funder's own commitment number."""
    demande = demande_vue(portee, numero, pk)
    verifier(peut_engager(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        EngagementForm(request.POST or None, demande=demande, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.engager(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Enregistrer le numéro d’engagement",
        succes=f"{demande.financeur.nom_court} : le numéro d’engagement est enregistré.",
    )


def _sur_la_ligne(
    request: HttpRequest,
    portee: Portee,
    demande: DemandeFinancement,
    form: Any,
    acte: Callable[[dict[str, Any]], object],
    *,
    titre: str,
    succes: str,
    gabarit: str = "programmation/dossier/ligne.html",
    **suite: Any,
) -> HttpResponse:
    dossier = demande.dossier
    return traiter_formulaire(
        request,
        form,
        acte,
        gabarit=gabarit,
        contexte={
            "explication": "",
            **suite,
            "dossier": dossier,
            "demande": demande,
            "titre_acte": titre,
            "pour_le_compte": _ecrit_pour(portee, demande),
        },
        retour=adresse_du_dossier(portee, dossier.numero) + "#financeurs",
        succes=succes,
    )


def adresse_de_l_equilibre(portee: Portee, demande: DemandeFinancement) -> str:
    """Where the page asks what an amount does to the budget."""
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": demande.dossier.numero, "pk": demande.pk}
    return reverse("programmation:equilibre", kwargs=cles)


def _ecrit_pour(portee: Portee, demande: DemandeFinancement) -> bool:
    return portee.auteur.au_nom_de(demande.financeur).pour_le_compte_de is not None
