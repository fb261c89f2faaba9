"""The assistant of a new contract: five short steps, each saved as one goes, then the invitations leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.auteur import Auteur
from commun.permissions import Acces, acces, verifier
from commun.views import agir, appliquer
from geographie.models import Commune, Perimetre

from ..actions import ouverture as actions
from ..etats import Role
from ..forms.ouverture import (
    ChercherCommuneForm,
    CommuneInconnueForm,
    CompteForm,
    NouveauContratForm,
    PartenaireForm,
    PerimetreForm,
    PerimetresConnusForm,
)
from ..lectures import ouverture as lectures
from ..models import CompteAInviter, OuvertureContrat, Signataire
from ..permissions import peut_ouvrir_un_contrat
from ..portee import Portee, dans_le_contrat

GET_ET_POST = ["GET", "HEAD", "POST"]
ETAPES = [
    (1, "Le contrat", "ouverture_contrat"),
    (2, "Les communes", "ouverture_communes"),
    (3, "Les périmètres", "ouverture_perimetres"),
    (4, "Financeurs et signataires", "ouverture_partenaires"),
    (5, "Les comptes", "ouverture_comptes"),
]


def _rendre(request: HttpRequest, portee: Portee, etape: int, gabarit: str, **contexte: Any) -> HttpResponse:
    """One step, with the way already gone."""
    ouverture = _ouverture(portee)
    contexte |= {
        "contrat": portee.contrat,
        "etape": etape,
        "etapes": [
            {"numero": n, "libelle": libelle, "nom": nom, "faite": n <= ouverture.etape and n != etape}
            for n, libelle, nom in ETAPES
        ],
        "suivante": ETAPES[etape][2] if etape < len(ETAPES) else "",
    }
    en_erreur = any(f.errors for f in contexte.values() if hasattr(f, "errors"))
    return render(request, f"contrats/structure/{gabarit}.html", contexte, status=422 if en_erreur else 200)


def _ouverture(portee: Portee) -> OuvertureContrat:
    """The opening that is under way: for administrators; a contract already open has none any more (404)."""
    verifier(peut_ouvrir_un_contrat(portee.auteur))
    return get_object_or_404(OuvertureContrat, contrat=portee.contrat, ouvert_le__isnull=True)


@require_http_methods(GET_ET_POST)
@acces(Acces.CONNECTE)
def commencer(request: HttpRequest) -> HttpResponse:
    """Step 1 of a new contract, and the openings to take up again."""
    auteur = Auteur(utilisateur=request.user)
    verifier(peut_ouvrir_un_contrat(auteur))
    form = NouveauContratForm(request.POST or None)
    if request.method == "POST" and (
        cree := appliquer(
            form, lambda: actions.commencer_contrat(champs=form.cleaned_data, par=auteur, le=timezone.now())
        )
    ):
        return redirect("contrats:ouverture_communes", cree.slug)
    contexte = {
        "form": form,
        "ouvertures": [(o, ETAPES[min(o.etape, 4)][1]) for o in lectures.ouvertures_en_cours()],
        "contrat": None,
        "etape": 1,
        "etapes": [{"numero": n, "libelle": libelle, "nom": "", "faite": False} for n, libelle, _ in ETAPES],
    }
    return render(request, "contrats/structure/ouverture_contrat.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat()
def reprendre(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Where the assistant was left."""
    ouverture = _ouverture(portee)
    return redirect(f"contrats:{ETAPES[min(ouverture.etape, 4)][2]}", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def contrat(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Step 1 again."""
    _ouverture(portee)
    form = NouveauContratForm(request.POST or None, instance=type(portee.contrat).objects.get(pk=portee.contrat.pk))
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.reprendre_contrat(
            portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        return redirect("contrats:ouverture_communes", portee.contrat.slug)
    return _rendre(request, portee, 1, "ouverture_contrat", form=form, ouvertures=[])


def _suivre(request: HttpRequest, portee: Portee, etape: int) -> HttpResponse:
    """Go to the next step, and remember that this one is done."""
    actions.franchir_etape(portee.contrat, etape, par=portee.auteur)
    return redirect(f"contrats:{ETAPES[etape][2]}", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def communes(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Step 2: search, tick, add; or write one that is not known."""
    _ouverture(portee)
    acte = request.POST.get("acte", "")
    if acte == "suivre":
        return _suivre(request, portee, 2)
    inconnue = CommuneInconnueForm(request.POST if acte == "ecrire" else None)
    if acte == "ajouter":
        choisies = Commune.objects.filter(pk__in=[c for c in request.POST.getlist("communes") if c.isdecimal()])
        actions.ajouter_communes(portee.contrat, choisies, par=portee.auteur, le=timezone.now())
        return redirect("contrats:ouverture_communes", portee.contrat.slug)
    if acte == "ecrire" and appliquer(
        inconnue,
        lambda: actions.ajouter_commune_inconnue(
            portee.contrat, **inconnue.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        return redirect("contrats:ouverture_communes", portee.contrat.slug)
    recherche = ChercherCommuneForm(request.GET if request.GET.get("q") else None)
    texte = recherche.cleaned_data["q"] if recherche.is_valid() else ""
    return _rendre(
        request,
        portee,
        2,
        "ouverture_communes",
        recherche=recherche,
        texte=texte,
        trouvees=lectures.communes_cherchees(portee.contrat, texte),
        inconnue=inconnue,
        communes=list(portee.contrat.communes.select_related("epci")),
    )


@require_POST
@dans_le_contrat()
def oter_commune(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take a commune out of the contract being opened."""
    _ouverture(portee)
    commune = get_object_or_404(portee.contrat.communes.all(), pk=pk)
    agir(
        request,
        lambda: actions.oter_commune(portee.contrat, commune, par=portee.auteur, le=timezone.now()),
        succes=f"{commune} n’est plus dans le contrat.",
    )
    return redirect("contrats:ouverture_communes", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def perimetres(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Step 3: perimeters known on the communes, or written by hand."""
    _ouverture(portee)
    acte = request.POST.get("acte", "")
    if acte == "suivre":
        return _suivre(request, portee, 3)
    connus = PerimetresConnusForm(request.POST if acte == "choisir" else None, contrat=portee.contrat)
    a_la_main = PerimetreForm(request.POST if acte == "ecrire" else None, contrat=portee.contrat, prefix="p")
    if acte == "choisir" and connus.is_valid():
        actions.choisir_perimetres(
            portee.contrat, connus.cleaned_data["perimetres"], par=portee.auteur, le=timezone.now()
        )
        return redirect("contrats:ouverture_perimetres", portee.contrat.slug)
    if acte == "ecrire" and appliquer(
        a_la_main,
        lambda: actions.decrire_perimetre(
            portee.contrat, **a_la_main.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        return redirect("contrats:ouverture_perimetres", portee.contrat.slug)
    return _rendre(
        request,
        portee,
        3,
        "ouverture_perimetres",
        connus=connus,
        proposes=lectures.perimetres_proposes(portee.contrat).exists(),
        a_la_main=a_la_main,
        perimetres=list(Perimetre.objects.filter(contrats__contrat=portee.contrat).order_by("type", "recherche")),
        sans_commune=not portee.contrat.communes.exists(),
    )


@require_POST
@dans_le_contrat()
def oter_perimetre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take a perimeter out of the contract being opened."""
    _ouverture(portee)
    perimetre = get_object_or_404(Perimetre, pk=pk, contrats__contrat=portee.contrat)
    agir(
        request,
        lambda: actions.oter_perimetre(portee.contrat, perimetre, par=portee.auteur, le=timezone.now()),
        succes=f"{perimetre} n’est plus dans le contrat.",
    )
    return redirect("contrats:ouverture_perimetres", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def partenaires(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Step 4: funders and other signatories."""
    _ouverture(portee)
    acte = request.POST.get("acte", "")
    if acte == "suivre":
        return _suivre(request, portee, 4)
    form = PartenaireForm(request.POST if acte == "ajouter" else None, contrat=portee.contrat)
    if acte == "ajouter" and appliquer(
        form,
        lambda: actions.ajouter_partenaire(portee.contrat, **form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        return redirect("contrats:ouverture_partenaires", portee.contrat.slug)
    return _rendre(
        request,
        portee,
        4,
        "ouverture_partenaires",
        form=form,
        signataires=list(portee.contrat.signataires.select_related("organisme").order_by("ordre", "pk")),
    )


@require_POST
@dans_le_contrat()
def oter_partenaire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take a signatory out of the contract being opened."""
    _ouverture(portee)
    objet = get_object_or_404(Signataire, pk=pk, contrat=portee.contrat)
    agir(
        request,
        lambda: actions.oter_partenaire(portee.contrat, objet, par=portee.auteur, le=timezone.now()),
        succes=f"{objet} n’est plus au nombre des signataires.",
    )
    return redirect("contrats:ouverture_partenaires", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def comptes(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Step 5: the people to invite; nothing leaves before the contract opens."""
    ouverture = _ouverture(portee)
    depart = {"role": Role.CHEF_DE_PROJET, "organisme": portee.contrat.pilote_id}
    form = CompteForm(request.POST or None, initial=depart, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.prevoir_compte(
            portee.contrat,
            organisme=form.cleaned_data["organisme"],
            role=Role(form.cleaned_data["role"]),
            email=form.cleaned_data["email"],
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        return redirect("contrats:ouverture_comptes", portee.contrat.slug)
    prevus = list(ouverture.comptes.select_related("organisme"))
    return _rendre(
        request,
        portee,
        5,
        "ouverture_comptes",
        form=form,
        comptes=prevus,
        communes=portee.contrat.communes.count(),
        nb_perimetres=portee.contrat.perimetres.count(),
        signataires=portee.contrat.signataires.count(),
        avec_chef=any(c.role == Role.CHEF_DE_PROJET for c in prevus),
    )


@require_POST
@dans_le_contrat()
def oter_compte(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Take a person off the list."""
    _ouverture(portee)
    objet = get_object_or_404(
        CompteAInviter.objects.select_related("ouverture__contrat"), pk=pk, ouverture__contrat=portee.contrat
    )
    agir(
        request,
        lambda: actions.oter_compte(objet, par=portee.auteur),
        succes=f"{objet.email} ne sera pas invité.",
    )
    return redirect("contrats:ouverture_comptes", portee.contrat.slug)


@require_POST
@dans_le_contrat()
def ouvrir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Open the contract: the invitations leave."""
    _ouverture(portee)
    ouvert = agir(
        request,
        lambda: actions.ouvrir_contrat(portee.contrat, par=portee.auteur, le=timezone.now()),
        succes="Le contrat est ouvert et les invitations partent.",
    )
    if not ouvert:
        return redirect("contrats:ouverture_comptes", portee.contrat.slug)
    return redirect("contrats:presentation", portee.contrat.slug)
