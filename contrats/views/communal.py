"""Communal documents: volets, and priorities in eleven contents edited one by one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme, TypeOrganisme
from commun.permissions import verifier
from commun.views import agir, appliquer
from geographie.models import Commune

from ..actions import communal as actions
from ..forms.communal import RubriqueForm, VoletForm
from ..forms.structure import AdopterForm
from ..lectures import communal as lectures
from ..models import PrioritesCommunales, Rubrique, VoletCommunal
from ..permissions import peut_annexer, peut_modifier_communal
from ..portee import Portee, dans_le_contrat

GET_ET_POST = ["GET", "HEAD", "POST"]


def _rendre(request: HttpRequest, portee: Portee, gabarit: str, **contexte: Any) -> HttpResponse:
    form = contexte.get("form")
    contexte |= {"contrat": portee.contrat, "annee": portee.annee}
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"contrats/structure/{gabarit}.html", contexte, status=statut)


def _commune(portee: Portee, code: str) -> Commune:
    return get_object_or_404(portee.contrat.communes.all(), code=code)


def _droits(portee: Portee, document: VoletCommunal | PrioritesCommunales) -> dict[str, Any]:
    """What the reader may do of a document, and who acts next."""
    return {
        "edition": peut_modifier_communal(portee.auteur, portee.contrat, document.commune_id),
        "annexion": peut_annexer(portee.auteur, portee.contrat),
        "modifiable": document.etat in actions.MODIFIABLES,
        "etat": lectures.LigneCommunale(document.commune, document, 0, modifiable=False).etat,
    }


def _autorite(commune: Commune) -> Organisme | None:
    """The commune as an organisation: who votes."""
    return Organisme.objects.filter(type=TypeOrganisme.COMMUNE, code_commune=commune.code).first()


# --- Volets ----------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def volets(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The communes and their volets."""
    lignes = lectures.volets(portee.contrat, pour=portee.auteur)
    annee = min(max(timezone.localdate().year, portee.contrat.debut), portee.contrat.fin)
    return _rendre(request, portee, "volets", lignes=lignes, annee_priorites=annee)


def _volet(portee: Portee, code: str) -> VoletCommunal:
    volet = get_object_or_404(
        VoletCommunal.objects.select_related("commune", "acte__organisme", "avenant", "contrat"),
        contrat=portee.contrat,
        commune__code=code,
    )
    if not lectures.peut_lire(portee.auteur, volet):
        raise Http404("This volet is still being written.")
    return volet


