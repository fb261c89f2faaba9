"""The year's review: rows and counts, exports, the matrix, calling on signatories, remarks, closing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from acteurs.models import Organisme
from commun.colonnes import totaliser
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.pages import Pagination
from commun.typographie import date_heure, pluriel
from commun.views import appliquer, dire_l_erreur, faire

from .. import actions
from ..etats import EtatReponse, EtatVisa, Role
from ..forms.engagements import EnvoyerRevueForm, FiltreRevueForm, MotifForm, OuvrirRevueForm, RemarqueForm, SuiteForm
from ..lectures.engagements import TONS
from ..lectures.revue import (
    COLONNES,
    Comptes,
    LigneRevue,
    compter,
    de_l_annee,
    filtrer,
    lignes,
    revue_de_l_annee,
    suivi_des_signataires,
)
from ..lectures.revue import (
    matrice as lire_matrice,
)
from ..models import Engagement, RemarqueRevue, RevueEngagements
from ..permissions import peut_animer_la_revue, peut_creer_engagement
from ..portee import Portee, dans_le_contrat
from .engagements import organismes_du_declarant
from .filtres import puces
from .onglets import LECTEURS_DE_REVUE, onglets_engagements

PAR_PAGE = 50
PAR_LECTURE = 500


@require_safe
@dans_le_contrat(*LECTEURS_DE_REVUE)
def revue(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The commitments of the year, per signatory, orientation, neighbourhood, state and answer."""
    assert portee.annee is not None
    le = timezone.localdate()
    form = FiltreRevueForm(request.GET or None, contrat=portee.contrat)
    choisis = filtrer(de_l_annee(portee.contrat, portee.annee, le=le), form.filtres).dans_l_ordre()  # type: ignore[attr-defined]
    comptes = compter(choisis)
    page = Pagination(choisis, total=comptes.total, par_page=PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "page_obj": page,
        "lignes": lignes(page, portee.annee, le=le),
        "comptes": comptes,
        "etats": [(e, n, TONS[e], _avec(request, etat=e.value)) for e, n in comptes.etats],
        "suivis": _suivis(request, comptes),
        "form_filtres": form,
        "puces": puces(request, form),
        "formats": [(f, f.upper(), _adresse_export(request, portee, f)) for f in TYPES_MIME],
        "revue": revue_de_l_annee(portee.contrat, portee.annee).revue,
        "vise": portee.roles.pilote,
        "annee": portee.annee,
        "contrat": portee.contrat,
        "ici": request.get_full_path(),
        "onglets": onglets_engagements(portee, "revue"),
    }
    return render(request, "contrats/engagements/revue.html", contexte)


def _suivis(request: HttpRequest, comptes: Comptes) -> list[tuple[str, int, str, str]]:
    """The counts beside the seven states: label, number, tone, address of the rows."""
    return [
        ("échéance dépassée", comptes.en_retard, "danger", _avec(request, retard="oui")),
        (
            "sans réponse à 6 mois",
            comptes.reponses[EtatReponse.EN_RETARD],
            "danger",
            _avec(request, reponse=EtatReponse.EN_RETARD.value),
        ),
        (
            "pas encore sollicités",
            comptes.reponses[EtatReponse.A_SOLLICITER],
            "neutre",
            _avec(request, reponse=EtatReponse.A_SOLLICITER.value),
        ),
        ("déclarations à viser", comptes.a_viser, "info", _avec(request, visa=EtatVisa.NON_VU.value)),
        ("à compléter", comptes.a_completer, "attention", _avec(request, visa=EtatVisa.A_COMPLETER.value)),
    ]


def _avec(request: HttpRequest, **ajout: str) -> str:
    """The address of the same list with one more filter."""
    return "?" + urlencode({**_poses(request, *ajout), **ajout})


def _poses(request: HttpRequest, *sauf: str) -> dict[str, str]:
    """The filters of the address, save these."""
    return {n: str(v) for n, v in request.GET.items() if v and n not in (*sauf, "page")}


def _adresse_export(request: HttpRequest, portee: Portee, format: str) -> str:
    reste = _poses(request)
    return f"{request.path}export.{format}" + (f"?{urlencode(reste)}" if reste else "")


