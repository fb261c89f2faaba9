"""The call for projects of a year: its page, its rules, its state, its late openings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers
from commun.permissions import verifier
from commun.typographie import pluriel
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions import campagne as actions
from ..etats import TRANSITIONS_CAMPAGNE, EtatCampagne
from ..forms.campagne import CampagneForm, NouvelleCampagneForm, OuvertureTardiveForm
from ..lectures.campagne import CampagneLue, campagne_de, lire_campagne
from ..models import Campagne, OuvertureTardive
from ..permissions.campagne import peut_preparer_campagne
from ..permissions.organisme import porteurs

GET_ET_POST = ["GET", "HEAD", "POST"]
PRINCIPAUX = {
    EtatCampagne.PREPARATION: "essayer",
    EtatCampagne.ESSAI: "ouvrir",
    EtatCampagne.OUVERTE: "clore",
    EtatCampagne.CLOSE: "rouvrir",
}


def rendre(request: HttpRequest, portee: Portee, gabarit: str, onglet: str, **contexte: Any) -> HttpResponse:
    """One page of the call for projects, below its tabs; 422 when its form is refused."""
    form = contexte.get("form")
    contexte |= {"onglets": onglets(portee, onglet), "contrat": portee.contrat, "annee": portee.annee}
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"programmation/campagne/{gabarit}.html", contexte, status=statut)


def onglets(portee: Portee, actif: str) -> list[dict[str, Any]]:
    """The pages of the call for projects."""
    pages = [
        ("campagne", "L’appel à projets"),
        ("aiguillage", "Quel dispositif\u202f?"),
        ("dispositifs", "Dispositifs"),
        ("eligibilites", "Éligibilité des lieux"),
    ]
    if portee.roles.instruit or portee.roles.organismes_porteurs:
        pages.insert(1, ("intentions", "Intentions"))
        pages.append(("indicateurs", "Indicateurs"))
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee}
    return [
        {
            "libelle": libelle,
            "url": reverse(f"programmation:{route}", kwargs=cles),
            "actif": route == actif,
            "nombre": None,
        }
        for route, libelle in pages
    ]


@require_safe
@dans_le_contrat()
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The call of the year: what it asks, when, and for the team what it opens."""
    assert portee.annee is not None
    campagne = campagne_de(portee.contrat, portee.annee, pour=portee.auteur)
    edition = peut_preparer_campagne(portee.auteur, portee.contrat)
    if campagne is None:
        return rendre(
            request,
            portee,
            "absente",
            "campagne",
            modele=_modele(portee),
            edition=edition,
        )
    lue = lire_campagne(campagne, pour=portee.auteur, le=timezone.localdate())
    return rendre(
        request,
        portee,
        "campagne",
        "campagne",
        lue=lue,
        edition=edition,
        actes=_actes(portee, lue) if edition else [],
        suivante=_annee_a_preparer(portee) if edition else None,
        instruit=portee.roles.instruit,
    )


def _annee_a_preparer(portee: Portee) -> int | None:
    """The year after, when the contract still lasts and nobody prepares it yet."""
    annee = (portee.annee or 0) + 1
    prete = Campagne.objects.filter(contrat=portee.contrat, annee__gte=annee).exists()
    return annee if annee in portee.contrat.annees and not prete else None


def _actes(portee: Portee, lue: CampagneLue) -> list[dict[str, Any]]:
    """What the team may do with the call as a whole, the way forward first."""
    principal = PRINCIPAUX[EtatCampagne(lue.campagne.etat)]
    actes = [
        {
            "libelle": transition.libelle,
            "url": reverse(
                "programmation:changer_campagne",
                kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "acte": nom},
            ),
            "principal": nom == principal,
            "confirmer": _confirmation(nom, lue.essais),
        }
        for nom, transition in TRANSITIONS_CAMPAGNE.items()
        if lue.campagne.transition_possible(nom)
    ]
    return sorted(actes, key=lambda acte: not acte["principal"])


