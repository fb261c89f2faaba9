"""The team of a contract: people and roles, open invitations, inviting, changing and closing an habilitation."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun.erreurs import RegleEnfreinte
from commun.models import LigneJournal
from commun.views import appliquer, evenements, faire

from .. import actions
from ..etats import Role
from ..forms import FiltreEquipeForm, HabilitationForm, InviterForm, RechercheOrganismeForm
from ..lectures.equipe import Situation, invitations_en_attente, membres, organismes_a_proposer
from ..models import Habilitation, Invitation
from ..permissions import limites_de, peut_gerer, peut_inviter
from ..portee import Portee, dans_le_contrat
from .filtres import puces

PAR_PAGE = 50


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def equipe(request: HttpRequest, portee: Portee) -> HttpResponse:
    """People and roles, by organisation."""
    form = FiltreEquipeForm(request.GET or None)
    filtres = form.cleaned_data if form.is_valid() else {}
    lignes = membres(
        portee.contrat,
        texte=filtres.get("q", ""),
        role=filtres.get("role", ""),
        situation=Situation(filtres.get("situation") or Situation.EN_VIGUEUR),
    )
    contexte = {
        "page_obj": Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page")),
        "form_filtres": form,
        "puces": puces(request, form),
        "nb_invitations": Invitation.objects.en_attente().filter(contrat=portee.contrat).count(),
        "peut_inviter": peut_inviter(portee.auteur, portee.contrat),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/equipe.html", contexte)


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def invitations(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Invitations neither accepted nor withdrawn."""
    lignes = invitations_en_attente(portee.contrat, pour=portee.auteur)
    contexte = {
        "page_obj": Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page")),
        "nb_invitations": len(lignes),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/invitations.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def inviter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """First the organisation, then the person and its role."""
    numero = request.GET.get("organisme", "")
    if not numero.isdecimal():
        return _choisir_organisme(request, portee)
    organisme = get_object_or_404(Organisme, pk=int(numero))
    form = InviterForm(request.POST or None, contrat=portee.contrat, auteur=portee.auteur)
    if request.method == "POST" and (
        invitation := appliquer(
            form,
            lambda: actions.inviter(
                portee.contrat,
                organisme=organisme,
                role=Role(form.cleaned_data["role"]),
                email=form.cleaned_data["email"],
                limites=form.limites,
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        messages.success(request, f"L’invitation part à {invitation.email}. Elle reste valable quatorze jours.")
        return redirect("contrats:invitations", contrat=portee.contrat.slug)
    contexte = {"form": form, "organisme": organisme, "contrat": portee.contrat}
    return render(request, "contrats/inviter.html", contexte, status=422 if form.errors else 200)


def _choisir_organisme(request: HttpRequest, portee: Portee) -> HttpResponse:
    form = RechercheOrganismeForm(request.GET if request.GET.get("q") else None)
    texte = form.cleaned_data["q"] if form.is_valid() else ""
    contexte = {
        "form": form,
        "texte": texte,
        "organismes": organismes_a_proposer(portee.contrat, texte),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/inviter_organisme.html", contexte)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def renvoyer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Send an invitation again."""
    invitation = get_object_or_404(Invitation, pk=pk, contrat=portee.contrat)
    return faire(
        request,
        lambda: actions.renvoyer_invitation(invitation, par=portee.auteur, le=timezone.now()),
        retour=reverse("contrats:invitations", args=[portee.contrat.slug]),
        succes=f"L’invitation repart à {invitation.email} ; le lien précédent ne sert plus.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = get_object_or_404(Invitation, pk=pk, contrat=portee.contrat)
    return faire(
        request,
        lambda: actions.retirer_invitation(invitation, par=portee.auteur, le=timezone.now()),
        retour=reverse("contrats:invitations", args=[portee.contrat.slug]),
        succes=f"L’invitation de {invitation.email} est retirée : son lien n’ouvre plus rien.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def habilitation(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One habilitation: its limits, its planned end, its life."""
    objet = get_object_or_404(
        Habilitation.objects.select_related("utilisateur", "organisme", "contrat"), pk=pk, contrat=portee.contrat
    )
    gestion = peut_gerer(portee.auteur, objet)
    limites = limites_de(objet)
    depart = {
        "valide_au": objet.valide_au,
        "communes": list(limites.communes),
        "perimetres": list(limites.perimetres),
        "orientations": list(limites.orientations),
    }
    form = HabilitationForm(request.POST or None, initial=depart, contrat=portee.contrat, auteur=portee.auteur)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_habilitation(
            objet,
            limites=form.limites,
            valide_au=form.cleaned_data["valide_au"],
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        messages.success(request, f"L’habilitation de {objet.utilisateur} est modifiée.")
        return redirect("contrats:equipe", contrat=portee.contrat.slug)
    contexte = {
        "habilitation": objet,
        "form": form,
        "gestion": gestion,
        "evenements": evenements(LigneJournal.objects.de(objet).reverse()),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/habilitation.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def clore(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """End an habilitation now."""
    objet = get_object_or_404(Habilitation, pk=pk, contrat=portee.contrat)
    try:
        actions.clore_habilitation(objet, par=portee.auteur, le=timezone.now())
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
        return redirect("contrats:habilitation", contrat=portee.contrat.slug, pk=pk)
    messages.success(request, f"L’habilitation de {objet.utilisateur} est fermée.")
    return redirect("contrats:equipe", contrat=portee.contrat.slug)
