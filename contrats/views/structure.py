"""The structure's editor: orientations and objectives in place, signatories, acts, avenants and their versions."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from acteurs.models import Organisme
from commun import fichiers
from commun.views import agir, appliquer

from ..actions import structure as actions
from ..etats import Role
from ..forms import RechercheOrganismeForm
from ..forms.structure import (
    ActeForm,
    AvenantForm,
    NouvelAvenantForm,
    ObjectifForm,
    OrientationForm,
    SignataireForm,
)
from ..lectures import structure as lectures
from ..lectures.dependances import dependances, en_mots
from ..lectures.equipe import organismes_a_proposer
from ..models import ActeDecision, Avenant, NatureOrientation, Objectif, Orientation, Signataire
from ..permissions import peut_modifier_structure
from ..portee import Portee, dans_le_contrat

PAR_PAGE = 50
GET_ET_POST = ["GET", "HEAD", "POST"]


def _sens(request: HttpRequest) -> Literal["haut", "bas"]:
    return "haut" if request.POST.get("sens") == "haut" else "bas"


def rendre(request: HttpRequest, portee: Portee, gabarit: str, onglet: str, **contexte: Any) -> HttpResponse:
    """One page of the editor, with its tabs and what the person may do."""
    form = contexte.get("form")
    contexte |= {
        "contrat": portee.contrat,
        "onglet": onglet,
        "edition": peut_modifier_structure(portee.auteur, portee.contrat),
    }
    gabarit = f"contrats/structure/{gabarit}.html"
    return render(request, gabarit, contexte, status=422 if form is not None and form.errors else 200)


# --- Orientations and objectives -------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def orientations(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The structure, to be edited in place."""
    return rendre(
        request,
        portee,
        "orientations",
        "orientations",
        natures=lectures.orientations_editees(portee.contrat),
        ouverte=request.GET.get("ouverte", ""),
    )


def _vers_l_orientation(portee: Portee, pk: int) -> HttpResponse:
    adresse = reverse("contrats:structure", args=[portee.contrat.slug])
    return redirect(f"{adresse}?ouverte={pk}#orientation-{pk}")