def _confirmation(acte: str, essais: int) -> str:
    if acte == "ouvrir":
        perdus = f" {pluriel(essais, 'essai')} de l’équipe sera effacé." if essais == 1 else ""
        perdus = f" {pluriel(essais, 'essai')} de l’équipe seront effacés." if essais > 1 else perdus
        return f"Les porteurs verront l’appel à projets et pourront déposer dès la date d’ouverture.{perdus}"
    if acte == "clore":
        return "Plus aucun porteur ne pourra déposer, sauf délai accordé par son nom. Vous pourrez rouvrir la campagne."
    return ""


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def creer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Prepare the call of a year, from an earlier one when there is one."""
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    assert portee.annee is not None
    if Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).exists():
        return redirect("programmation:campagne", portee.contrat.slug, portee.annee)
    modele, annee = _modele(portee), portee.annee
    form = NouvelleCampagneForm(request.POST or None, annee=annee, modele=modele)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.creer_campagne(
            portee.contrat, annee=annee, champs=form.cleaned_data, modele=modele, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(
            request, "La campagne est en préparation : relisez ce qui vient de l’an passé, puis essayez-la."
        )
        return redirect("programmation:campagne", portee.contrat.slug, annee)
    return rendre(request, portee, "nouvelle", "campagne", form=form, modele=modele)


def _modele(portee: Portee) -> Campagne | None:
    """The latest earlier call, from which the new one is made."""
    passees = Campagne.objects.filter(contrat=portee.contrat, annee__lt=portee.annee or 0)
    return passees.order_by("-annee").first()


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Its days, ceiling, note de cadrage, priorities."""
    campagne = campagne_tenue(portee)
    form = CampagneForm(
        request.POST or None,
        request.FILES or None,
        instance=Campagne.objects.get(pk=campagne.pk),
        contrat=portee.contrat,
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_campagne(
            campagne, champs=form.champs, document=form.note, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "La campagne est enregistrée.")
        return redirect("programmation:campagne", portee.contrat.slug, portee.annee)
    return rendre(request, portee, "edition", "campagne", form=form, campagne=campagne)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def changer(request: HttpRequest, portee: Portee, acte: str) -> HttpResponse:
    """Try, open, close…"""
    if acte not in TRANSITIONS_CAMPAGNE:
        raise Http404("Unknown act.")
    campagne = campagne_tenue(portee)
    return faire(
        request,
        lambda: actions.changer_campagne(campagne, acte, par=portee.auteur, le=timezone.now()),
        retour=adresse_de_la_campagne(portee),
        succes=f"{TRANSITIONS_CAMPAGNE[acte].libelle}\u202f: c’est fait.",
    )


@require_safe
@dans_le_contrat()
def note_de_cadrage(request: HttpRequest, portee: Portee) -> Any:
    """The PDF of the note, for whoever reads the call."""
    assert portee.annee is not None
    campagne = campagne_de(portee.contrat, portee.annee, pour=portee.auteur)
    if campagne is None or campagne.note_de_cadrage is None:
        raise Http404("No note.")
    return fichiers.reponse(campagne.note_de_cadrage)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ouvrir_tardivement(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Give one porteur more time."""
    campagne = campagne_tenue(portee)
    form = OuvertureTardiveForm(request.POST or None, porteurs=porteurs(portee.contrat))
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ouvrir_tardivement(campagne, **form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "Le délai est accordé : ce porteur, et lui seul, peut déposer jusqu’à ce jour.")
        return redirect(f"{adresse_de_la_campagne(portee)}#delais")
    return rendre(request, portee, "ouverture_tardive", "campagne", form=form, campagne=campagne)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_ouverture(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """End a late opening."""
    ouvertures = OuvertureTardive.objects.select_related("porteur", "campagne")
    ouverture = get_object_or_404(ouvertures, pk=pk, campagne=campagne_tenue(portee))
    return faire(
        request,
        lambda: actions.retirer_ouverture(ouverture, par=portee.auteur, le=timezone.now()),
        retour=f"{adresse_de_la_campagne(portee)}#delais",
        succes="Le délai est retiré.",
    )


def campagne_tenue(portee: Portee) -> Campagne:
    """The call that the team writes, or a 404; 403 for a chef de projet of a part of the contract."""
    verifier(peut_preparer_campagne(portee.auteur, portee.contrat))
    lues = Campagne.objects.select_related("contrat", "note_de_cadrage")
    return get_object_or_404(lues, contrat=portee.contrat, annee=portee.annee)


def adresse_de_la_campagne(portee: Portee) -> str:
    return reverse("programmation:campagne", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
