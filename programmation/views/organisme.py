"""« Mon organisme »: the card, the papers and the budgets that all its requests reuse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme, PieceOrganisme, TypePiece, Verification
from commun import fichiers
from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..actions.organisme import deposer_piece, ecrire_section, retirer_piece
from ..forms.organisme import PieceForm, SectionForm
from ..lectures.organisme import ASSOCIATIONS, CHAMPS_DE_L_ORGANISME, fiche_de, fiche_lue, pieces_lues
from ..lectures.proximite import accompagnements
from ..permissions.organisme import organismes_visibles, peut_lire_la_banque, peut_tenir_la_fiche
from ..regles.organisme import Section, section
from .onglets_organisme import cadre_de_l_organisme

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)


@require_safe
@dans_le_contrat(Role.PORTEUR)
def mon_organisme(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The card of the organisation that a porteur acts for."""
    siens = portee.roles.organismes_porteurs
    agissant = portee.auteur.organisme.pk
    if not siens:
        raise Http404("This person carries no project here.")
    return redirect(
        "programmation:organisme", contrat=portee.contrat.slug, pk=agissant if agissant in siens else min(siens)
    )


@require_safe
@dans_le_contrat(*LECTEURS)
def fiche(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The card, section by section."""
    organisme = _organisme(portee, pk)
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "organisme"),
        "fiche": fiche_lue(organisme, pour=portee.auteur, contrat=portee.contrat),
        "appuis": accompagnements(portee.contrat, pour=portee.auteur, organisme=organisme),
    }
    return render(request, "programmation/organisme/fiche.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int, code: str) -> HttpResponse:
    """Write one section of the card."""
    organisme = _organisme(portee, pk)
    verifier(peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme))
    ecrite = section(code)
    if ecrite is None:
        raise Http404("No such section.")
    form = _form_de_section(request, portee, organisme, ecrite)
    if request.method == "POST" and appliquer(
        form,
        lambda: ecrire_section(
            organisme, ecrite, form.cleaned_data, contrat=portee.contrat, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, f"« {ecrite.titre} » est enregistré.")
        return redirect("programmation:organisme", contrat=portee.contrat.slug, pk=pk)
    contexte = {**cadre_de_l_organisme(portee, organisme, "organisme"), "form": form, "section": ecrite}
    return render(request, "programmation/organisme/section.html", contexte, status=422 if form.errors else 200)


def _form_de_section(request: HttpRequest, portee: Portee, organisme: Organisme, ecrite: Section) -> SectionForm:
    fiche = fiche_de(organisme)
    depart = {nom: getattr(organisme if nom in CHAMPS_DE_L_ORGANISME else fiche, nom) for nom in ecrite.champs}
    figes = ["siret"] if "siret" in ecrite.champs and organisme.siret else []
    if "nom" in ecrite.champs and fiche.verification == Verification.CONFIRME and not portee.roles.pilote:
        figes.append("nom")
    return SectionForm(
        request.POST or None,
        initial=depart,
        section=ecrite,
        association=organisme.forme_juridique in ASSOCIATIONS,
        figes=tuple(figes),
    )


@require_safe
@dans_le_contrat(*LECTEURS)
def pieces(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The papers given once for all."""
    organisme = _organisme(portee, pk)
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "pieces_organisme"),
        "pieces": pieces_lues(organisme, pour=portee.auteur, contrat=portee.contrat, le=timezone.localdate()),
        "tient": peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme),
    }
    return render(request, "programmation/organisme/pieces.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def joindre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Give a paper."""
    organisme = _organisme(portee, pk)
    type_ = request.GET.get("type")
    form = PieceForm(request.POST or None, request.FILES or None, initial={"type": type_})
    return _donner(request, portee, organisme, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def remplacer(request: HttpRequest, portee: Portee, pk: int, piece: int) -> HttpResponse:
    """Give the next version of a paper: the former one is in force no more."""
    organisme = _organisme(portee, pk)
    ancienne = get_object_or_404(organisme.pieces.filter(retiree_le__isnull=True), pk=piece)
    form = PieceForm(request.POST or None, request.FILES or None, type_fige=TypePiece(ancienne.type))
    return _donner(request, portee, organisme, form, ancienne)


def _donner(
    request: HttpRequest, portee: Portee, organisme: Organisme, form: PieceForm, ancienne: PieceOrganisme | None
) -> HttpResponse:
    verifier(peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme))

    def acte() -> PieceOrganisme:
        saisie: dict[str, Any] = dict(form.cleaned_data)
        nom, contenu = saisie.pop("fichier")
        return deposer_piece(
            organisme,
            contrat=portee.contrat,
            nom=nom,
            contenu=contenu,
            type=ancienne.type if ancienne else saisie.pop("type"),
            remplace=ancienne,
            par=portee.auteur,
            le=timezone.now(),
            **saisie,
        )

    if request.method == "POST" and (piece := appliquer(form, acte)):
        messages.success(request, f"« {piece.fichier.nom} » est gardé : toutes vos demandes peuvent le reprendre.")
        return redirect(_adresse_des_pieces(portee, organisme))
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "pieces_organisme"),
        "form": form,
        "ancienne": ancienne,
        "retour": _adresse_des_pieces(portee, organisme),
    }
    return render(request, "programmation/organisme/piece.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(*LECTEURS)
def telecharger(request: HttpRequest, portee: Portee, pk: int, piece: int) -> HttpResponseBase:
    """The content of a paper."""
    organisme = _organisme(portee, pk)
    trouvee = get_object_or_404(organisme.pieces.select_related("fichier"), pk=piece)
    if trouvee.type == TypePiece.RIB:
        verifier(peut_lire_la_banque(portee.auteur, portee.contrat, organisme))
    return fichiers.reponse(trouvee.fichier)


@require_POST
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, pk: int, piece: int) -> HttpResponse:
    """Take a paper out of force."""
    organisme = _organisme(portee, pk)
    trouvee = get_object_or_404(organisme.pieces.select_related("fichier", "organisme"), pk=piece)
    return faire(
        request,
        lambda: retirer_piece(trouvee, contrat=portee.contrat, par=portee.auteur, le=timezone.now()),
        retour=_adresse_des_pieces(portee, organisme),
        succes=f"« {trouvee.fichier.nom} » est retiré ; les demandes déjà déposées le gardent.",
    )


def _organisme(portee: Portee, pk: int) -> Organisme:
    return get_object_or_404(organismes_visibles(portee.auteur, portee.contrat), pk=pk)


def _adresse_des_pieces(portee: Portee, organisme: Organisme) -> str:
    return reverse("programmation:pieces_organisme", kwargs={"contrat": portee.contrat.slug, "pk": organisme.pk})
