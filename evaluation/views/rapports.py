"""Pages of the reports: their list, their making, the page to read, the files to download."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from commun import fichiers
from commun.models import Fichier
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..etats import EtatRapport, TypeRapport
from ..forms import DemandeSyntheseForm
from ..models import Rapport
from ..models.rapport import LECTEURS
from ..permissions import peut_produire, peut_publier, peut_retirer
from ..rapports.catalogue import reprise

TONS = {
    EtatRapport.EN_PREPARATION: "info",
    EtatRapport.PRET: "attention",
    EtatRapport.PUBLIE: "succes",
    EtatRapport.RETIRE: "neutre",
}

# What its publication opens, by kind of report.
LECTEURS_DU_PUBLIE = {
    TypeRapport.SYNTHESE: "le rapport est publié, les membres du COPIL peuvent le lire.",
    TypeRapport.MOYENS: "le tableau est publié, les membres du contrat peuvent le lire ; les porteurs n’y ont pas accès.",
    TypeRapport.CATALOGUE: "le catalogue est publié, tous les membres du contrat peuvent le lire.",
}

# What one is told before publishing: is it a catalogue, read by porteurs too?
CONSIGNES = {
    True: "Tous les membres du contrat, porteurs et conseil citoyen compris, pourront lire et télécharger cette édition. "
    "Elle pourra être retirée.",
    False: "Les membres du COPIL et du contrat pourront lire et télécharger cette version ; les porteurs n’y ont pas "
    "accès. Elle pourra être retirée.",
}


@require_safe
@dans_le_contrat(*LECTEURS)
def rapports(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The reports that this person may read, the latest first."""
    visibles = (
        Rapport.objects.visibles_par(portee.auteur, portee.contrat)
        .select_related("pdf", "tableur", "instantane", "travail", "reunion__comite", "contrat")
        .order_by("-annee", "-version")
    )
    acces = peut_produire(portee.auteur, portee.contrat)
    contexte = {
        "lignes": [(rapport, TONS[EtatRapport(rapport.etat)]) for rapport in visibles],
        "form": _formulaire(portee) if acces else None,
        "pilote": portee.roles.pilote,
        "refus": "" if acces else acces.motif,
        "contrat": portee.contrat,
    }
    return render(request, "evaluation/rapports.html", contexte)


def _formulaire(portee: Portee, saisie: QueryDict | None = None) -> DemandeSyntheseForm:
    return DemandeSyntheseForm(saisie, contrat=portee.contrat, aujourdhui=timezone.localdate())


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def produire(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Ask for the next version of a year's synthesis, then watch it being made."""
    form = _formulaire(portee, request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez une année qui a une campagne dans ce contrat.")
        return redirect("evaluation:rapports", contrat=portee.contrat.slug)
    rapport = actions.demander_synthese(
        portee.contrat, form.cleaned_data["annee"], par=portee.auteur, le=timezone.now()
    )
    return redirect("evaluation:avancement", contrat=portee.contrat.slug, numero=rapport.pk)


@require_safe
@dans_le_contrat(*LECTEURS)
def avancement(request: HttpRequest, portee: Portee, numero: int) -> HttpResponse:
    """How far the making is: the whole page, or its moving part alone when htmx asks."""
    rapport = _rapport(portee, numero)
    if rapport.travail is None:
        raise Http404("This report has no job.")
    cles = {"contrat": portee.contrat.slug, "numero": rapport.pk}
    contexte = {
        "rapport": rapport,
        "travail": rapport.travail,
        "titre_travail": str(rapport),
        "url_suivi": reverse("evaluation:avancement", kwargs=cles),
        "url_resultat": reverse("evaluation:rapport", kwargs=cles) if rapport.html_id else "",
        "libelle_resultat": f"Lire : {rapport.titre}, version {rapport.version}",
        "url_reprise": reverse("evaluation:relancer", kwargs=cles) if portee.roles.pilote else "",
        "contrat": portee.contrat,
    }
    partiel = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "composants/progression.html" if partiel else "evaluation/avancement.html", contexte)


@require_safe
@dans_le_contrat(*LECTEURS)
def rapport(request: HttpRequest, portee: Portee, numero: int) -> HttpResponse:
    """The report to read on line, as it was kept when it was made."""
    rapport = _rapport(portee, numero)
    if rapport.html is None:
        return redirect("evaluation:avancement", contrat=portee.contrat.slug, numero=rapport.pk)
    contexte = {
        "rapport": rapport,
        "ton": TONS[EtatRapport(rapport.etat)],
        # Safe: made by our own templates when the report was produced, kept under its SHA-256 since.
        "corps": mark_safe(fichiers.lire(rapport.html).decode()),
        "publication": peut_publier(portee.auteur, rapport),
        "retrait": peut_retirer(portee.auteur, rapport),
        "reprise": reprise(rapport) if peut_produire(portee.auteur, portee.contrat) else None,
        "consigne_publication": CONSIGNES[rapport.type == TypeRapport.CATALOGUE],
        "pilote": portee.roles.pilote,
        "contrat": portee.contrat,
    }
    return render(request, "evaluation/rapport.html", contexte)


@require_safe
@dans_le_contrat(*LECTEURS)
def fichier(request: HttpRequest, portee: Portee, numero: int, forme: str) -> HttpResponseBase:
    """One form of the report, with its own name."""
    return _telecharger(getattr(_rapport(portee, numero), forme))


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def instantane(request: HttpRequest, portee: Portee, numero: int) -> HttpResponseBase:
    """The data from which the report was made, raw: for those who answer for its figures."""
    return _telecharger(_rapport(portee, numero).instantane)


def _telecharger(fichier: Fichier | None) -> HttpResponseBase:
    if fichier is None:
        raise Http404("This report is not made yet.")
    return fichiers.reponse(fichier)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def publier(request: HttpRequest, portee: Portee, numero: int) -> HttpResponse:
    """Let the members of the contract read it, its porteurs aside."""
    rapport = actions.publier(_rapport(portee, numero), par=portee.auteur, le=timezone.now())
    messages.success(request, f"{rapport} : {LECTEURS_DU_PUBLIE[TypeRapport(rapport.type)]}")
    return redirect("evaluation:rapport", contrat=portee.contrat.slug, numero=rapport.pk)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, numero: int) -> HttpResponse:
    """Take it back."""
    rapport = actions.retirer(_rapport(portee, numero), par=portee.auteur, le=timezone.now())
    messages.success(request, f"{rapport} : le rapport est retiré, l’équipe du contrat le voit encore.")
    return redirect("evaluation:rapports", contrat=portee.contrat.slug)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def relancer(request: HttpRequest, portee: Portee, numero: int) -> HttpResponse:
    """Start a failed making again."""
    rapport = actions.relancer(_rapport(portee, numero), par=portee.auteur, le=timezone.now())
    return redirect("evaluation:avancement", contrat=portee.contrat.slug, numero=rapport.pk)


def _rapport(portee: Portee, numero: int) -> Rapport:
    """A report that the person may read; any other does not exist for it."""
    return get_object_or_404(
        Rapport.objects.visibles_par(portee.auteur, portee.contrat).select_related(
            "contrat", "travail", "pdf", "html", "tableur", "instantane", "reunion__comite"
        ),
        pk=numero,
    )
