"""Needs that look for a porteur: list, page, steps, leads of funding, answers to a call, the file that one becomes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.models import LigneJournal
from commun.permissions import Reponse, verifier
from commun.views import appliquer, evenements, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import besoins as actions
from ..etats import TRANSITIONS_BESOIN, TRANSITIONS_CANDIDATURE, EtatCandidature
from ..forms.besoins import (
    BesoinForm,
    EtapeBesoinForm,
    FiltreBesoinsForm,
    OpportuniteForm,
    PisteForm,
    PorteurForm,
    PublierForm,
    ReponseCandidatureForm,
)
from ..forms.intentions import DevenirDossierForm
from ..lectures.besoins import (
    besoins_par_etat,
    candidatures_de,
    derniere_main,
    etapes,
    lire,
    ouvert_jusqu_au,
    pistes_de,
    risque_de_requalification,
)
from ..models import Besoin, Campagne, Candidature, Dossier
from ..permissions.besoins import (
    ANIMENT,
    SIGNALENT,
    est_de_ses_mains,
    peut_chiffrer,
    peut_faire_avancer_besoin,
    peut_modifier_besoin,
    peut_modifier_l_opportunite,
    peut_publier,
    peut_signaler,
    peut_trancher,
)
from .aiguillage import RISQUES

GET_ET_POST = ["GET", "HEAD", "POST"]
# Whoever is more than a porteur in the contract.
PARTENAIRES = tuple(role for role in Role if role != Role.PORTEUR)
# Steps that lead on, each with its own question; the others are in the menu.
EN_AVANT = ("definir", "trouver_porteur", "reunir", "devenir_dossier")
FACULTATIFS = ("reunir",)
AJOUTER_UNE_PISTE = "Ajouter une piste de financement"


def _rendre(request: HttpRequest, portee: Portee, gabarit: str, **contexte: Any) -> HttpResponse:
    form = contexte.get("form")
    contexte |= {"contrat": portee.contrat, "annee": portee.annee}
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"programmation/toute_l_annee/{gabarit}.html", contexte, status=statut)


@require_safe
@dans_le_contrat(*PARTENAIRES)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The needs, state by state."""
    filtre = FiltreBesoinsForm(request.GET or None, contrat=portee.contrat)
    filtres = filtre.cleaned_data if filtre.is_valid() else {}
    return _rendre(
        request,
        portee,
        "besoins",
        groupes=besoins_par_etat(portee.contrat, pour=portee.auteur, le=timezone.localdate(), filtres=filtres),
        filtre=filtre,
        filtree=any(request.GET.get(nom) for nom in filtre.fields),
        signaler=peut_signaler(portee.auteur, portee.contrat),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*SIGNALENT)