@require_safe
@dans_le_contrat()
def volet(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """One commune's volet."""
    objet = _volet(portee, code)
    retenus: dict[str, list[Any]] = {}
    for objectif in objet.objectifs.select_related("orientation").order_by(
        "orientation__nature", "orientation__ordre", "ordre"
    ):
        retenus.setdefault(f"{objectif.orientation.code} {objectif.orientation.nom}", []).append(objectif)
    return _rendre(request, portee, "volet", objet=objet, retenus=retenus, **_droits(portee, objet))


@require_POST
@dans_le_contrat()
def commencer_volet(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """Open a commune's volet."""
    commune = _commune(portee, code)
    agir(
        request,
        lambda: actions.commencer_volet(portee.contrat, commune, par=portee.auteur, le=timezone.now()),
        succes=f"{commune} : le volet communal est ouvert. Rédigez-le et retenez ses objectifs.",
    )
    return redirect("contrats:modifier_volet", portee.contrat.slug, code)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def modifier_volet(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """Write a volet and select its objectives."""
    objet = _volet(portee, code)
    verifier(peut_modifier_communal(portee.auteur, portee.contrat, objet.commune_id))
    if objet.etat not in actions.MODIFIABLES:
        messages.error(request, "Ce volet est adopté : ouvrez d’abord une révision.")
        return redirect("contrats:volet", portee.contrat.slug, code)
    depart = {"texte": objet.texte, "objectifs": list(objet.objectifs.values_list("pk", flat=True))}
    form = VoletForm(request.POST or None, initial=depart, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.rediger_volet(
            objet,
            texte=form.cleaned_data["texte"],
            objectifs=form.objectifs,
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        messages.success(request, f"{objet.commune} : le volet communal est enregistré.")
        return redirect("contrats:volet", portee.contrat.slug, code)
    return _rendre(request, portee, "volet_edition", form=form, objet=objet)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def adopter_volet(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """The commune adopts its volet by an act."""
    objet = _volet(portee, code)
    retour = reverse("contrats:volet", args=[portee.contrat.slug, code])
    return _adopter(request, portee, objet, titre="Adopter le volet communal", retour=retour)


@require_POST
@dans_le_contrat()
def reviser_volet(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """Take a volet up again."""
    objet = _volet(portee, code)
    agir(
        request,
        lambda: actions.reviser(objet, par=portee.auteur, le=timezone.now()),
        succes="Une révision est ouverte : le volet sera adopté de nouveau.",
    )
    return redirect("contrats:volet", portee.contrat.slug, code)


def _adopter(request: HttpRequest, portee: Portee, objet: Any, *, titre: str, retour: str) -> HttpResponse:
    verifier(peut_modifier_communal(portee.auteur, portee.contrat, objet.commune_id))
    form = AdopterForm(request.POST or None, contrat=portee.contrat, autorite=_autorite(objet.commune))
    if request.method == "POST" and appliquer(
        form, lambda: actions.adopter(objet, par=portee.auteur, le=timezone.now(), **form.reponse)
    ):
        messages.success(request, "L’adoption est enregistrée. Le prochain avenant du contrat pourra l’annexer.")
        return redirect(retour)
    return _rendre(
        request, portee, "adopter", form=form, objet=objet, titre=titre, retour=retour, **_droits(portee, objet)
    )


# --- Priorités communales --------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def priorites(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The communes and their priorities of the year."""
    assert portee.annee is not None
    lignes = lectures.priorites(portee.contrat, portee.annee, pour=portee.auteur)
    anciennes = set(portee.contrat.priorites.filter(annee__lt=portee.annee).values_list("commune_id", flat=True))
    return _rendre(request, portee, "priorites", lignes=[(ligne, ligne.commune.pk in anciennes) for ligne in lignes])


def _priorites(portee: Portee, code: str) -> PrioritesCommunales:
    objet = get_object_or_404(
        PrioritesCommunales.objects.select_related("commune", "acte__organisme", "avenant", "contrat"),
        contrat=portee.contrat,
        commune__code=code,
        annee=portee.annee,
    )
    if not lectures.peut_lire(portee.auteur, objet):
        raise Http404("These priorities are still being written.")
    return objet


@require_safe
@dans_le_contrat()
def document(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """One commune's priorities of the year, its eleven contents, and what changed."""
    objet = _priorites(portee, code)
    lus, precedent = lectures.contenus(objet)
    if precedent is not None and not lectures.peut_lire(portee.auteur, precedent):
        precedent = None
    droits = _droits(portee, objet)
    return _rendre(
        request,
        portee,
        "priorites_commune",
        objet=objet,
        contenus=lus,
        precedent=precedent,
        remplis=sum(bool(c.texte) for c in lus),
        ecrit=bool(droits["edition"] and droits["modifiable"]),
        **droits,
    )


@require_POST
@dans_le_contrat()
def commencer_priorites(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """Open a commune's priorities for the year, empty or with the texts of the year before."""
    commune = _commune(portee, code)
    reprendre = bool(request.POST.get("reprendre"))
    annee = portee.annee
    assert annee is not None
    fait = agir(
        request,
        lambda: actions.commencer_priorites(
            portee.contrat, commune, annee, reprendre=reprendre, par=portee.auteur, le=timezone.now()
        ),
        succes=(
            "Les textes de l’année précédente sont repris : relisez-les un par un."
            if reprendre
            else f"{commune} : les priorités {annee} sont ouvertes."
        ),
    )
    if not fait:
        return redirect("contrats:priorites", portee.contrat.slug, annee)
    return redirect("contrats:priorites_commune", portee.contrat.slug, annee, code)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def rubrique(request: HttpRequest, portee: Portee, code: str, rubrique: str) -> HttpResponse:
    """Edit one content, in place with htmx, on its own page without."""
    objet = _priorites(portee, code)
    if rubrique not in Rubrique.values:
        raise Http404("There is no such content.")
    choisie = Rubrique(rubrique)
    verifier(peut_modifier_communal(portee.auteur, portee.contrat, objet.commune_id))
    droits = _droits(portee, objet)
    ecrit = bool(droits["edition"] and droits["modifiable"])
    lu = next(c for c in lectures.contenus(objet)[0] if c.rubrique == choisie)
    form = RubriqueForm(request.POST or None, initial={"texte": lu.texte}, rubrique=choisie)
    enregistre = request.method == "POST" and appliquer(
        form,
        lambda: actions.rediger_rubrique(
            objet, choisie, texte=form.cleaned_data["texte"], par=portee.auteur, le=timezone.now()
        ),
    )
    if enregistre or (request.htmx and request.GET.get("annuler")):  # type: ignore[attr-defined]
        return _rubrique_lue(request, portee, objet, choisie, ecrit, vient_d_enregistrer=bool(enregistre))
    gabarit = "_rubrique_edition" if request.htmx else "rubrique"  # type: ignore[attr-defined]
    precedent = lectures.contenus(objet)[1]
    return _rendre(
        request, portee, gabarit, form=form, objet=objet, contenu=lu, precedent=precedent, ecrit=ecrit, **droits
    )


def _rubrique_lue(
    request: HttpRequest,
    portee: Portee,
    objet: PrioritesCommunales,
    choisie: Rubrique,
    ecrit: bool,
    *,
    vient_d_enregistrer: bool,
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, f"« {choisie.label} » est enregistré.")
        adresse = reverse("contrats:priorites_commune", args=[portee.contrat.slug, objet.annee, objet.commune.code])
        return redirect(f"{adresse}#rubrique-{choisie.value}")
    lus, precedent = lectures.contenus(objet)
    return _rendre(
        request,
        portee,
        "_rubrique",
        objet=objet,
        contenu=next(c for c in lus if c.rubrique == choisie),
        precedent=precedent,
        ecrit=ecrit,
        foyer=choisie.value,
        vient_d_enregistrer=vient_d_enregistrer,
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def adopter_priorites(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """The commune adopts its priorities by an act."""
    objet = _priorites(portee, code)
    retour = reverse("contrats:priorites_commune", args=[portee.contrat.slug, objet.annee, code])
    titre = f"Adopter les priorités communales {objet.annee}"
    return _adopter(request, portee, objet, titre=titre, retour=retour)


@require_POST
@dans_le_contrat()
def reviser_priorites(request: HttpRequest, portee: Portee, code: str) -> HttpResponse:
    """Take priorities up again."""
    objet = _priorites(portee, code)
    agir(
        request,
        lambda: actions.reviser(objet, par=portee.auteur, le=timezone.now()),
        succes="Une révision est ouverte : les priorités seront adoptées de nouveau.",
    )
    return redirect("contrats:priorites_commune", portee.contrat.slug, objet.annee, code)
