"""Droit commun: the directory as list and tree, the actors' cards, the escalation notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun.models import LigneJournal
from commun.permissions import verifier
from commun.views import agir, appliquer

from ..actions import droit_commun as actions
from ..etats import EtatEscalade, Role
from ..forms import RechercheOrganismeForm
from ..forms.droit_commun import (
    FicheActeurForm,
    FiltreDroitCommunForm,
    NoteEscaladeForm,
    PorterForm,
    RessourceForm,
    SuiteForm,
)
from ..lectures import droit_commun as lectures
from ..lectures.equipe import organismes_a_proposer
from ..models import FicheActeur, NoteEscalade, Ressource, TypeComite
from ..permissions import (
    peut_ajouter_une_ressource,
    peut_escalader,
    peut_modifier_fiche,
    peut_modifier_ressource,
    roles,
)
from ..portee import INSTRUCTEURS, Portee, dans_le_contrat
from .filtres import puces

PAR_PAGE = 50
GET_ET_POST = ["GET", "HEAD", "POST"]


def _rendre(request: HttpRequest, portee: Portee, gabarit: str, **contexte: Any) -> HttpResponse:
    """One page of droit commun, with the tabs that the reader may open."""
    form = contexte.get("form")
    tenus = roles(portee.auteur, portee.contrat)
    contexte |= {
        "contrat": portee.contrat,
        "voit_les_notes": tenus.instruit or tenus.tient(Role.MEMBRE_COPIL),
    }
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"contrats/droit_commun/{gabarit}.html", contexte, status=statut)


# --- Directory -------------------------------------------------------------------------------------------------------
def _filtrees(request: HttpRequest, portee: Portee) -> tuple[FiltreDroitCommunForm, list[lectures.RessourceLue]]:
    form = FiltreDroitCommunForm(request.GET or None, contrat=portee.contrat, auteur=portee.auteur)
    filtres = form.cleaned_data if form.is_valid() else {}
    lues = lectures.ressources(
        portee.contrat,
        pour=portee.auteur,
        le=timezone.localdate(),
        texte=filtres.get("q", ""),
        orientation=filtres.get("orientation"),
        organisme=filtres.get("organisme"),
        seulement_a_verifier=bool(filtres.get("a_verifier")),
    )
    return form, lues


@require_safe
@dans_le_contrat()
def liste(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The directory as a list."""
    form, lues = _filtrees(request, portee)
    return _rendre(
        request,
        portee,
        "liste",
        onglet="liste",
        page_obj=Paginator(lues, PAR_PAGE).get_page(request.GET.get("page")),
        nb_a_verifier=sum(lue.a_verifier for lue in lues),
        form_filtres=form,
        puces=puces(request, form),
        ajout=peut_ajouter_une_ressource(portee.auteur, portee.contrat),
    )