def signaler(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Report a need."""
    assert portee.annee is not None
    verifier(peut_signaler(portee.auteur, portee.contrat))
    form = BesoinForm(request.POST or None, contrat=portee.contrat, annee=portee.annee, auteur=portee.auteur)
    if request.method == "POST" and (
        signale := appliquer(
            form,
            lambda: actions.signaler(portee.contrat, champs=form.valeurs, par=portee.auteur, le=timezone.now()),
        )
    ):
        messages.success(request, "Le besoin est signalé : l’équipe va en parler avec les signataires.")
        return redirect(_adresse(portee, signale))
    return _rendre(request, portee, "besoin_edition", form=form, objet=None)


@require_safe
@dans_le_contrat(*PARTENAIRES)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One need: what is seen, the way done, the next act; money and answers for those who instruct."""
    objet = _besoin(portee, pk)
    (lu,) = lire(Besoin.objects.filter(pk=objet.pk), portee.contrat, pour=portee.auteur, le=timezone.localdate())
    instruit = portee.roles.instruit
    candidatures = _candidatures(portee, objet) if instruit else []
    # A porteur is named through its answer as long as one awaits its own.
    a_repondre = any(c["actes"] and c["lue"].candidature.etat == EtatCandidature.DEPOSEE for c in candidatures)
    avancer = _actes(portee, objet, en_avant=True)
    analyse = risque_de_requalification(objet) if instruit else None
    dossier = None
    if objet.dossier_id is not None:
        dossier = Dossier.objects.ouverts_a(portee.auteur, portee.contrat).filter(pk=objet.dossier_id).first()
    return _rendre(
        request,
        portee,
        "besoin",
        objet=objet,
        lu=lu,
        etapes=etapes(objet),
        dossier=dossier,
        pistes=pistes_de(objet) if instruit else None,
        candidatures=candidatures,
        a_repondre=a_repondre,
        analyse=analyse,
        risque=RISQUES[analyse.risque] if analyse else None,
        evenements=evenements(LigneJournal.objects.de(objet).reverse(), mandants=True) if instruit else [],
        modifier=peut_modifier_besoin(portee.auteur, objet),
        redefinir=peut_modifier_l_opportunite(portee.auteur, objet),
        publier=peut_publier(portee.auteur, objet),
        chiffrer=peut_chiffrer(portee.auteur, objet),
        avancer=[] if a_repondre else avancer,
        autres=_actes(portee, objet, en_avant=False),
        instruit=instruit,
    )


def _candidatures(portee: Portee, objet: Besoin) -> list[dict[str, Any]]:
    """Each answer, with what may be said to it from here."""
    lues = []
    for lue in candidatures_de(objet, pour=portee.auteur):
        lue.candidature.besoin = objet
        actes = [
            (
                TRANSITIONS_CANDIDATURE[acte].libelle,
                _url("trancher_candidature", portee, pk=lue.candidature.pk, acte=acte),
            )
            for acte in ("retenir", "ecarter")
            if peut_trancher(portee.auteur, lue.candidature, acte)
        ]
        lues.append({"lue": lue, "actes": actes})
    return lues


def _actes(portee: Portee, objet: Besoin, *, en_avant: bool) -> list[dict[str, Any]]:
    devant = (*EN_AVANT, "rouvrir") if objet.dossier_abandonne else EN_AVANT
    return [
        {"libelle": transition.libelle, "url": _url("avancer_besoin", portee, pk=objet.pk, acte=acte)}
        for acte, transition in TRANSITIONS_BESOIN.items()
        if (acte in devant) == en_avant and peut_faire_avancer_besoin(portee.auteur, objet, acte)
    ]


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*SIGNALENT)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change what is said of it."""
    assert portee.annee is not None
    objet = _besoin(portee, pk)
    verifier(est_de_ses_mains(portee.auteur, objet))
    _verifier_avant_de_montrer(request, peut_modifier_besoin(portee.auteur, objet))
    form = BesoinForm(
        request.POST or None,
        instance=Besoin.objects.get(pk=objet.pk),
        contrat=portee.contrat,
        annee=portee.annee,
        auteur=portee.auteur,
        qui=partial(derniere_main, objet, "signaler", "modifier"),
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_besoin(
            objet, champs=form.valeurs, revision=form.revision, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "Le besoin est enregistré.")
        return redirect(_adresse(portee, objet))
    return _rendre(request, portee, "besoin_edition", form=form, objet=objet)


def _verifier_avant_de_montrer(request: HttpRequest, reponse: Reponse) -> None:
    """Refuse the page; what is sent goes to the action, whose refusal comes back beside what was typed."""
    if request.method != "POST":
        verifier(reponse)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def avancer(request: HttpRequest, portee: Portee, pk: int, acte: str) -> HttpResponse:
    """One step of the way, forward or back, with what it asks."""
    if acte not in TRANSITIONS_BESOIN:
        raise Http404("Unknown act.")
    objet = _besoin(portee, pk)
    _verifier_avant_de_montrer(request, peut_faire_avancer_besoin(portee.auteur, objet, acte))
    if acte == "devenir_dossier":
        return _devenir_dossier(request, portee, objet)
    form, etape = _etape(request, portee, objet, acte)
    if request.method == "POST" and appliquer(
        form, lambda: etape(objet, **_valeurs(form), par=portee.auteur, le=timezone.now())
    ):
        messages.success(request, "C’est enregistré.")
        return redirect(_adresse(portee, objet))
    return _page_d_acte(
        request,
        portee,
        objet,
        form,
        TRANSITIONS_BESOIN[acte].libelle,
        porteur=acte == "trouver_porteur",
        ecartes=len(actions.candidats_ecartes(objet, acte)),
    )


def _etape(request: HttpRequest, portee: Portee, objet: Besoin, acte: str) -> tuple[Any, Callable[..., Besoin]]:
    """The form of a step, and the action that takes what it holds."""
    jour = timezone.localdate()
    if acte == "definir":
        form = OpportuniteForm(
            request.POST or None, besoin=objet, le=jour, qui=partial(derniere_main, objet, "definir")
        )
        return form, partial(actions.definir_l_opportunite, revision=form.revision)
    if acte == "trouver_porteur":
        du_porteur = PorteurForm(
            request.POST or None, contrat=portee.contrat, ouvert_jusqu_au=ouvert_jusqu_au(objet, jour)
        )
        return du_porteur, actions.nommer_le_porteur
    form_du_motif = EtapeBesoinForm(request.POST or None, facultatif=acte in FACULTATIFS)
    return form_du_motif, partial(actions.avancer_besoin, acte=acte)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def modifier_l_opportunite(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Correct the opportunity, its scheme or its meeting, wherever the need stands."""
    objet = _besoin(portee, pk)
    _verifier_avant_de_montrer(request, peut_modifier_l_opportunite(portee.auteur, objet))
    form = OpportuniteForm(
        request.POST or None,
        besoin=objet,
        le=timezone.localdate(),
        qui=partial(derniere_main, objet, "definir", "modifier_opportunite"),
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_l_opportunite(
            objet, **form.valeurs, revision=form.revision, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "L’opportunité est enregistrée.")
        return redirect(_adresse(portee, objet))
    return _page_d_acte(request, portee, objet, form, "Modifier l’opportunité")


def _valeurs(form: Any) -> dict[str, Any]:
    valeurs: dict[str, Any] = getattr(form, "valeurs", form.cleaned_data)
    return valeurs


def _devenir_dossier(request: HttpRequest, portee: Portee, objet: Besoin) -> HttpResponse:
    campagne = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).select_related("contrat").first()
    if campagne is None:
        messages.error(request, f"Aucune campagne {portee.annee} n’est préparée : le dossier y aura son numéro.")
        return redirect(_adresse(portee, objet))
    form = DevenirDossierForm(
        request.POST or None,
        contrat=portee.contrat,
        le=timezone.localdate(),
        initial={"dispositif": objet.dispositif_id},
    )
    if request.method == "POST" and (
        dossier := appliquer(
            form,
            lambda: actions.en_faire_un_dossier(
                objet,
                campagne,
                dispositif=form.cleaned_data["dispositif"],
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        messages.success(request, "Le brouillon de la demande est créé avec ce que l’on savait déjà.")
        return redirect("programmation:demande", portee.contrat.slug, portee.annee, dossier.numero)
    return _page_d_acte(request, portee, objet, form, TRANSITIONS_BESOIN["devenir_dossier"].libelle)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def publier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Put it out to any porteur, until a day."""
    objet = _besoin(portee, pk)
    _verifier_avant_de_montrer(request, peut_publier(portee.auteur, objet))
    form = PublierForm(request.POST or None, besoin=objet, qui=partial(derniere_main, objet, "publier"))
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.publier(objet, **form.valeurs, revision=form.revision, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "L’appel est publié : les porteurs du contrat le lisent et peuvent y répondre.")
        return redirect(_adresse(portee, objet))
    return _page_d_acte(request, portee, objet, form, "Publier l’appel")


# --- Leads of funding --------------------------------------------------------------------------------------------------
@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def ajouter_piste(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Note who might pay."""
    return _piste(request, portee, _besoin(portee, pk), None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def modifier_piste(request: HttpRequest, portee: Portee, pk: int, piste: int) -> HttpResponse:
    """Change what is known of it."""
    return _piste(request, portee, _besoin(portee, pk), piste)


def _piste(request: HttpRequest, portee: Portee, objet: Besoin, piste: int | None) -> HttpResponse:
    _verifier_avant_de_montrer(request, peut_chiffrer(portee.auteur, objet))
    connue = objet.pistes.filter(pk=piste).first() if piste is not None else None
    qui = partial(derniere_main, objet, "ajouter_piste", "modifier_piste", piste=piste)
    form = PisteForm(request.POST or None, instance=connue, contrat=portee.contrat, qui=qui)
    if piste is not None and connue is None:
        return _piste_retiree(request, portee, objet, form, piste)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ecrire_piste(
            objet, connue, champs=form.valeurs, revision=form.revision, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "La piste est enregistrée.")
        return redirect(_adresse(portee, objet) + "#pistes")
    titre = "Modifier la piste de financement" if connue else AJOUTER_UNE_PISTE
    return _page_d_acte(request, portee, objet, form, titre)


def _piste_retiree(request: HttpRequest, portee: Portee, objet: Besoin, form: PisteForm, piste: int) -> HttpResponse:
    """What was typed on a lead that somebody took away meanwhile is kept, for a new one if that is what is meant."""
    if request.method != "POST":
        raise Http404("No such lead.")
    qui = derniere_main(objet, "retirer_piste", piste=piste)
    form.add_error(
        None,
        f"{qui} a retiré cette piste pendant que vous l’écriviez. Votre saisie est toujours là : "
        "ajoutez-la si elle doit revenir.",
    )
    cible = _url("ajouter_piste", portee, pk=objet.pk)
    return _page_d_acte(request, portee, objet, form, AJOUTER_UNE_PISTE, cible=cible)


@require_POST
@dans_le_contrat(*ANIMENT)
def retirer_piste(request: HttpRequest, portee: Portee, pk: int, piste: int) -> HttpResponse:
    """Take a lead away."""
    objet = _besoin(portee, pk)
    connue = objet.pistes.filter(pk=piste).first()
    if connue is None:
        messages.info(request, "Cette piste était déjà retirée.")
        return redirect(_adresse(portee, objet) + "#pistes")
    lue = request.POST.get("revision", "")
    revision = int(lue) if lue.isdecimal() and len(lue) < 10 else None
    return faire(
        request,
        lambda: actions.retirer_piste(connue, revision=revision, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, objet) + "#pistes",
        succes="La piste est retirée.",
    )


# --- Answers to the call -----------------------------------------------------------------------------------------------
@require_http_methods(GET_ET_POST)
@dans_le_contrat(*ANIMENT)
def trancher(request: HttpRequest, portee: Portee, pk: int, acte: str) -> HttpResponse:
    """Keep one answer, or turn it down."""
    if acte not in ("retenir", "ecarter"):
        raise Http404("Unknown act.")
    vues = Candidature.objects.visibles_par(portee.auteur, portee.contrat)
    candidature = get_object_or_404(vues.select_related("besoin__contrat", "besoin__dispositif", "organisme"), pk=pk)
    _verifier_avant_de_montrer(request, peut_trancher(portee.auteur, candidature, acte))
    autres = candidature.besoin.candidatures.filter(etat=EtatCandidature.DEPOSEE).exclude(pk=pk)
    retenir = acte == "retenir"
    form = ReponseCandidatureForm(
        request.POST or None,
        autres=retenir and autres.exists(),
        ouvert_jusqu_au=ouvert_jusqu_au(candidature.besoin, timezone.localdate()) if retenir else None,
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.trancher_candidature(
            candidature, acte, **form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "La réponse est enregistrée ; chaque candidat concerné la reçoit par courriel.")
        return redirect(_adresse(portee, candidature.besoin))
    return _page_d_acte(
        request,
        portee,
        candidature.besoin,
        form,
        TRANSITIONS_CANDIDATURE[acte].libelle,
        candidature=candidature,
        porteur=retenir,
    )


def _page_d_acte(
    request: HttpRequest,
    portee: Portee,
    objet: Besoin,
    form: Any,
    titre: str,
    *,
    candidature: Candidature | None = None,
    porteur: bool = False,
    ecartes: int = 0,
    cible: str = "",
) -> HttpResponse:
    """`porteur`: the act names one, hence the reminder on public contracts; `ecartes`: how many candidates it turns down.

    `cible` is where the form goes, when it is not its own page.
    """
    ouvert = porteur and ouvert_jusqu_au(objet, timezone.localdate())
    return _rendre(
        request,
        portee,
        "besoin_acte",
        form=form,
        objet=objet,
        titre_acte=titre,
        candidature=candidature,
        rappel=porteur,
        avant_terme=ouvert or None,
        ecartes=ecartes,
        cible=cible,
    )


def _besoin(portee: Portee, pk: int) -> Besoin:
    visibles = Besoin.objects.visibles_par(portee.auteur, portee.contrat)
    relations = ("contrat", "signale_pour", "orientation", "dispositif", "porteur", "reunion__comite", "dossier")
    return get_object_or_404(visibles.select_related(*relations), pk=pk)


def _url(route: str, portee: Portee, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, **cles})


def _adresse(portee: Portee, besoin: Besoin) -> str:
    return _url("besoin", portee, pk=besoin.pk)
