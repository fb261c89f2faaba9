"""The acts of the funders: what awaits one, its recording, what it decides row by row; what is refused without one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun import fichiers
from commun.models import Travail
from commun.permissions import verifier
from commun.views import agir, appliquer
from contrats.etats import Role
from contrats.models import ActeDecision
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..actions.actes_financeurs import DECIDER_DES_LIGNES
from ..forms.actes import ECARTER, ActeDuFinanceurForm, LignesDActeForm
from ..lectures.actes import (
    avec_convention,
    avec_origine,
    demandes_vues,
    effets_sur_les_enveloppes,
    financeurs_de_l_annee,
    lignes_a_decider,
    lignes_a_refuser,
    lignes_parties,
    suivi_du_financeur,
)
from ..lectures.courriers import seuil_de_l_annee
from ..models import Campagne
from ..permissions import peut_acter

DECIDENT = (Role.CHEF_DE_PROJET, Role.DECIDEUR)
# Django reads a thousand fields: a longer act is recorded in several times.
LIGNES_AU_PLUS, CHAMPS_AU_PLUS = 240, 980
CHAMPS_PAR_LIGNE, CHAMPS_PAR_REFUS = 4, 3  # of a row programmed, of a row that nobody kept


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
    """What an act decides: the rows programmed, and those that nobody kept, refused by it."""
    organisme = financeur_vu(portee, financeur)
    verifier(peut_acter(portee.auteur, portee.contrat, organisme))
    acte = get_object_or_404(ActeDecision.objects.select_related("organisme"), pk=pk, organisme=organisme)
    if acte.contrat_id != portee.contrat.pk:
        raise Http404
    acte.contrat = portee.contrat
    return _decider(request, portee, organisme, acte)


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*DECIDENT)
def refuser_les_lignes(request: HttpRequest, portee: Portee, financeur: int) -> HttpResponse:
    """What a funder refuses without an act: the rows that nobody kept."""
    organisme = financeur_vu(portee, financeur)
    verifier(peut_acter(portee.auteur, portee.contrat, organisme))
    return _decider(request, portee, organisme, None)


def _decider(request: HttpRequest, portee: Portee, organisme: Organisme, acte: ActeDecision | None) -> HttpResponse:
    """Chosen row by row, read again with what it changes, then done by a job."""
    campagne = campagne_de(portee)
    cherche = request.GET.get("q", "").strip()
    toutes = "toutes" in request.GET
    programmees = lignes_a_decider(campagne, organisme, pour=portee.auteur)
    if acte is None:
        programmees = programmees.none()
    sans_suite = lignes_a_refuser(campagne, organisme, pour=portee.auteur, toutes=toutes or request.method == "POST")
    if request.method == "POST":
        decisions = _decisions(request.POST)
        listees, a_refuser = programmees.filter(pk__in=decisions), sans_suite.filter(pk__in=decisions)
    else:
        listees, a_refuser = _chercher(programmees, cherche), _chercher(sans_suite, cherche)
    total, total_a_refuser = listees.count(), a_refuser.count()
    demandes = list(listees[:LIGNES_AU_PLUS])
    place = (CHAMPS_AU_PLUS - CHAMPS_PAR_LIGNE * len(demandes)) // CHAMPS_PAR_REFUS
    refusables = avec_origine(a_refuser[:place])
    parties: list[str] = []
    if request.method == "POST":
        restent = {demande.pk for demande in demandes} | {ligne.demande.pk for ligne in refusables}
        perdues = {pk for pk, decision in decisions.items() if decision != ECARTER} - restent
        parties = lignes_parties(campagne, organisme, perdues, pour=portee.auteur)
    pour_le_compte = _ecrit_pour(portee, organisme)
    form = LignesDActeForm(
        request.POST or None,
        demandes=demandes,
        a_refuser=refusables,
        parties=parties,
        pour_le_compte=pour_le_compte,
        initial={"piece_source": acte.source if acte else ""},
    )
    relire = request.method == "POST" and form.is_valid() and "modifier" not in request.POST
    if relire and "confirmer" in request.POST:
        travail = appliquer(form, lambda: _planifier(portee, campagne, organisme, acte, form))
        if travail is not None:
            return redirect(adresse(portee, "travail_actes", financeur=organisme.pk, pk=travail.pk))
        relire = False
    contexte: dict[str, Any] = {
        "form": form,
        "acte": acte,
        "financeur": organisme,
        "pour_le_compte": pour_le_compte,
        "seuil": seuil_de_l_annee(campagne.annee),
    }
    if relire:
        return render(
            request,
            "programmation/actes/relire.html",
            contexte | _ce_que_change_l_acte(form, campagne, organisme, portee),
        )
    parmi = list(programmees) if cherche or request.method == "POST" or total > len(demandes) else demandes
    prevus = {d.pk: d.montant_programme for d in parmi}
    lues = avec_convention(demandes, campagne, organisme, prevus, parmi=parmi)
    contexte |= {
        "cherche": cherche,
        "toutes": toutes,
        "conventions": {ligne.demande.pk for ligne in lues if ligne.convention},
        "total": total,
        "montrees": len(demandes),
        "total_a_refuser": total_a_refuser,
        "montrees_a_refuser": len(form.a_refuser),
    }
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
    travail = _travail(portee, pk)
    gabarit = "_travail.html" if request.htmx else "travail.html"  # type: ignore[attr-defined]
    contexte = {
        "travail": travail,
        "financeur": organisme,
        "retour": adresse(portee, "actes_financeur", financeur=organisme.pk),
    }
    return render(request, f"programmation/actes/{gabarit}", contexte)


@require_POST
@dans_le_contrat(*DECIDENT)
def recommencer(request: HttpRequest, portee: Portee, financeur: int, pk: str) -> HttpResponse:
    """Start again the rows of an act whose job failed: those that it had decided count as done."""
    organisme = financeur_vu(portee, financeur)
    travail = _travail(portee, pk)
    agir(
        request,
        lambda: actions.recommencer_un_travail(travail, portee.contrat, organisme, par=portee.auteur),
        succes="Le travail reprend : ce qui était décidé le reste.",
    )
    return redirect(adresse(portee, "travail_actes", financeur=organisme.pk, pk=travail.pk))


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


def _travail(portee: Portee, pk: str) -> Travail:
    """A job of an act's rows, for who asked for it."""
    siens = Travail.objects.filter(
        nom=DECIDER_DES_LIGNES, cible_id=portee.contrat.pk, demande_par=portee.auteur.utilisateur
    )
    return get_object_or_404(siens, pk=pk)