def _orientation_en_place(
    request: HttpRequest, portee: Portee, orientation: Orientation, *, foyer: str = ""
) -> HttpResponse:
    """After an act: the orientation alone where htmx asked, the whole page elsewhere. `foyer` keeps the keyboard there."""
    if not request.htmx:  # type: ignore[attr-defined]
        return _vers_l_orientation(portee, orientation.pk)
    return rendre(
        request,
        portee,
        "_orientation",
        "orientations",
        editee=lectures.orientation_editee(orientation),
        ouverte=str(orientation.pk),
        foyer=foyer,
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouvelle_orientation(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Add an orientation or a transversal axis."""
    nature = request.GET.get("nature", "")
    if nature not in NatureOrientation.values:
        nature = NatureOrientation.THEMATIQUE
    form = OrientationForm(request.POST or None)
    if request.method == "POST" and (
        ajoutee := appliquer(
            form,
            lambda: actions.ajouter_orientation(
                portee.contrat,
                nature=NatureOrientation(nature),
                champs=form.cleaned_data,
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        messages.success(request, f"« {ajoutee.nom_court} » est ajoutée.")
        return _vers_l_orientation(portee, ajoutee.pk)
    return rendre(request, portee, "orientation_nouvelle", "orientations", form=form, nature=NatureOrientation(nature))


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def orientation(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Edit an orientation, in place with htmx, on its own page without."""
    objet = get_object_or_404(Orientation, pk=pk, contrat=portee.contrat)
    if request.htmx and request.GET.get("annuler"):  # type: ignore[attr-defined]
        return _orientation_en_place(request, portee, objet, foyer=f"modifier-orientation-{pk}")
    form = OrientationForm(request.POST or None, instance=Orientation.objects.get(pk=pk), prefix=f"o{pk}")
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_orientation(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        return _orientation_en_place(request, portee, objet, foyer=f"modifier-orientation-{pk}")
    gabarit = "_orientation_edition" if request.htmx else "orientation_page"  # type: ignore[attr-defined]
    return rendre(
        request,
        portee,
        gabarit,
        "orientations",
        form=form,
        objet=objet,
        refus_de_retrait=_refus_de_retrait(objet),
    )


def _refus_de_retrait(objet: Any) -> str:
    trouvees = dependances(objet)
    return f"On ne peut pas la retirer : {en_mots(trouvees)}." if trouvees else ""


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def deplacer_orientation(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Move an orientation up or down."""
    objet = get_object_or_404(Orientation, pk=pk, contrat=portee.contrat)
    sens = _sens(request)
    actions.deplacer_orientation(objet, sens=sens, par=portee.auteur, le=timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return _vers_l_orientation(portee, pk)
    groupe = next(n for n in lectures.orientations_editees(portee.contrat) if n.nature == objet.nature)
    return rendre(
        request,
        portee,
        "_nature",
        "orientations",
        groupe=groupe,
        ouverte=request.POST.get("ouverte", ""),
        foyer=f"{sens}-orientation-{pk}",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_orientation(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove an orientation that nothing names."""
    objet = get_object_or_404(Orientation, pk=pk, contrat=portee.contrat)
    retiree = agir(
        request,
        lambda: actions.retirer_orientation(objet, par=portee.auteur, le=timezone.now()),
        succes=f"« {objet.nom_court} » est retirée.",
    )
    return redirect("contrats:structure", portee.contrat.slug) if retiree else _vers_l_orientation(portee, pk)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouvel_objectif(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Add an objective to an orientation."""
    parente = get_object_or_404(Orientation, pk=pk, contrat=portee.contrat)
    form = ObjectifForm(request.POST or None, initial={"ambition": request.GET.get("ambition", "")}, prefix=f"n{pk}")
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ajouter_objectif(parente, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        return _orientation_en_place(request, portee, parente, foyer=f"ajouter-objectif-{pk}")
    return _edition_d_objectif(request, portee, form, parente, None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def objectif(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Edit an objective, in place with htmx, on its own page without."""
    objet = _objectif(portee, pk)
    form = ObjectifForm(request.POST or None, instance=Objectif.objects.get(pk=pk), prefix=f"b{pk}")
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_objectif(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        return _orientation_en_place(request, portee, objet.orientation, foyer=f"modifier-objectif-{pk}")
    return _edition_d_objectif(request, portee, form, objet.orientation, objet)


def _edition_d_objectif(
    request: HttpRequest, portee: Portee, form: ObjectifForm, parente: Orientation, objet: Objectif | None
) -> HttpResponse:
    gabarit = "_objectif_edition" if request.htmx else "objectif_page"  # type: ignore[attr-defined]
    reponse = rendre(
        request,
        portee,
        gabarit,
        "orientations",
        form=form,
        parente=parente,
        objet=objet,
        ambitions=sorted({a for a in parente.objectifs.values_list("ambition", flat=True) if a}),
        refus_de_retrait=_refus_de_retrait(objet).replace("la retirer", "le retirer") if objet else "",
    )
    if form.errors:
        # Saved, the whole orientation is drawn again; refused, the form stays in its own place.
        place = f"#objectif-{objet.pk}" if objet else f"#ajout-objectif-{parente.pk}"
        reponse = reswap(retarget(reponse, place), "innerHTML")
    return reponse


def _objectif(portee: Portee, pk: int) -> Objectif:
    return get_object_or_404(
        Objectif.objects.select_related("orientation__contrat"), pk=pk, orientation__contrat=portee.contrat
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def deplacer_objectif(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Move an objective up or down within its ambition."""
    objet = _objectif(portee, pk)
    sens = _sens(request)
    actions.deplacer_objectif(objet, sens=sens, par=portee.auteur, le=timezone.now())
    return _orientation_en_place(request, portee, objet.orientation, foyer=f"{sens}-objectif-{pk}")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def deplacer_ambition(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Move an ambition and its objectives up or down."""
    objet = get_object_or_404(Orientation, pk=pk, contrat=portee.contrat)
    sens = _sens(request)
    actions.deplacer_ambition(objet, request.POST.get("ambition", ""), sens=sens, par=portee.auteur, le=timezone.now())
    return _orientation_en_place(request, portee, objet, foyer=f"{sens}-ambition-{pk}")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_objectif(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove an objective that nothing names."""
    objet = _objectif(portee, pk)
    agir(
        request,
        lambda: actions.retirer_objectif(objet, par=portee.auteur, le=timezone.now()),
        succes=f"L’objectif {objet.code} est retiré.",
    )
    return _vers_l_orientation(portee, objet.orientation_id)


# --- Signatories -----------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def signataires(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Who signs, in which quality, when, in which order."""
    return rendre(request, portee, "signataires", "signataires", signataires=lectures.signataires(portee.contrat))


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouveau_signataire(request: HttpRequest, portee: Portee) -> HttpResponse:
    """First the organisation, then its quality."""
    numero = request.GET.get("organisme", "")
    if not numero.isdecimal():
        return _choisir_organisme(request, portee)
    organisme = get_object_or_404(Organisme, pk=int(numero))
    form = SignataireForm(request.POST or None)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ajouter_signataire(
            portee.contrat,
            organisme=organisme,
            champs=form.cleaned_data,
            par=portee.auteur,
            le=timezone.now(),
        ),
    ):
        messages.success(request, f"{organisme} est au nombre des signataires.")
        return redirect("contrats:signataires_du_contrat", portee.contrat.slug)
    return rendre(request, portee, "signataire", "signataires", form=form, organisme=organisme, objet=None)


def _choisir_organisme(request: HttpRequest, portee: Portee) -> HttpResponse:
    form = RechercheOrganismeForm(request.GET if request.GET.get("q") else None)
    texte = form.cleaned_data["q"] if form.is_valid() else ""
    return rendre(
        request,
        portee,
        "signataire_organisme",
        "signataires",
        recherche=form,
        texte=texte,
        organismes=organismes_a_proposer(portee.contrat, texte) if texte else [],
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def signataire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One signatory: quality, date, seat at the COPIL."""
    objet = get_object_or_404(Signataire.objects.select_related("organisme"), pk=pk, contrat=portee.contrat)
    form = SignataireForm(request.POST or None, instance=Signataire.objects.get(pk=pk))
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_signataire(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, f"{objet} : enregistré.")
        return redirect("contrats:signataires_du_contrat", portee.contrat.slug)
    return rendre(
        request,
        portee,
        "signataire",
        "signataires",
        form=form,
        organisme=objet.organisme,
        objet=objet,
        refus_de_retrait=_refus_de_retrait(objet).replace("la retirer", "le retirer"),
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def deplacer_signataire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Move a signatory up or down."""
    objet = get_object_or_404(Signataire, pk=pk, contrat=portee.contrat)
    sens = _sens(request)
    actions.deplacer_signataire(objet, sens=sens, par=portee.auteur, le=timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("contrats:signataires_du_contrat", portee.contrat.slug)
    return rendre(
        request,
        portee,
        "_signataires",
        "signataires",
        signataires=lectures.signataires(portee.contrat),
        foyer=f"{sens}-signataire-{pk}",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_signataire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove a signatory in whose name nothing is committed."""
    objet = get_object_or_404(Signataire, pk=pk, contrat=portee.contrat)
    agir(
        request,
        lambda: actions.retirer_signataire(objet, par=portee.auteur, le=timezone.now()),
        succes=f"{objet} ne figure plus parmi les signataires.",
    )
    return redirect("contrats:signataires_du_contrat", portee.contrat.slug)


# --- Acts of decision ------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def actes(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Délibérations and arrêtés recorded in the contract."""
    page = Paginator(lectures.actes(portee.contrat), PAR_PAGE).get_page(request.GET.get("page"))
    return rendre(request, portee, "actes", "actes", page_obj=page)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouvel_acte(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Record an act."""
    form = ActeForm(request.POST or None, request.FILES or None, contrat=portee.contrat)
    if request.method == "POST" and (
        enregistre := appliquer(
            form,
            lambda: actions.enregistrer_acte(
                portee.contrat, champs=form.champs, par=portee.auteur, le=timezone.now(), **form.document
            ),
        )
    ):
        messages.success(request, f"L’acte n° {enregistre.numero} est enregistré.")
        return redirect("contrats:actes", portee.contrat.slug)
    return rendre(request, portee, "acte", "actes", form=form, objet=None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def acte(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One act: correct it, complete its receipt."""
    objet = get_object_or_404(lectures.actes(portee.contrat), pk=pk)
    fige = actions.motif_de_fige(objet)
    form = ActeForm(
        request.POST or None,
        request.FILES or None,
        instance=ActeDecision.objects.get(pk=pk),
        contrat=portee.contrat,
        fige=bool(fige),
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.corriger_acte(objet, champs=form.champs, par=portee.auteur, le=timezone.now(), **form.document),
    ):
        messages.success(request, f"L’acte n° {objet.numero} est enregistré.")
        return redirect("contrats:actes", portee.contrat.slug)
    return rendre(
        request,
        portee,
        "acte",
        "actes",
        form=form,
        objet=objet,
        fige=fige,
        refus_de_retrait=_refus_de_retrait(objet).replace("la retirer", "le retirer"),
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_acte(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove an act that nothing relies on."""
    objet = get_object_or_404(ActeDecision, pk=pk, contrat=portee.contrat)
    agir(
        request,
        lambda: actions.retirer_acte(objet, par=portee.auteur, le=timezone.now()),
        succes=f"L’acte n° {objet.numero} est retiré.",
    )
    return redirect("contrats:actes", portee.contrat.slug)


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def piece_d_acte(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The document of an act."""
    objet = get_object_or_404(ActeDecision.objects.select_related("piece"), pk=pk, contrat=portee.contrat)
    if objet.piece is None:
        raise Http404("This act has no document.")
    return fichiers.reponse(objet.piece)


# --- Avenants --------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def avenants(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The versions of the contract."""
    versions = list(
        portee.contrat.avenants.select_related("acte")
        .prefetch_related("volets__commune", "priorites__commune")
        .order_by("-numero")
    )
    return rendre(request, portee, "avenants", "avenants", versions=versions)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def figer_origine(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Keep the structure of the contract as it was signed."""
    agir(
        request,
        lambda: actions.figer_contrat_signe(
            portee.contrat,
            signe_le=portee.contrat.signe_le or timezone.localdate(),
            par=portee.auteur,
            le=timezone.now(),
        ),
        succes="La version d’origine du contrat est gardée : les avenants se compareront à elle.",
    )
    return redirect("contrats:avenants", portee.contrat.slug)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def nouvel_avenant(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Record an avenant: it keeps the structure as it now stands."""
    form = NouvelAvenantForm(request.POST or None, contrat=portee.contrat)
    if request.method == "POST" and (
        enregistre := appliquer(
            form,
            lambda: actions.enregistrer_avenant(
                portee.contrat,
                champs=form.cleaned_data,
                documents=form.documents,
                par=portee.auteur,
                le=timezone.now(),
            ),
        )
    ):
        messages.success(request, f"{enregistre.version} est enregistré, avec la structure du contrat à ce jour.")
        return redirect("contrats:avenants", portee.contrat.slug)
    dernier = portee.contrat.avenants.order_by("-numero").first()
    figee = lectures.structure_de(dernier) if dernier else None
    return rendre(
        request,
        portee,
        "avenant",
        "avenants",
        form=form,
        objet=None,
        dernier=dernier,
        parties=lectures.comparer(figee, lectures.structure_actuelle(portee.contrat)) if figee else (),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET)
def avenant(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Correct the words, the date and the act of an avenant."""
    objet = get_object_or_404(Avenant, pk=pk, contrat=portee.contrat)
    form = AvenantForm(request.POST or None, instance=Avenant.objects.get(pk=pk), contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.corriger_avenant(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, f"{objet.version} : enregistré.")
        return redirect("contrats:avenants", portee.contrat.slug)
    return rendre(request, portee, "avenant", "avenants", form=form, objet=objet, dernier=None, parties=())


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def comparaison(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What changed between two versions; the latest and the present structure unless chosen."""
    versions = list(
        portee.contrat.avenants.filter(instantane__isnull=False).select_related("instantane").order_by("numero")
    )
    if not versions:
        return redirect("contrats:avenants", portee.contrat.slug)
    par_numero = {str(v.numero): v for v in versions}
    de = par_numero.get(request.GET.get("de", ""), versions[-1])
    a = par_numero.get(request.GET.get("a", ""))
    avant = lectures.structure_de(de)
    apres = lectures.structure_de(a) if a else lectures.structure_actuelle(portee.contrat)
    assert avant is not None
    assert apres is not None
    return rendre(
        request,
        portee,
        "comparaison",
        "avenants",
        versions=versions,
        de=de,
        a=a,
        parties=lectures.comparer(avant, apres),
    )