@require_safe
@dans_le_contrat(*LECTEURS_DE_REVUE)
def exporter_revue(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """What the screen shows, with its filters, all pages together."""
    assert portee.annee is not None
    if format not in TYPES_MIME:
        raise Http404
    le = timezone.localdate()
    form = FiltreRevueForm(request.GET or None, contrat=portee.contrat)
    choisis = filtrer(de_l_annee(portee.contrat, portee.annee, le=le), form.filtres).dans_l_ordre()  # type: ignore[attr-defined]
    mots = [mot for mot, _ in puces(request, form)]
    mentions = [
        f"Extrait de Pilotville le {date_heure(timezone.localtime())}",
        "Filtres : " + (" · ".join(mots) if mots else "aucun"),
        "Montants en euros. « Sans information » : aucune déclaration pour l’année.",
    ]
    if choisis.filter(fictif=True).exists():
        mentions.append("Données fictives de démonstration.")
    toutes = list(_toutes(choisis, portee.annee, le))
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            COLONNES,
            toutes,
            sortie,
            format=format,
            titre=f"Revue des engagements {portee.annee} — {portee.contrat.nom}",
            totaux=totaliser(COLONNES, toutes),
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"engagements-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


def _toutes(choisis: QuerySet[Any], annee: int, le: date) -> Iterator[LigneRevue]:
    cles = list(choisis.values_list("pk", flat=True))
    for debut in range(0, len(cles), PAR_LECTURE):
        lot = [Engagement(pk=cle) for cle in cles[debut : debut + PAR_LECTURE]]
        yield from lignes(lot, annee, le=le)


@require_safe
@dans_le_contrat(*LECTEURS_DE_REVUE)
def matrice(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Signatories × orientations: where nothing was promised shows."""
    assert portee.annee is not None
    contexte = {
        "matrice": lire_matrice(portee.contrat, portee.annee, le=timezone.localdate()),
        "peut_creer": peut_creer_engagement(portee.auteur, portee.contrat),
        "annee": portee.annee,
        "contrat": portee.contrat,
        "onglets": onglets_engagements(portee, "matrice"),
    }
    return render(request, "contrats/engagements/matrice.html", contexte)


# --- Calling on signatories, and the life of the review -----------------------------------------------------------------
@require_safe
@dans_le_contrat(*LECTEURS_DE_REVUE)
def signataires(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Who was called on, who answered, and what the signatories say of the draft."""
    return _signataires(request, portee)


def _signataires(
    request: HttpRequest, portee: Portee, *, suites: Mapping[int, SuiteForm] | None = None, **formulaires: object
) -> HttpResponse:
    """The page, with the forms refused: `suites` holds the answer of one remark, by the remark's number."""
    assert portee.annee is not None
    le = timezone.localdate()
    lue = revue_de_l_annee(portee.contrat, portee.annee)
    organismes = organismes_du_declarant(portee)
    anime = peut_animer_la_revue(portee.auteur, portee.contrat)
    remarque_possible = lue.revue is not None and lue.revue.etat == "envoyee" and bool(organismes)
    contexte = {
        "suivis": suivi_des_signataires(portee.contrat, portee.annee, le=le),
        "revue": lue.revue,
        "remarques": [(r, (suites or {}).get(r.pk) or (_suite_de(r) if anime else None)) for r in lue.remarques],
        "anime": anime,
        "miens": {o.pk for o in organismes},
        "a_venir": portee.annee > le.year,
        "form_ouvrir": OuvrirRevueForm(contrat=portee.contrat, annee=portee.annee),
        "form_envoyer": EnvoyerRevueForm(),
        "form_rouvrir": MotifForm(),
        "form_remarque": RemarqueForm(contrat=portee.contrat, organismes=organismes, tous=portee.roles.pilote)
        if remarque_possible
        else None,
        "annee": portee.annee,
        "contrat": portee.contrat,
        "onglets": onglets_engagements(portee, "signataires"),
        **formulaires,
    }
    refuse = bool(formulaires or suites)
    return render(request, "contrats/engagements/signataires.html", contexte, status=422 if refuse else 200)


def _suite_de(remarque: RemarqueRevue, donnees: QueryDict | None = None) -> SuiteForm:
    return SuiteForm(donnees, initial={"texte": remarque.suite}, prefix=f"suite-{remarque.pk}")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def solliciter(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Call on one organisation, or on all those chosen."""
    assert portee.annee is not None
    cles = [int(c) for c in request.POST.getlist("organisme") if c.isdigit()]
    nombre = appeles = 0
    for organisme in Organisme.objects.filter(pk__in=cles).order_by("recherche"):
        faites = actions.solliciter(
            portee.contrat, annee=portee.annee, organisme=organisme, par=portee.auteur, le=timezone.now()
        )
        nombre, appeles = nombre + len(faites), appeles + bool(faites)
    if nombre:
        messages.success(
            request,
            f"{pluriel(appeles, 'organisme sollicité', 'organismes sollicités')} pour "
            f"{pluriel(nombre, 'engagement', 'engagements')} : les courriels partent.",
        )
    else:
        messages.info(request, "Rien à demander : choisissez un organisme qui a des engagements sans réponse.")
    return redirect("contrats:signataires", contrat=portee.contrat.slug, annee=portee.annee)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def ouvrir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Open the year's review."""
    assert portee.annee is not None
    annee = portee.annee
    form = OuvrirRevueForm(request.POST, contrat=portee.contrat, annee=annee)
    if form.is_valid():
        reunion = form.cleaned_data["reunion"]
        return faire(
            request,
            lambda: actions.ouvrir_revue(
                portee.contrat, annee=annee, reunion=reunion, par=portee.auteur, le=timezone.now()
            ),
            retour=_page(portee),
            succes=f"La revue {annee} est ouverte.",
        )
    return _signataires(request, portee, form_ouvrir=form)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def envoyer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Send the draft to the signatories."""
    form = EnvoyerRevueForm(request.POST)
    if form.is_valid():
        try:
            actions.envoyer_revue(
                _revue(portee),
                remarques_avant_le=form.cleaned_data["remarques_avant_le"],
                par=portee.auteur,
                le=timezone.now(),
            )
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            messages.success(request, "Le projet de revue est envoyé aux signataires : les courriels partent.")
            return redirect(_page(portee))
    return _signataires(request, portee, form_envoyer=form)


@require_POST
@dans_le_contrat(*LECTEURS_DE_REVUE)
def remarquer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Say something of the draft, in the name of an organisation."""
    organismes = organismes_du_declarant(portee)
    form = RemarqueForm(request.POST, contrat=portee.contrat, organismes=organismes, tous=portee.roles.pilote)
    if form.is_valid():
        try:
            actions.remarquer(_revue(portee), par=portee.auteur, le=timezone.now(), **form.cleaned_data)
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            messages.success(request, "Votre remarque est enregistrée.")
            return redirect(_page(portee) + "#remarques")
    return _signataires(request, portee, form_remarque=form)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def donner_suite(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Answer a signatory's remark."""
    remarque = get_object_or_404(RemarqueRevue, pk=pk, revue=_revue(portee))
    form = _suite_de(remarque, request.POST)
    if appliquer(
        form,
        lambda: actions.donner_suite(remarque, texte=form.cleaned_data["texte"], par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "La suite donnée est enregistrée : l’organisme la reçoit par courriel.")
        return redirect(f"{_page(portee)}#remarque-{pk}")
    return _signataires(request, portee, suites={pk: form})


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def clore(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Close the review."""
    return faire(
        request,
        lambda: actions.clore_revue(_revue(portee), par=portee.auteur, le=timezone.now()),
        retour=_page(portee),
        succes=f"La revue {portee.annee} est close : changer une déclaration demande désormais un motif.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def rouvrir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Open a closed review again."""
    form = MotifForm(request.POST)
    if form.is_valid():
        motif = form.cleaned_data["motif"]
        return faire(
            request,
            lambda: actions.rouvrir_revue(_revue(portee), motif=motif, par=portee.auteur, le=timezone.now()),
            retour=_page(portee),
            succes=f"La revue {portee.annee} est rouverte.",
        )
    return _signataires(request, portee, form_rouvrir=form)


def _revue(portee: Portee) -> RevueEngagements:
    return get_object_or_404(RevueEngagements, contrat=portee.contrat, annee=portee.annee)


def _page(portee: Portee) -> str:
    return reverse("contrats:signataires", args=[portee.contrat.slug, portee.annee])