def _planifier(
    portee: Portee, campagne: Campagne, organisme: Organisme, acte: ActeDecision | None, form: LignesDActeForm
) -> Travail:
    suite = {"piece_source": form.cleaned_data.get("piece_source", ""), "par": portee.auteur}
    if acte is None:
        return actions.refuser_des_lignes(campagne, organisme, form.lignes, **suite)
    return actions.decider_des_lignes(acte, form.lignes, annee=campagne.annee, **suite)


def _ecrit_pour(portee: Portee, organisme: Organisme) -> bool:
    return portee.auteur.au_nom_de(organisme).pour_le_compte_de is not None


def _decisions(saisie: QueryDict) -> dict[int, str]:
    """What was typed of each row, by its key."""
    lues = {cle.removeprefix("decision_"): str(saisie[cle]) for cle in saisie if cle.startswith("decision_")}
    return {int(pk): decision for pk, decision in lues.items() if pk.isdecimal()}


def _chercher(demandes: Any, texte: str) -> Any:
    """Those whose file's number, title or porteur holds each word."""
    if not texte:
        return demandes
    dossiers = demandes.model._meta.get_field("dossier").related_model.objects.cherches(texte)
    return demandes.filter(dossier__in=dossiers.values("pk"))


def _ce_que_change_l_acte(
    form: LignesDActeForm, campagne: Campagne, organisme: Organisme, portee: Portee
) -> dict[str, Any]:
    choisies, votes = form.choisies, form.votes
    lignes = avec_convention(choisies, campagne, organisme, votes)
    effets = effets_sur_les_enveloppes(choisies, votes, contrat=portee.contrat, pour=portee.auteur)
    return {
        "lignes": [(ligne, votes.get(ligne.demande.pk), _motif(form, ligne.demande.pk)) for ligne in lignes],
        "effets": effets,
        "masquee": any(effet.masquee for effet in effets),
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
