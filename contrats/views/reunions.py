"""Meetings: their list, the page of one, its preparation, its session, its minutes, what became of its decisions."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers, ical
from commun.models import LigneJournal
from commun.pages import PAR_PAGE
from commun.views import agir, appliquer, evenements

from ..actions import instances as actions
from ..creneaux import liens_de_reunion
from ..etats import REUNION_A_VENIR, EtatReunion, Role
from ..forms.instances import (
    TYPES_DE_PIECE,
    AnnulerForm,
    CloreForm,
    DecisionForm,
    FiltreDecisionsForm,
    FiltreExtraitsForm,
    FiltreReunionsForm,
    ItemForm,
    PointForm,
    PresencesForm,
    ReunionForm,
    SuiviForm,
)
from ..lectures.calendrier import evenement_de_reunion
from ..lectures.instances import (
    EXECUTION_FINIE,
    DecisionSuivie,
    decisions_suivies,
    destinataires,
    fiche_reunion,
    perimetres_cites,
    reunions_visibles,
    sieges_sans_adresse,
)
from ..lectures.instances import extraits as lire_extraits
from ..models import Comite, DecisionReunion, ItemCompteRendu, PointOrdreDuJour, Reunion
from ..permissions import peut_conduire, peut_suivre
from ..portee import Portee, dans_le_contrat
from .filtres import puces

TONS = {
    EtatReunion.PREVUE: "neutre",
    EtatReunion.CONVOQUEE: "info",
    EtatReunion.TENUE: "attention",
    EtatReunion.RENDUE: "succes",
    EtatReunion.ANNULEE: "danger",
}
TONS_EXECUTION = {"": "neutre", "a_faire": "neutre", "en_cours": "info", "faite": "succes", "abandonnee": "attention"}


def onglets(portee: Portee, ici: str) -> list[dict[str, Any]]:
    """The five pages of the meetings."""
    pages = (
        ("calendrier", "Calendrier"),
        ("reunions", "Réunions"),
        ("decisions", "Décisions"),
        ("comites", "Comités"),
        ("extraits", "Extraits par quartier"),
    )
    return [
        {
            "libelle": libelle,
            "url": reverse(f"contrats:{nom}", kwargs={"contrat": portee.contrat.slug}),
            "actif": nom == ici,
            "nombre": None,
        }
        for nom, libelle in pages
    ]


# --- Lists -----------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def reunions(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Meetings to come, or past."""
    form = FiltreReunionsForm(request.GET or None, contrat=portee.contrat)
    filtres = form.cleaned_data if form.is_valid() else {}
    jour = timezone.localdate()
    choisies = reunions_visibles(portee.contrat, pour=portee.auteur)
    if filtres.get("comite"):
        choisies = choisies.filter(comite=filtres["comite"])
    periode = filtres.get("periode", "")
    if periode == "toutes":
        choisies = choisies.order_by("-le", "-pk")
    elif periode == "passees":
        choisies = choisies.exclude(etat__in=REUNION_A_VENIR, le__gte=jour).order_by("-le", "-pk")
    else:
        choisies = choisies.filter(etat__in=REUNION_A_VENIR, le__gte=jour).order_by("le", "pk")
    page = Paginator(choisies, PAR_PAGE).get_page(request.GET.get("page"))
    a_clore = (
        []
        if not portee.roles.pilote
        else list(
            reunions_visibles(portee.contrat, pour=portee.auteur)
            .filter(etat__in=(*REUNION_A_VENIR, EtatReunion.TENUE), le__lt=jour)
            .order_by("le")[:10]
        )
    )
    contexte = {
        "page_obj": page,
        "lignes": [(reunion, TONS[EtatReunion(reunion.etat)]) for reunion in page],
        "a_clore": [(reunion, TONS[EtatReunion(reunion.etat)]) for reunion in a_clore],
        "periode": periode,
        "form_filtres": form,
        "puces": puces(request, form),
        "onglets": onglets(portee, "reunions"),
        "pilote": portee.roles.pilote,
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/reunions.html", contexte)


@require_safe
@dans_le_contrat()
def decisions(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Decisions followed to their execution, the late ones first."""
    form = FiltreDecisionsForm(request.GET or None, contrat=portee.contrat)
    filtres = form.cleaned_data if form.is_valid() else {}
    toutes = decisions_suivies(portee.contrat, pour=portee.auteur, le=timezone.localdate())
    choisies = [
        s
        for s in toutes
        if _repond(s, filtres.get("situation", ""), portee)
        and (not filtres.get("comite") or s.decision.reunion.comite_id == filtres["comite"].pk)
    ]
    page = Paginator(choisies, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "page_obj": page,
        "lignes": [_ligne_de_decision(portee, suivie) for suivie in page],
        "nb_retards": sum(1 for s in toutes if s.en_retard),
        "form_filtres": form,
        "puces": puces(request, form),
        "onglets": onglets(portee, "decisions"),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/decisions.html", contexte)


def _repond(suivie: DecisionSuivie, situation: str, portee: Portee) -> bool:
    finie = suivie.decision.execution in EXECUTION_FINIE
    mienne = suivie.decision.responsable_id in portee.roles.organismes_partenaires
    return {
        "": not finie,
        "miennes": mienne and not finie,
        "retard": suivie.en_retard,
        "finies": finie,
        "toutes": True,
    }[situation]


def _ligne_de_decision(portee: Portee, suivie: DecisionSuivie) -> dict[str, Any]:
    decision = suivie.decision
    return {
        "decision": decision,
        "en_retard": suivie.en_retard,
        "ton": "danger" if suivie.en_retard else TONS_EXECUTION[decision.execution],
        "mot": decision.get_execution_display() or "À faire",
        "suit": bool(peut_suivre(portee.auteur, decision)),
    }


@require_safe
@dans_le_contrat()
def extraits(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What the minutes say of one perimeter."""
    perimetres = perimetres_cites(portee.contrat, pour=portee.auteur)
    form = FiltreExtraitsForm(request.GET, perimetres=perimetres)
    choisi = (form.cleaned_data.get("perimetre") if form.is_valid() else None) or perimetres.first()
    contexte = {
        "form_filtres": form,
        "perimetre": choisi,
        "extraits": lire_extraits(portee.contrat, choisi, pour=portee.auteur) if choisi else [],
        "onglets": onglets(portee, "extraits"),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/extraits.html", contexte)


# --- One meeting -----------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def reunion(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """A meeting as its reader's place opens it."""
    return _page(request, portee, _reunion(portee, pk), CloreForm())


def _page(request: HttpRequest, portee: Portee, objet: Reunion, form_clore: CloreForm) -> HttpResponse:
    jour = timezone.localdate()
    fiche = fiche_reunion(objet, pour=portee.auteur, le=jour)
    conduite = peut_conduire(portee.auteur, objet)
    contexte: dict[str, Any] = {
        "fiche": fiche,
        "reunion": objet,
        "ton_etat": TONS[EtatReunion(objet.etat)],
        "a_venir": objet.etat in REUNION_A_VENIR,
        "passee": objet.le <= jour,
        "conduit": bool(conduite),
        "motif_conduite": conduite.motif if portee.roles.pilote else "",
        "redige": bool(conduite) and objet.etat in (EtatReunion.CONVOQUEE, EtatReunion.TENUE),
        "decide": bool(conduite) and objet.etat not in (EtatReunion.RENDUE, EtatReunion.ANNULEE),
        "decisions": [_ligne_de_decision(portee, suivie) for suivie in fiche.decisions],
        "destinataires": [],
        "sans_adresse": [],
        "refuses": [],
        "manques": [],
        "travail": None,
        "exemplaire": actions.travail_de_l_exemplaire(objet, fiche.ecartes) if fiche.ecartes else None,
        "evenements": [],
        "liens": liens_de_reunion(objet, portee.auteur),
        "form_clore": form_clore,
        "contrat": portee.contrat,
    }
    if conduite:
        contexte |= {
            "destinataires": destinataires(objet, le=jour),
            "sans_adresse": sieges_sans_adresse(objet, le=jour),
            "refuses": actions.courriels_refuses(objet),
            "manques": actions.points_d_etape_manquants(objet) if contexte["a_venir"] and contexte["passee"] else [],
            "travail": actions.travail_du_paquet(objet),
            "evenements": evenements(LigneJournal.objects.de(objet).reverse()[:30]),
        }
        contexte |= _suivi_du_paquet(portee, objet)
    return render(request, "contrats/instances/reunion.html", contexte, status=422 if form_clore.errors else 200)


def _suivi_du_paquet(portee: Portee, objet: Reunion) -> dict[str, str]:
    cles = {"contrat": portee.contrat.slug, "pk": objet.pk}
    return {
        "titre_travail": "Dossier de séance",
        "url_suivi": reverse("contrats:avancement_paquet", kwargs=cles),
        "url_resultat": reverse("contrats:paquet", kwargs=cles),
        "libelle_resultat": "Télécharger le dossier de séance (PDF)",
        "url_reprise": reverse("contrats:produire_paquet", kwargs=cles),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def creer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Put a meeting on the calendar."""
    depart = {nom: request.GET[nom] for nom in ("comite", "commune", "le") if nom in request.GET}
    form = ReunionForm(request.POST or None, initial=depart, contrat=portee.contrat)

    def prevoir() -> Reunion:
        donnees = dict(form.cleaned_data)
        comite: Comite = donnees.pop("comite")
        fiche = actions.FicheDeReunion(**donnees)
        return actions.prevoir_reunion(comite, fiche, par=portee.auteur, le=timezone.now())

    if request.method == "POST" and (nouvelle := appliquer(form, prevoir)):
        return _retour(portee, nouvelle)
    contexte = {
        "form": form,
        "reunion": None,
        "sans_comite": not portee.contrat.comites.exists(),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/reunion_form.html", contexte, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Its date, hours, place, subject."""
    objet = _reunion(portee, pk)
    depart = {nom: getattr(objet, nom) for nom in ReunionForm.base_fields if nom != "comite"}
    form = ReunionForm(request.POST or None, initial=depart, contrat=portee.contrat, reunion=objet)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_reunion(
            objet, actions.FicheDeReunion(**form.cleaned_data), par=portee.auteur, le=timezone.now()
        ),
    ):
        return _retour(portee, objet)
    contexte = {"form": form, "reunion": objet, "sans_comite": False, "contrat": portee.contrat}
    return render(request, "contrats/instances/reunion_form.html", contexte, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def annuler(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Call it off, and say why."""
    objet = _reunion(portee, pk)
    form = AnnulerForm(request.POST or None)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.annuler(objet, motif=form.cleaned_data["motif"], par=portee.auteur, le=timezone.now()),
    ):
        return _retour(portee, objet)
    return _formulaire(request, portee, objet, form, "Annuler la réunion", "Annuler la réunion", dangereux=True)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def convoquer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Send the convocations."""
    objet = _reunion(portee, pk)
    agir(
        request,
        lambda: actions.convoquer(objet, par=portee.auteur, le=timezone.now()),
        succes="Les convocations partent, avec le fichier d’agenda.",
    )
    return _retour(portee, objet)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def clore(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Close the session."""
    objet = _reunion(portee, pk)
    form = CloreForm(request.POST)
    if appliquer(
        form,
        lambda: actions.tenir(objet, derogation=form.cleaned_data["derogation"], par=portee.auteur, le=timezone.now()),
    ):
        return _retour(portee, objet)
    return _page(request, portee, objet, form)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def rendre_compte(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Send the minutes."""
    objet = _reunion(portee, pk)
    agir(
        request,
        lambda: actions.rendre_compte(objet, par=portee.auteur, le=timezone.now()),
        succes="Le compte rendu part : chacun reçoit ce qui lui est ouvert.",
    )
    return _retour(portee, objet)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def presences(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Who came, who gave a proxy."""
    objet = _reunion(portee, pk)
    fiche = fiche_reunion(objet, pour=portee.auteur, le=timezone.localdate())
    form = PresencesForm(request.POST or None, lignes=fiche.presences)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.noter_presences(objet, form.presences, par=portee.auteur, le=timezone.now()) or True,
    ):
        return _retour(portee, objet)
    contexte = {"form": form, "reunion": objet, "contrat": portee.contrat}
    return render(request, "contrats/instances/presences.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat()
def agenda(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The meeting as a calendar file."""
    octets = ical.calendrier([evenement_de_reunion(_reunion(portee, pk))])
    reponse = HttpResponse(octets, content_type=ical.TYPE_MIME)
    reponse["Content-Disposition"] = 'attachment; filename="reunion.ics"'
    return reponse


# --- Agenda ----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def point(request: HttpRequest, portee: Portee, pk: int, numero: int | None = None) -> HttpResponse:
    """A point of the agenda, new or not."""
    objet = _reunion(portee, pk)
    existant = _point(objet, numero) if numero is not None else None
    depart = {n: getattr(existant, n) for n in ("titre", "texte", "rapporteur", "minutes")} if existant else {}
    form = PointForm(request.POST or None, request.FILES or None, initial=depart, contrat=portee.contrat)

    def ecrire() -> PointOrdreDuJour:
        piece = None
        if envoi := form.cleaned_data["piece"]:
            type_mime = TYPES_DE_PIECE[PurePath(envoi.name).suffix.lower()]
            piece = actions.deposer_piece(envoi.read(), nom=envoi.name, type_mime=type_mime, par=portee.auteur)
        suite = {**form.cleaned_data, "piece": piece, "par": portee.auteur, "le": timezone.now()}
        return actions.modifier_point(existant, **suite) if existant else actions.inscrire_point(objet, **suite)

    if request.method == "POST" and appliquer(form, ecrire):
        return _retour(portee, objet, "ordre-du-jour")
    titre = "Modifier un point" if existant else "Ajouter un point à l’ordre du jour"
    return _formulaire(request, portee, objet, form, titre, "Enregistrer", fichiers=True)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def deplacer_point(request: HttpRequest, portee: Portee, pk: int, numero: int) -> HttpResponse:
    """Up or down."""
    objet = _reunion(portee, pk)
    haut = request.POST.get("sens") == "haut"
    agir(
        request,
        lambda: actions.deplacer_point(_point(objet, numero), vers_le_haut=haut, par=portee.auteur, le=timezone.now()),
        succes="L’ordre du jour est réordonné.",
    )
    return _retour(portee, objet, "ordre-du-jour")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_point(request: HttpRequest, portee: Portee, pk: int, numero: int) -> HttpResponse:
    """Off the agenda."""
    objet = _reunion(portee, pk)
    agir(
        request,
        lambda: actions.retirer_point(_point(objet, numero), par=portee.auteur, le=timezone.now()),
        succes="Le point est retiré de l’ordre du jour.",
    )
    return _retour(portee, objet, "ordre-du-jour")


@require_safe
@dans_le_contrat()
def piece(request: HttpRequest, portee: Portee, pk: int, numero: int) -> HttpResponseBase:
    """The paper of a point, for whoever reads the session."""
    objet = _reunion(portee, pk)
    fiche = fiche_reunion(objet, pour=portee.auteur, le=timezone.localdate())
    trouve = next((p for p in fiche.points if p.pk == numero), None)
    if trouve is None or trouve.piece is None:
        raise Http404("No paper for this reader.")
    return fichiers.reponse(trouve.piece)


# --- Minutes and decisions -------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def item(request: HttpRequest, portee: Portee, pk: int, numero: int | None = None) -> HttpResponse:
    """An item of the minutes, new or not."""
    objet = _reunion(portee, pk)
    existant = get_object_or_404(ItemCompteRendu, pk=numero, reunion=objet) if numero is not None else None
    depart: dict[str, Any] = {}
    if existant is not None:
        depart = {n: getattr(existant, n) for n in ("texte", "audience", "point")}
        depart["perimetres"] = list(existant.perimetres.all())
    form = ItemForm(request.POST or None, initial=depart, reunion=objet)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.ecrire_item(objet, **form.cleaned_data, item=existant, par=portee.auteur, le=timezone.now()),
    ):
        return _retour(portee, objet, "compte-rendu")
    titre = "Modifier le compte rendu" if existant else "Ajouter au compte rendu"
    return _formulaire(request, portee, objet, form, titre, "Enregistrer")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def retirer_item(request: HttpRequest, portee: Portee, pk: int, numero: int) -> HttpResponse:
    """Off the minutes."""
    objet = _reunion(portee, pk)
    existant = get_object_or_404(
        ItemCompteRendu.objects.select_related("reunion__comite__contrat"), pk=numero, reunion=objet
    )
    agir(
        request,
        lambda: actions.retirer_item(existant, par=portee.auteur, le=timezone.now()),
        succes="Le point est retiré du compte rendu.",
    )
    return _retour(portee, objet, "compte-rendu")


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def decision(request: HttpRequest, portee: Portee, pk: int, numero: int | None = None) -> HttpResponse:
    """Something to decide or decided, new or not."""
    objet = _reunion(portee, pk)
    existante = get_object_or_404(DecisionReunion, pk=numero, reunion=objet) if numero is not None else None
    depart = {n: getattr(existante, n) for n in DecisionForm.base_fields} if existante else {}
    form = DecisionForm(request.POST or None, initial=depart, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.inscrire_decision(
            objet, **form.cleaned_data, decision=existante, par=portee.auteur, le=timezone.now()
        ),
    ):
        return _retour(portee, objet, "decisions")
    titre = "Modifier la décision" if existante else "Ajouter une décision"
    return _formulaire(request, portee, objet, form, titre, "Enregistrer")


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat()
def suivre(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say where a decision stands."""
    visibles = {s.decision.pk for s in decisions_suivies(portee.contrat, pour=portee.auteur, le=timezone.localdate())}
    if pk not in visibles:
        raise Http404("Not a decision of this reader.")
    existante = DecisionReunion.objects.select_related("reunion__comite__contrat", "responsable").get(pk=pk)
    depart = {
        "execution": existante.execution or DecisionReunion.Execution.A_FAIRE,
        "suite": existante.suite_donnee,
    }
    form = SuiviForm(request.POST or None, initial=depart)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.suivre_decision(existante, **form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        return redirect("contrats:decisions", contrat=portee.contrat.slug)
    contexte = {
        "form": form,
        "decision": existante,
        "suivi": peut_suivre(portee.auteur, existante),
        "contrat": portee.contrat,
    }
    return render(request, "contrats/instances/suite.html", contexte, status=422 if form.errors else 200)


# --- Packet ----------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def paquet(request: HttpRequest, portee: Portee, pk: int) -> HttpResponseBase:
    """The packet, for whoever may read it."""
    objet = _reunion(portee, pk)
    fiche = fiche_reunion(objet, pour=portee.auteur, le=timezone.localdate())
    if fiche.paquet is None:
        if fiche.ecartes:  # its own copy is to be asked there
            return _retour(portee, objet, "dossier")
        raise Http404("No packet for this reader.")
    return fichiers.reponse(fiche.paquet)


# Where files are examined, a porteur's role gives no seat.
SIEGENT = tuple(role for role in Role if role != Role.PORTEUR)


@require_POST
@dans_le_contrat(*SIEGENT)
def demander_exemplaire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Have one's own copy of the packet made, without the files from which one is withdrawn."""
    objet = _reunion(portee, pk)
    if not fiche_reunion(objet, pour=portee.auteur, le=timezone.localdate()).ecartes:
        raise Http404("Nothing to leave out for this reader.")
    agir(
        request,
        lambda: actions.demander_un_exemplaire(objet, par=portee.auteur, le=timezone.now()),
        succes="Votre exemplaire est en préparation : rechargez la page dans un instant.",
    )
    return _retour(portee, objet, "dossier")


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def produire_paquet(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Have the packet made."""
    objet = _reunion(portee, pk)
    agir(
        request,
        lambda: actions.demander_paquet(objet, par=portee.auteur, le=timezone.now()),
        succes="Le dossier de séance est en préparation.",
    )
    return _retour(portee, objet, "dossier")


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def avancement(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """How far the making of the packet is: the moving part of the page alone."""
    objet = _reunion(portee, pk)
    travail = actions.travail_du_paquet(objet)
    if travail is None:
        raise Http404("No packet was asked for.")
    contexte = {"travail": travail, "contrat": portee.contrat, **_suivi_du_paquet(portee, objet)}
    return render(request, "composants/progression.html", contexte)


# --- Common ----------------------------------------------------------------------------------------------------------
def _formulaire(
    request: HttpRequest, portee: Portee, objet: Reunion, form: Any, titre: str, bouton: str, **suite: Any
) -> HttpResponse:
    """One form on its own page, about one meeting."""
    contexte = {
        "form": form,
        "reunion": objet,
        "titre": titre,
        "bouton": bouton,
        "fichiers": False,
        "dangereux": False,
        "contrat": portee.contrat,
        **suite,
    }
    return render(request, "contrats/instances/formulaire.html", contexte, status=422 if form.errors else 200)


def _retour(portee: Portee, objet: Reunion, ancre: str = "") -> HttpResponse:
    page = redirect("contrats:reunion", contrat=portee.contrat.slug, pk=objet.pk)
    if ancre:
        page["Location"] += f"#{ancre}"
    return page


def _reunion(portee: Portee, pk: int) -> Reunion:
    """A meeting that the person knows of; any other does not exist for it."""
    return get_object_or_404(reunions_visibles(portee.contrat, pour=portee.auteur), pk=pk)


def _point(objet: Reunion, numero: int) -> PointOrdreDuJour:
    return get_object_or_404(
        PointOrdreDuJour.objects.select_related("reunion__comite__contrat"), pk=numero, reunion=objet
    )