@require_safe
@dans_le_contrat()
def arbre(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The directory as a tree: orientation, organisation, means."""
    form, lues = _filtrees(request, portee)
    poses = puces(request, form)
    troncs = lectures.arbre(portee.contrat, lues)
    return _rendre(
        request,
        portee,
        "arbre",
        onglet="arbre",
        # What a filter leaves out is not a hole.
        troncs=[tronc for tronc in troncs if tronc.branches or not poses],
        nombre=len(lues),
        form_filtres=form,
        puces=poses,
        ajout=peut_ajouter_une_ressource(portee.auteur, portee.contrat),
    )


def _ressource(portee: Portee, pk: int) -> Ressource:
    return get_object_or_404(lectures.visibles(portee.contrat, pour=portee.auteur).select_related("contrat"), pk=pk)


@require_safe
@dans_le_contrat()
def ressource(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One means of droit commun."""
    objet = _ressource(portee, pk)
    return _rendre(
        request,
        portee,
        "ressource",
        objet=objet,
        perimetres=list(objet.perimetres.all()),
        a_verifier=lectures.a_verifier(objet.verifie_le, le=timezone.localdate()),
        fiche=portee.contrat.fiches.filter(organisme=objet.organisme_id).first() if objet.organisme_id else None,
        edition=peut_modifier_ressource(portee.auteur, portee.contrat, objet.organisme_id),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def nouvelle(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Add a means of droit commun."""
    verifier(peut_ajouter_une_ressource(portee.auteur, portee.contrat))
    depart = {"orientation": request.GET.get("orientation")}
    form = RessourceForm(request.POST or None, initial=depart, contrat=portee.contrat, auteur=portee.auteur)
    if request.method == "POST" and (
        ajoutee := appliquer(
            form,
            lambda: actions.ajouter_ressource(
                portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
            ),
        )
    ):
        messages.success(request, "La ressource est au répertoire, vérifiée à ce jour.")
        return redirect("contrats:ressource", portee.contrat.slug, ajoutee.pk)
    return _rendre(request, portee, "ressource_edition", form=form, objet=None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change a means of droit commun."""
    objet = _ressource(portee, pk)
    verifier(peut_modifier_ressource(portee.auteur, portee.contrat, objet.organisme_id))
    form = RessourceForm(
        request.POST or None, instance=Ressource.objects.get(pk=pk), contrat=portee.contrat, auteur=portee.auteur
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_ressource(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "La ressource est enregistrée, vérifiée à ce jour.")
        return redirect("contrats:ressource", portee.contrat.slug, pk)
    return _rendre(request, portee, "ressource_edition", form=form, objet=objet)


@require_POST
@dans_le_contrat()
def confirmer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say that the directory still tells the truth."""
    objet = _ressource(portee, pk)
    agir(
        request,
        lambda: actions.confirmer_ressource(objet, par=portee.auteur, le=timezone.now()),
        succes="Merci : la ressource est notée vérifiée à ce jour.",
    )
    return redirect("contrats:ressource", portee.contrat.slug, pk)


@require_POST
@dans_le_contrat()
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Remove a means from the directory."""
    objet = _ressource(portee, pk)
    retiree = agir(
        request,
        lambda: actions.retirer_ressource(objet, par=portee.auteur, le=timezone.now()),
        succes=f"« {objet.nom} » n’est plus au répertoire.",
    )
    if retiree:
        return redirect("contrats:droit_commun", portee.contrat.slug)
    return redirect("contrats:ressource", portee.contrat.slug, pk)


# --- Actors' cards ---------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat()
def fiches(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The actors' cards, open to everybody in the contract."""
    texte = request.GET.get("q", "").strip()
    lues = lectures.fiches(portee.contrat, pour=portee.auteur, le=timezone.localdate(), texte=texte)
    siennes = {h.organisme_id for h in portee.roles.habilitations}
    ecrites = set(portee.contrat.fiches.filter(organisme__in=siennes).values_list("organisme_id", flat=True))
    return _rendre(
        request,
        portee,
        "fiches",
        onglet="fiches",
        page_obj=Paginator(lues, PAR_PAGE).get_page(request.GET.get("page")),
        texte=texte,
        pilote=portee.roles.pilote,
        a_ecrire=list(Organisme.objects.filter(pk__in=siennes - ecrites).order_by("recherche")),
    )


@require_safe
@dans_le_contrat(Role.CHEF_DE_PROJET)
def choisir_acteur(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The organisation whose card is to be written."""
    form = RechercheOrganismeForm(request.GET if request.GET.get("q") else None)
    texte = form.cleaned_data["q"] if form.is_valid() else ""
    return _rendre(
        request,
        portee,
        "fiche_organisme",
        recherche=form,
        texte=texte,
        organismes=organismes_a_proposer(portee.contrat, texte),
    )


def _fiche(portee: Portee, organisme: int) -> FicheActeur:
    return get_object_or_404(
        FicheActeur.objects.select_related("organisme", "contrat"), contrat=portee.contrat, organisme=organisme
    )


@require_safe
@dans_le_contrat()
def fiche(request: HttpRequest, portee: Portee, organisme: int) -> HttpResponse:
    """One actor's card."""
    objet = _fiche(portee, organisme)
    return _rendre(
        request,
        portee,
        "fiche",
        objet=objet,
        perimetres=list(objet.perimetres.all()),
        a_verifier=lectures.a_verifier(objet.verifie_le, le=timezone.localdate()),
        ressources=list(lectures.visibles(portee.contrat, pour=portee.auteur).filter(organisme=organisme)),
        edition=peut_modifier_fiche(portee.auteur, portee.contrat, organisme),
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat()
def modifier_fiche(request: HttpRequest, portee: Portee, organisme: int) -> HttpResponse:
    """Write an actor's card."""
    acteur = get_object_or_404(Organisme, pk=organisme)
    verifier(peut_modifier_fiche(portee.auteur, portee.contrat, organisme))
    instance = portee.contrat.fiches.filter(organisme=acteur).first()
    form = FicheActeurForm(request.POST or None, instance=instance, contrat=portee.contrat)
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.enregistrer_fiche(
            portee.contrat, acteur, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, "La fiche est enregistrée, vérifiée à ce jour.")
        return redirect("contrats:fiche", portee.contrat.slug, organisme)
    return _rendre(request, portee, "fiche_edition", form=form, organisme=acteur, objet=instance)


@require_POST
@dans_le_contrat()
def retirer_fiche(request: HttpRequest, portee: Portee, organisme: int) -> HttpResponse:
    """Remove an actor's card."""
    objet = _fiche(portee, organisme)
    agir(
        request,
        lambda: actions.retirer_fiche(objet, par=portee.auteur, le=timezone.now()),
        succes=f"La fiche de {objet.organisme} est retirée.",
    )
    return redirect("contrats:fiches", portee.contrat.slug)


# --- Escalation ------------------------------------------------------------------------------------------------------
LECTEURS = (*INSTRUCTEURS, Role.MEMBRE_COPIL)


@require_safe
@dans_le_contrat(*LECTEURS)
def notes(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The notes that tell where droit commun is missing."""
    lues = [
        (note, EtatEscalade(note.etat).label, lectures.TONS_ESCALADE[EtatEscalade(note.etat)])
        for note in lectures.notes_visibles(portee.contrat, pour=portee.auteur)
    ]
    return _rendre(
        request,
        portee,
        "notes",
        onglet="notes",
        notes=lues,
        edition=peut_escalader(portee.auteur, portee.contrat),
    )


def _note(portee: Portee, pk: int) -> NoteEscalade:
    visibles = lectures.notes_visibles(portee.contrat, pour=portee.auteur)
    return get_object_or_404(visibles.select_related("contrat__pilote"), pk=pk)


@require_safe
@dans_le_contrat(*LECTEURS)
def note(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One note, as the COPIL reads it on screen and on paper."""
    return _note_rendue(request, portee, _note(portee, pk))


def _note_rendue(request: HttpRequest, portee: Portee, objet: NoteEscalade, **forms: Any) -> HttpResponse:
    edition = peut_escalader(portee.auteur, portee.contrat)
    etat = EtatEscalade(objet.etat)
    contexte = {
        "form_cotech": None,
        "form_copil": None,
        "form_suite": None,
    }
    if edition and objet.transition_possible("porter_au_cotech"):
        contexte["form_cotech"] = PorterForm(
            contrat=portee.contrat, types=(TypeComite.COTECH, TypeComite.GROUPE_THEMATIQUE)
        )
    if edition and objet.transition_possible("porter_au_copil"):
        contexte["form_copil"] = PorterForm(contrat=portee.contrat, types=(TypeComite.COPIL,))
    if edition and objet.transition_possible("traiter"):
        contexte["form_suite"] = SuiteForm()
    contexte |= {nom: form for nom, form in forms.items() if form is not None}
    return _rendre(
        request,
        portee,
        "note",
        objet=objet,
        etat=(etat.label, lectures.TONS_ESCALADE[etat]),
        ressources=list(objet.ressources.select_related("organisme", "orientation")),
        engagements=list(objet.engagements.dans_l_ordre().select_related("organisme")),
        edition=edition,
        form=next((f for f in forms.values() if f is not None), None),
        evenements=[
            {
                "le": ligne.fait_le,
                "texte": ligne.libelle,
                "par": ligne.par_qui,
                "detail": "",
            }
            for ligne in LigneJournal.objects.de(objet).reverse()
        ],
        **contexte,
    )


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)
def nouvelle_note(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Write a note."""
    form = NoteEscaladeForm(request.POST or None, contrat=portee.contrat, auteur=portee.auteur)
    if request.method == "POST" and (
        ecrite := appliquer(
            form,
            lambda: actions.ecrire_note(portee.contrat, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
        )
    ):
        messages.success(request, "La note est enregistrée en brouillon : portez-la au COTECH quand elle est prête.")
        return redirect("contrats:escalade", portee.contrat.slug, ecrite.pk)
    return _rendre(request, portee, "note_edition", form=form, objet=None)


@require_http_methods(GET_ET_POST)
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)
def modifier_note(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change a note that has not been answered."""
    objet = _note(portee, pk)
    form = NoteEscaladeForm(
        request.POST or None, instance=NoteEscalade.objects.get(pk=pk), contrat=portee.contrat, auteur=portee.auteur
    )
    if request.method == "POST" and appliquer(
        form,
        lambda: actions.modifier_note(objet, champs=form.cleaned_data, par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "La note est enregistrée.")
        return redirect("contrats:escalade", portee.contrat.slug, pk)
    return _rendre(request, portee, "note_edition", form=form, objet=objet)


def _porter(
    request: HttpRequest, portee: Portee, pk: int, acte: str, types: tuple[str, ...], nom: str, succes: str
) -> HttpResponse:
    objet = _note(portee, pk)
    form = PorterForm(request.POST, contrat=portee.contrat, types=types)
    if appliquer(
        form,
        lambda: actions.porter_note(
            objet, acte, reunion=form.cleaned_data["reunion"], par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, succes)
        return redirect("contrats:escalade", portee.contrat.slug, pk)
    return _note_rendue(request, portee, objet, **{nom: form})


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)
def porter_au_cotech(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Bring a note before the COTECH."""
    return _porter(
        request,
        portee,
        pk,
        "porter_au_cotech",
        (TypeComite.COTECH, TypeComite.GROUPE_THEMATIQUE),
        "form_cotech",
        "La note est portée au COTECH.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)
def porter_au_copil(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Bring a note before the COPIL: its members read it from now on."""
    return _porter(
        request,
        portee,
        pk,
        "porter_au_copil",
        (TypeComite.COPIL,),
        "form_copil",
        "La note est portée au COPIL : ses membres la lisent désormais.",
    )


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)
def traiter(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Write what was answered."""
    objet = _note(portee, pk)
    form = SuiteForm(request.POST)
    if appliquer(
        form,
        lambda: actions.traiter_note(objet, suite=form.cleaned_data["suite"], par=portee.auteur, le=timezone.now()),
    ):
        messages.success(request, "La suite donnée est enregistrée.")
        return redirect("contrats:escalade", portee.contrat.slug, pk)
    return _note_rendue(request, portee, objet, form_suite=form)
