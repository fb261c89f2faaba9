"""Projects told before any deposit: list, page, funders' views, answers, the file that one becomes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from acteurs.models import Organisme
from commun.models import LigneJournal
from commun.permissions import verifier
from commun.views import appliquer, evenements
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import intentions as actions
from ..etats import TRANSITIONS_INTENTION
from ..forms.intentions import (
    AvisIntentionForm,
    DevenirDossierForm,
    FiltreIntentionsForm,
    IntentionForm,
    ReponseIntentionForm,
)
from ..lectures.intentions import financeurs_sans_avis, intentions_de, lire, reponse_a, revues
from ..models import AvisIntention, Campagne, Dossier, Enveloppe, Intention
from ..permissions.intentions import (
    DONNENT_UN_AVIS,
    peut_abandonner_intention,
    peut_donner_avis_intention,
    peut_en_faire_un_dossier,
    peut_modifier_intention,
    peut_proposer_intention,
    peut_repondre_intention,
)
from .acces import LECTEURS
from .campagne import GET_ET_POST, rendre

# Acts of the table that are an answer in words; « devenir_dossier » has its own page.
REPONSES = ("encourager", "reorienter", "deconseiller", "abandonner")
FACULTATIF = ("encourager",)


@require_safe
@dans_le_contrat(*LECTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The projects of the campaign that the reader sees."""
    campagne = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).select_related("contrat").first()
    if campagne is None:
        return rendre(request, portee, "intentions_sans_campagne", "intentions")
    filtre = FiltreIntentionsForm(request.GET or None, campagne=campagne)
    lues = intentions_de(campagne, pour=portee.auteur, filtres=filtre.cleaned_data if filtre.is_valid() else {})
    return rendre(
        request,
        portee,
        "intentions",
        "intentions",
        intentions=lues,
        filtre=filtre,
        filtree=any(request.GET.get(nom) for nom in filtre.fields),
        revues=revues(campagne) if portee.roles.instruit else [],
        proposer=peut_proposer_intention(portee.auteur, campagne),
        instruit=portee.roles.instruit,
        pilote=portee.roles.pilote,
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.PORTEUR)
def proposer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Tell a project."""
    campagnes = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee)
    campagne = get_object_or_404(campagnes.select_related("contrat"))
    verifier(peut_proposer_intention(portee.auteur, campagne))
    form = IntentionForm(request.POST or None, campagne=campagne, auteur=portee.auteur)
    if request.method == "POST" and (
        proposee := appliquer(
            form,
            lambda: actions.proposer_intention(
                campagne, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
            ),
        )
    ):
        messages.success(request, "L’intention est proposée : les financeurs vont dire ce qu’ils en pensent.")
        return redirect("programmation:intention", portee.contrat.slug, portee.annee, proposee.pk)
    return rendre(request, portee, "intention_edition", "intentions", form=form, objet=None)


@require_safe
@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One project, and what is thought of it."""
    objet = _intention(portee, pk)
    lue = lire(Intention.objects.filter(pk=objet.pk), portee.contrat, pour=portee.auteur)[0]
    instruit = portee.roles.instruit
    dossier = None
    if objet.dossier_id is not None:
        dossier = Dossier.objects.ouverts_a(portee.auteur, portee.contrat).filter(pk=objet.dossier_id).first()
    return rendre(
        request,
        portee,
        "intention",
        "intentions",
        objet=objet,
        lue=lue,
        dossier=dossier,
        reponse=reponse_a(objet),
        manquants=financeurs_sans_avis(objet) if instruit else [],
        evenements=evenements(LigneJournal.objects.de(objet).reverse(), mandants=True) if instruit else [],
        modifier=peut_modifier_intention(portee.auteur, objet),
        donner_avis=peut_donner_avis_intention(portee.auteur, objet),
        devenir=peut_en_faire_un_dossier(portee.auteur, objet),
        reponses=_reponses(portee, objet),
        instruit=instruit,
    )


def _reponses(portee: Portee, objet: Intention) -> list[dict[str, Any]]:
    """The answers that this person may give from here."""
    return [
        {
            "libelle": TRANSITIONS_INTENTION[acte].libelle,
            "url": reverse(
                "programmation:repondre_intention",
                kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "pk": objet.pk, "acte": acte},
            ),
        }
        for acte in REPONSES
        if objet.transition_possible(acte) and _permission(acte)(portee.auteur, objet)
    ]


