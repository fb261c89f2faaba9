"""The envelopes of a year: what each funder has, said, moved, spent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers
from commun.colonnes import totaliser
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.permissions import verifier
from commun.typographie import date_heure, pluriel
from commun.views import appliquer, evenements, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms import (
    DepassementForm,
    EnveloppeForm,
    MotifForm,
    MouvementForm,
    NotificationEnveloppeForm,
    RedeploiementForm,
)
from ..lectures.enveloppes import (
    compteurs_masques,
    enveloppes,
    fiche_enveloppe,
    sous_totaux,
    total,
    verifier_enveloppes,
)
from ..models import Enveloppe
from ..permissions import peut_gerer_enveloppes
from ..tables import COLONNES_DES_ENVELOPPES, TON_DE_LA_DEMANDE
from .vue_du_tableau import adresse


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What each funder has, proposes, programmed, voted; what is left."""
    assert portee.annee is not None
    lues = enveloppes(portee.contrat, portee.annee, pour=portee.auteur)
    gere = peut_gerer_enveloppes(portee.auteur, portee.contrat)
    precedentes = Enveloppe.objects.filter(contrat=portee.contrat, annee=portee.annee - 1)
    return render(
        request,
        "programmation/enveloppes/enveloppes.html",
        {
            "enveloppes": lues,
            "total": total(lues),
            "sous_totaux": sous_totaux(lues),
            "gere": gere,
            "annee_passee": portee.annee - 1,
            "reprise": precedentes.count() if gere and not lues else 0,
            "ecarts": verifier_enveloppes(portee.contrat) if gere else [],
            "exports": [(nom.upper(), adresse(portee, "exporter_enveloppes", format=nom)) for nom in TYPES_MIME],
        },
    )


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def exporter_enveloppes(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """The same rows as a spreadsheet."""
    if format not in TYPES_MIME:
        raise Http404
    assert portee.annee is not None
    lues = enveloppes(portee.contrat, portee.annee, pour=portee.auteur)
    mentions = [f"Extrait de Pilotville le {date_heure(timezone.localtime())}", "Montants en euros."]
    if any(e.fictif for e in lues):
        mentions.append("Données fictives de démonstration.")
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            COLONNES_DES_ENVELOPPES,
            lues,
            sortie,
            format=format,
            titre=f"Enveloppes {portee.annee} — {portee.contrat.nom}",
            totaux=totaliser(COLONNES_DES_ENVELOPPES, lues)
            | {nom: getattr(total(lues), nom) for nom in ("programme", "vote", "disponible")},
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"enveloppes-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def ouvrir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Open an envelope; its page comes next."""
    verifier(peut_gerer_enveloppes(portee.auteur, portee.contrat))
    assert portee.annee is not None
    annee = portee.annee
    form = EnveloppeForm(request.POST or None, contrat=portee.contrat)
    if request.method == "POST":
        ouverte = appliquer(
            form,
            lambda: actions.ouvrir_enveloppe(
                portee.contrat, **form.cleaned_data, annee=annee, par=portee.auteur, le=timezone.now()
            ),
        )
        if ouverte is not None:
            messages.success(request, "L’enveloppe est ouverte.")
            return redirect(adresse(portee, "enveloppe", pk=ouverte.pk))
    contexte = {"form": form, "retour": adresse(portee, "enveloppes")}
    return render(request, "programmation/enveloppes/ouvrir.html", contexte, status=422 if form.errors else 200)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def reconduire(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Last year's envelopes, expected again."""
    assert portee.annee is not None
    try:
        ouvertes = actions.reconduire_enveloppes(portee.contrat, portee.annee, par=portee.auteur, le=timezone.now())
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
    else:
        messages.success(request, f"{pluriel(len(ouvertes), 'enveloppe attendue ouverte')}.")
    return redirect(adresse(portee, "enveloppes"))


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def enveloppe(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One envelope: its balance, its history, the rows that it pays."""
    objet = _visible(portee, pk)
    fiche = fiche_enveloppe(objet, pour=portee.auteur)
    gere = peut_gerer_enveloppes(portee.auteur, portee.contrat)
    return render(
        request,
        "programmation/enveloppes/enveloppe.html",
        {
            "fiche": fiche,
            "enveloppe": objet,
            "demandes": [
                (d, TON_DE_LA_DEMANDE[d.etat], adresse(portee, "dossier", numero=d.numero)) for d in fiche.demandes
            ],
            "gere": gere,
            "entrees": _autres_actes(portee, objet) if gere else [],
            "evenements": evenements(fiche.vie),
        },
    )


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def lettre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse | FileResponse:
    """The letter of notification."""
    objet = _visible(portee, pk)
    if objet.lettre is None:
        raise Http404
    return fichiers.reponse(objet.lettre)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def notifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Record what the funder has written."""
    objet = _a_tenir(portee, pk)
    form = NotificationEnveloppeForm(request.POST or None, request.FILES or None, enveloppe=objet)
    return _acte(
        request,
        portee,
        objet,
        form,
        actions.notifier_enveloppe,
        titre="Enregistrer la notification",
        succes="La notification est enregistrée.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def revenir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take back a notification entered by mistake."""
    return _acte(
        request,
        portee,
        _a_tenir(portee, pk),
        MotifForm(request.POST or None),
        actions.revenir_sur_la_notification,
        titre="Revenir sur la notification",
        succes="L’enveloppe est de nouveau attendue.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def mouvementer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Raise or lower an envelope."""
    return _acte(
        request,
        portee,
        _a_tenir(portee, pk),
        MouvementForm(request.POST or None),
        actions.mouvementer_enveloppe,
        titre="Enregistrer un mouvement",
        succes="Le mouvement est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def redeployer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Move money to another envelope of the same funder."""
    objet = _a_tenir(portee, pk)
    return _acte(
        request,
        portee,
        objet,
        RedeploiementForm(request.POST or None, enveloppe=objet),
        actions.redeployer,
        titre="Redéployer vers une autre enveloppe",
        succes="Le redéploiement est enregistré dans les deux enveloppes.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def depasser(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Allow an overrun, with its reason."""
    return _acte(
        request,
        portee,
        _a_tenir(portee, pk),
        DepassementForm(request.POST or None),
        actions.autoriser_depassement,
        titre="Autoriser un dépassement",
        succes="Le dépassement est autorisé.",
    )


# --- Inside ----------------------------------------------------------------------------------------------------------


def _acte(
    request: HttpRequest,
    portee: Portee,
    objet: Enveloppe,
    form: forms.Form,
    faire: Callable[..., object],
    *,
    titre: str,
    succes: str,
) -> HttpResponse:
    retour = adresse(portee, "enveloppe", pk=objet.pk)
    return traiter_formulaire(
        request,
        form,
        lambda saisie: faire(objet, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/enveloppes/acte.html",
        contexte={
            "enveloppe": objet,
            "titre_acte": titre,
            "retour": retour,
            "masquee": compteurs_masques(objet, pour=portee.auteur),
        },
        retour=retour,
        succes=succes,
    )


def _autres_actes(portee: Portee, objet: Enveloppe) -> list[dict[str, Any]]:
    """The secondary acts; the primary one is a button of the page."""
    entrees = [
        ("Enregistrer un mouvement", "mouvement", "plus-slash-minus"),
        ("Redéployer vers une autre enveloppe", "redeployer", "arrow-left-right"),
        ("Autoriser un dépassement", "depassement", "exclamation-triangle"),
    ]
    if objet.transition_possible("revenir"):
        entrees = [*entrees[1:], ("Revenir sur la notification", "revenir_enveloppe", "arrow-counterclockwise")]
    return [
        {"libelle": libelle, "url": adresse(portee, route, pk=objet.pk), "icone": icone}
        for libelle, route, icone in entrees
    ]


def _visible(portee: Portee, pk: int) -> Enveloppe:
    lues = Enveloppe.objects.visibles_par(portee.auteur, portee.contrat)
    lues = lues.select_related("contrat", "financeur", "dispositif", "lettre")
    return get_object_or_404(lues, pk=pk, annee=portee.annee)


def _a_tenir(portee: Portee, pk: int) -> Enveloppe:
    verifier(peut_gerer_enveloppes(portee.auteur, portee.contrat))
    return _visible(portee, pk)
