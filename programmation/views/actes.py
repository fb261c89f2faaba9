"""The acts of the funders: what awaits one, its recording, what it decides row by row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from acteurs.models import Organisme
from commun import fichiers
from commun.models import Travail
from commun.permissions import verifier
from commun.views import appliquer
from contrats.etats import Role
from contrats.models import ActeDecision
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..actions.actes_financeurs import DECIDER_DES_LIGNES
from ..forms.actes import ActeDuFinanceurForm, LignesDActeForm
from ..lectures.actes import (
    avec_convention,
    demandes_vues,
    effets_sur_les_enveloppes,
    financeurs_de_l_annee,
    lignes_a_decider,
    suivi_du_financeur,
)
from ..models import Campagne
from ..permissions import peut_acter

DECIDENT = (Role.CHEF_DE_PROJET, Role.DECIDEUR)
# Three fields a row, and Django reads a thousand: a longer act is recorded in several times.
LIGNES_AU_PLUS = 300


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The funders of a year, and where each stands between the COPIL and the porteurs."""
    assert portee.annee is not None
    financeurs = financeurs_de_l_annee(portee.contrat, portee.annee, pour=portee.auteur)
    return render(request, "programmation/actes/actes.html", {"financeurs": financeurs})


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def financeur(request: HttpRequest, portee: Portee, financeur: int) -> HttpResponse:
    """One funder: its rows that await an act, its acts, its letters."""
    organisme = financeur_vu(portee, financeur)
    contexte = {
        "suivi": suivi_du_financeur(campagne_de(portee), organisme, pour=portee.auteur),
        "financeur": organisme,
        "acter": peut_acter(portee.auteur, portee.contrat, organisme),
    }
    return render(request, "programmation/actes/financeur.html", contexte)


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*DECIDENT)
def enregistrer(request: HttpRequest, portee: Portee, financeur: int) -> HttpResponse:
    """A new act: body, number, date, vote, paper; its rows come next."""
    organisme = financeur_vu(portee, financeur)
    verifier(peut_acter(portee.auteur, portee.contrat, organisme))
    pour_le_compte = _ecrit_pour(portee, organisme)
    form = ActeDuFinanceurForm(request.POST or None, request.FILES or None, pour_le_compte=pour_le_compte)
    if request.method == "POST":
        acte = appliquer(
            form,
            lambda: actions.enregistrer_l_acte(
                portee.contrat,
                organisme,
                champs=form.champs,
                piece=form.cleaned_data["piece"],
                piece_source=form.cleaned_data.get("piece_source", ""),
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
        if acte is not None:
            messages.success(request, f"L’acte n° {acte.numero} est enregistré : dites maintenant ce qu’il décide.")
            return redirect(adresse(portee, "lignes_acte", financeur=organisme.pk, pk=acte.pk))
    return render(
        request,
        "programmation/actes/enregistrer.html",
        {"form": form, "financeur": organisme, "pour_le_compte": pour_le_compte},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*DECIDENT)
def choisir_les_lignes(request: HttpRequest, portee: Portee, financeur: int, pk: int) -> HttpResponse:
    """What an act decides: chosen row by row, read again with what it changes, then done by a job."""
    organisme = financeur_vu(portee, financeur)
    verifier(peut_acter(portee.auteur, portee.contrat, organisme))
    acte = get_object_or_404(ActeDecision.objects.select_related("organisme"), pk=pk, organisme=organisme)
    if acte.contrat_id != portee.contrat.pk:
        raise Http404
    acte.contrat = portee.contrat
    campagne = campagne_de(portee)
    attendues = lignes_a_decider(campagne, organisme, pour=portee.auteur)
    cherche = request.GET.get("q", "").strip()
    if request.method == "POST":
        envoyees = [cle.removeprefix("decision_") for cle in request.POST if cle.startswith("decision_")]
        demandes = attendues.filter(pk__in=[cle for cle in envoyees if cle.isdigit()])
    else:
        demandes = _chercher(attendues, cherche)
    total = demandes.count()
    demandes = list(demandes[:LIGNES_AU_PLUS])
    form = LignesDActeForm(
        request.POST or None,
        demandes=demandes,
        pour_le_compte=_ecrit_pour(portee, organisme),
        initial={"piece_source": acte.source},
    )
    relire = request.method == "POST" and form.is_valid() and "modifier" not in request.POST
    if relire and "confirmer" in request.POST:
        travail = appliquer(
            form,
            lambda: actions.decider_des_lignes(
                acte,
                form.lignes,
                annee=campagne.annee,
                piece_source=form.cleaned_data.get("piece_source", ""),
                par=portee.auteur,
            ),
        )
        if travail is not None:
            return redirect(adresse(portee, "travail_actes", financeur=organisme.pk, pk=travail.pk))
        relire = False
    contexte = {"form": form, "acte": acte, "financeur": organisme, "pour_le_compte": _ecrit_pour(portee, organisme)}
    if relire:
        return render(
            request, "programmation/actes/relire.html", contexte | _ce_que_change_l_acte(form, campagne, organisme)
        )
    prevus = {d.pk: d.montant_programme for d in demandes}
    conventions = {
        li.demande.pk for li in avec_convention(demandes, campagne, organisme, prevus) if li.convention
    }  # fmt: skip
    contexte |= {"cherche": cherche, "conventions": conventions, "total": total, "montrees": len(demandes)}
    return render(request, "programmation/actes/lignes.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def piece(request: HttpRequest, portee: Portee, financeur: int, pk: int) -> HttpResponseBase:
    """The paper of an act."""
    organisme = financeur_vu(portee, financeur)
    acte = get_object_or_404(
        ActeDecision.objects.select_related("piece"), pk=pk, organisme=organisme, contrat=portee.contrat
    )
    if acte.piece is None:
        raise Http404
    return fichiers.reponse(acte.piece)


@require_safe
@dans_le_contrat(*DECIDENT)
def suivre(request: HttpRequest, portee: Portee, financeur: int, pk: str) -> HttpResponse:
    """Progress and result of an act's rows; seen by who asked for it."""
    organisme = financeur_vu(portee, financeur)
    travaux = Travail.objects.filter(
        nom=DECIDER_DES_LIGNES, cible_id=portee.contrat.pk, demande_par=portee.auteur.utilisateur
    )
    travail = get_object_or_404(travaux, pk=pk)
    gabarit = "_travail.html" if request.htmx else "travail.html"  # type: ignore[attr-defined]
    contexte = {
        "travail": travail,
        "financeur": organisme,
        "retour": adresse(portee, "actes_financeur", financeur=organisme.pk),
    }
    return render(request, f"programmation/actes/{gabarit}", contexte)


# --- What the pages of acts and letters share -------------------------------------------------------------------------
def campagne_de(portee: Portee) -> Campagne:
    """The campaign of the page's year, with its contract; a 404 when there is none."""
    campagne = get_object_or_404(Campagne, contrat=portee.contrat, annee=portee.annee)
    campagne.contrat = portee.contrat
    return campagne


def financeur_vu(portee: Portee, pk: int) -> Organisme:
    """A funder whose rows of the year the reader deliberates; another does not exist for it."""
    assert portee.annee is not None
    vues = demandes_vues(portee.contrat, portee.annee, pour=portee.auteur)
    return get_object_or_404(Organisme.objects.filter(pk__in=vues.values("financeur")), pk=pk)


def adresse(portee: Portee, route: str, **cles: Any) -> str:
    """The address of a page of the year."""
    return reverse(f"programmation:{route}", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, **cles})


def _ecrit_pour(portee: Portee, organisme: Organisme) -> bool:
    return portee.auteur.au_nom_de(organisme).pour_le_compte_de is not None


def _chercher(demandes: Any, texte: str) -> Any:
    """Those whose file's number, title or porteur holds each word."""
    if not texte:
        return demandes
    dossiers = demandes.model._meta.get_field("dossier").related_model.objects.cherches(texte)
    return demandes.filter(dossier__in=dossiers.values("pk"))


def _ce_que_change_l_acte(form: LignesDActeForm, campagne: Campagne, organisme: Organisme) -> dict[str, Any]:
    choisies, votes = form.choisies, form.votes
    lignes = avec_convention(choisies, campagne, organisme, votes)
    effets = effets_sur_les_enveloppes(choisies, votes)
    return {
        "lignes": [(ligne, votes.get(ligne.demande.pk), _motif(form, ligne.demande.pk)) for ligne in lignes],
        "effets": effets,
        "insuffisante": any(not effet.suffit for effet in effets),
        "votees": len(votes),
        "refusees": len(choisies) - len(votes),
        "montant": sum(votes.values()),
        "conventions": len(
            {li.demande.dossier.porteur_id for li in lignes if li.convention and li.demande.pk in votes}
        ),
    }


def _motif(form: LignesDActeForm, pk: int) -> str:
    return str(form.cleaned_data[f"motif_{pk}"])