def _permission(acte: str) -> Any:
    return peut_abandonner_intention if acte == "abandonner" else peut_repondre_intention


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.PORTEUR)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change what is told of it."""
    objet = _intention(portee, pk)
    verifier(peut_modifier_intention(portee.auteur, objet))
    form = IntentionForm(
        request.POST or None,
        instance=Intention.objects.get(pk=objet.pk),
        campagne=objet.campagne,
        auteur=portee.auteur,
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_intention(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "L’intention est enregistrée.")
        return redirect("programmation:intention", portee.contrat.slug, portee.annee, pk)
    return rendre(request, portee, "intention_edition", "intentions", form=form, objet=objet)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*DONNENT_UN_AVIS)
def donner_avis(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """What one's organisation thinks of it; the team may write another's."""
    objet = _intention(portee, pk)
    verifier(peut_donner_avis_intention(portee.auteur, objet))
    connu = AvisIntention.objects.filter(intention=objet, organisme=portee.auteur.organisme).first()
    form = AvisIntentionForm(
        request.POST or None, instance=connu, intention=objet, auteur=portee.auteur, autres=_autres(portee)
    )

    def donner() -> AvisIntention:
        saisie = dict(form.cleaned_data)
        organisme = saisie.pop("organisme", None)
        auteur = portee.auteur.au_nom_de(organisme) if organisme else portee.auteur
        return actions.donner_avis_intention(objet, **saisie, par=auteur, le=timezone.now())

    if request.method == "POST" and appliquer(form, donner):
        messages.success(request, "L’avis est enregistré.")
        return redirect("programmation:intention", portee.contrat.slug, portee.annee, pk)
    return rendre(request, portee, "intention_avis", "intentions", form=form, objet=objet)


def _autres(portee: Portee) -> Any:
    """The funders for which the team writes views, in a meeting; None for the others."""
    if not portee.roles.pilote:
        return None
    financeurs = Enveloppe.objects.filter(contrat=portee.contrat, annee=portee.annee).values("financeur")
    return Organisme.objects.filter(pk__in=financeurs).exclude(pk=portee.auteur.organisme.pk).order_by("recherche")


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.PORTEUR)
def repondre(request: HttpRequest, portee: Portee, pk: int, acte: str) -> HttpResponse:
    """Encourage, orient elsewhere, advise against, give up."""
    if acte not in REPONSES:
        raise Http404("Unknown act.")
    objet = _intention(portee, pk)
    verifier(_permission(acte)(portee.auteur, objet))
    form = ReponseIntentionForm(request.POST or None, facultatif=acte in FACULTATIF)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.repondre_intention(
            objet, acte, motif=form.cleaned_data["motif"], par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "C’est enregistré.")
        return redirect("programmation:intention", portee.contrat.slug, portee.annee, pk)
    titre = TRANSITIONS_INTENTION[acte].libelle
    return rendre(request, portee, "intention_acte", "intentions", form=form, objet=objet, titre_acte=titre)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.PORTEUR)
def devenir_dossier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Begin its request with what is known."""
    objet = _intention(portee, pk)
    verifier(peut_en_faire_un_dossier(portee.auteur, objet))
    form = DevenirDossierForm(request.POST or None, contrat=portee.contrat, le=timezone.localdate())
    if request.method == "POST" and (
        dossier := appliquer(
            form,
            lambda: actions.en_faire_un_dossier(
                objet, dispositif=form.cleaned_data["dispositif"], par=portee.auteur, le=timezone.now()
            ),
        )
    ):
        messages.success(request, "Le brouillon de la demande est créé avec ce que l’on savait déjà.")
        return redirect("programmation:demande", portee.contrat.slug, portee.annee, dossier.numero)
    titre = TRANSITIONS_INTENTION["devenir_dossier"].libelle
    return rendre(request, portee, "intention_acte", "intentions", form=form, objet=objet, titre_acte=titre)


def _intention(portee: Portee, pk: int) -> Intention:
    visibles = Intention.objects.visibles_par(portee.auteur, portee.contrat).filter(campagne__annee=portee.annee)
    return get_object_or_404(visibles.select_related("campagne__contrat", "contrat", "porteur", "orientation"), pk=pk)
