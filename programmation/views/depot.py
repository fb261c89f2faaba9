"""A request: the porteur's list, its pages, its deposit; the team's entry and corrections in its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme, TypeOrganisme, TypePiece
from commun import fichiers
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.permissions import verifier
from commun.televersement import verifier_taille
from commun.views import agir, appliquer, dire_l_erreur, faire, traiter_formulaire
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDemande, EtatDossier
from ..forms import MotifForm
from ..forms.depot import (
    FORMULAIRES,
    PARTIES,
    CommencerForm,
    FicheForm,
    PieceForm,
    RenoncerForm,
    RepondreForm,
    SectionForm,
    partie_de,
)
from ..lectures.besoins import origine_du_dossier
from ..lectures.campagne import depot_du_dossier_ouvert, depot_ouvert
from ..lectures.comparaison import depuis_l_an_passe, en_mots
from ..lectures.demande import RELATIONS, demande_de, pieces_exigees, sections_du_dossier, sur_une_page
from ..lectures.depot import EtatDemandeEcrite, avancement, demandes_listees, deposee_depuis, ouverts_hors_appel
from ..lectures.nouvelles import arret
from ..lectures.pages import PageLue, page_lue
from ..lectures.pieces import pieces_a_lire
from ..lectures.proximite import alerte_de_cumul, initiatives_ouvertes
from ..lectures.suivi_porteur import contacts, statuts
from ..models import Campagne, Dossier, PieceDossier
from ..permissions import (
    complement_ouvert,
    est_son_porteur,
    noms_modifiables,
    peut_corriger,
    peut_deposer,
    peut_ecrire,
    peut_renoncer,
    peut_repondre,
    peut_saisir,
)
from ..permissions.organisme import peut_lire_la_banque, porteurs
from ..regles.champs import TOUS_LES_NOMS, libelles
from .acces import LECTEURS
from .onglets import cadre_du_dossier

REDACTEURS = (Role.CHEF_DE_PROJET, Role.PORTEUR)
SANS_FORMULAIRE = ("organisme", "pieces")
ESSAIS = 3  # turns that a page takes when others write it at the same moment


# --- The list, and a new request ---------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(*REDACTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A porteur's requests of the year; for the team, those that it entered for porteurs."""
    campagne = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).first()
    siens = Q(porteur__in=portee.roles.organismes_porteurs)
    if portee.roles.pilote:
        siens |= Q(saisi_par_organisme__isnull=False)
    dossiers = (
        Dossier.objects.ouverts_a(portee.auteur, portee.contrat)
        .filter(siens, campagne__annee=portee.annee)
        .avec_etat_vu(portee.auteur, portee.contrat)
        .annotate(
            total_demande=Sum("demandes__montant_demande", filter=~Q(demandes__etat=EtatDemande.ANNULEE)),
        )
        .select_related("porteur", "campagne")
        .order_by("-cree_le")
    )
    ouverture = None
    if campagne is not None:
        campagne.contrat = portee.contrat
        ouverture = depot_ouvert(campagne, portee.auteur.organisme, timezone.localdate())
    return render(
        request,
        "programmation/depot/liste.html",
        {
            "campagne": campagne,
            "ouverture": ouverture,
            "limite_passee": campagne is not None and timezone.localdate() > campagne.limite_depot,
            "demandes": demandes_listees(dossiers),
            "equipe": portee.roles.pilote,
            "hors_appel": (
                ouverts_hors_appel(
                    campagne, None if portee.roles.pilote else portee.auteur.organisme, timezone.localdate()
                )
                if campagne
                else []
            ),
            "permanents": (
                initiatives_ouvertes(
                    campagne, timezone.localdate(), porteur=None if portee.roles.pilote else portee.auteur.organisme
                )
                if campagne
                else []
            ),
        },
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*REDACTEURS)
def commencer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Begin a request, blank or from last year's."""
    verifier(peut_saisir(portee.auteur, portee.contrat))
    campagne = get_object_or_404(Campagne, contrat=portee.contrat, annee=portee.annee)
    campagne.contrat = portee.contrat
    depart = {"dispositif": request.GET.get("dispositif")}
    form = CommencerForm(request.POST or None, initial=depart, campagne=campagne, porteurs=_porteurs(portee))
    if request.method == "POST":
        lues = form.cleaned_data if form.is_valid() else {}
        dossier = appliquer(form, lambda: actions.commencer(campagne, **lues, par=portee.auteur, le=timezone.now()))
        if dossier is not None:
            return redirect(_adresse("demande", portee, dossier.numero))
    return render(
        request,
        "programmation/depot/commencer.html",
        {"form": form, "campagne": campagne, "equipe": portee.roles.pilote},
        status=422 if form.errors else 200,
    )


def _porteurs(portee: Portee) -> QuerySet[Organisme]:
    """For whom the person may ask: its own organisations; the team, those that carry actions here or may."""
    if not portee.roles.pilote:
        return Organisme.objects.filter(pk__in=portee.roles.organismes_porteurs)
    nouveaux = Organisme.objects.filter(
        type__in=(TypeOrganisme.ASSOCIATION, TypeOrganisme.COMMUNE, TypeOrganisme.CCAS)
    ).exclude(pk__in=porteurs().order_by().values("pk"))
    du_contrat = porteurs(portee.contrat).order_by()
    return Organisme.objects.filter(Q(pk__in=nouveaux.values("pk")) | Q(pk__in=du_contrat.values("pk")))


# --- One request -------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The task list of who writes the request; the whole request for who reads it."""
    if (depuis := deposee_depuis(numero, pour=portee.auteur, contrat=portee.contrat)) is not None:
        return redirect(_adresse("demande", portee, depuis.numero))
    dossier = demande_lue(portee, numero)
    if peut_ecrire(portee.auteur, dossier) and sur_une_page(dossier):
        return redirect(_adresse("fiche", portee, numero))
    demande = demande_de(dossier, timezone.localdate())
    if peut_ecrire(portee.auteur, dossier):
        return render(request, "programmation/depot/taches.html", _redaction(portee, dossier, demande))
    return render(
        request,
        "programmation/depot/demande.html",
        {
            **cadre_du_dossier(portee, dossier, "demande"),
            "sections": en_mots(demande),
            "demande": demande,
            "statuts": statuts(dossier, pour=portee.auteur) if est_son_porteur(portee.auteur, dossier) else (),
            "pour_un_porteur": not est_son_porteur(portee.auteur, dossier),
            "arret": arret(dossier),
            "pieces_lues": pieces_a_lire(dossier, pour=portee.auteur, le=timezone.localdate()),
            "joindre_une_piece": bool(peut_corriger(portee.auteur, dossier)),
            "contacts": contacts(dossier),
            "corriger": peut_corriger(portee.auteur, dossier),
            "a_corriger": [s for s in demande.sections if s.code not in SANS_FORMULAIRE],
            "renoncer": peut_renoncer(portee.auteur, dossier),
            "versions": dossier.versions.count(),
        },
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*REDACTEURS)
def ecrire(request: HttpRequest, portee: Portee, numero: str, section: str) -> HttpResponse:
    """One section: each answer is kept as it is given, on its own with htmx, all together without."""
    dossier = _a_ecrire(portee, numero)
    _exiger_la_section(dossier, section)
    if section != "organisme" and sur_une_page(dossier):
        return redirect(f"{_adresse('fiche', portee, numero)}#partie-{section}")
    if section in SANS_FORMULAIRE:
        return _section(request, portee, _a_ecrire(portee, numero), section, None)
    if request.method == "GET":
        form = _formulaire(request, portee, numero, section)
        return _section(request, portee, form.dossier, section, form)
    form = _garder(partial(_formulaire, request, portee, numero, section), portee)
    if request.htmx:  # type: ignore[attr-defined]
        contexte = _contexte_de_section(portee, demande_lue(portee, numero), section, form)
        return render(request, "programmation/depot/_enregistre.html", contexte | {"le": timezone.localtime()})
    if form.errors:
        return _section(request, portee, demande_lue(portee, numero), section, form)
    if form.de_l_autre and form.autre is not None:
        messages.info(
            request, f"{form.autre.nom} a aussi modifié cette page : vos réponses et les siennes sont gardées."
        )
    return redirect(_suite(request, portee, dossier, section))


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*REDACTEURS)
def ecrire_fiche(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The simplified form, whole on one page; each answer is kept as it is given, section by section."""
    if not sur_une_page(_a_ecrire(portee, numero)):
        return redirect(_adresse("demande", portee, numero))
    lire = {code: partial(_partie, request, portee, numero, code) for code in PARTIES}
    if request.method == "GET":
        form = FicheForm({code: lire[code]() for code in PARTIES})
    else:
        form = FicheForm({code: _garder(lire[code], portee) for code in PARTIES})
    contexte = _contexte_de_fiche(portee, demande_lue(portee, numero), form)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "programmation/depot/_fiche_enregistree.html", contexte | {"le": timezone.localtime()})
    if request.method == "POST" and not form.errors:
        return redirect(_adresse("relire" if "continuer" in request.POST else "fiche", portee, numero))
    return render(request, "programmation/depot/fiche.html", contexte, status=422 if form.errors else 200)


def _partie(request: HttpRequest, portee: Portee, numero: str, section: str) -> SectionForm:
    """One section of the one page; who else wrote it is read before the request itself."""
    page = _page_lue(portee, numero, section)
    dossier = _a_ecrire(portee, numero)
    ouverts = noms_modifiables(portee.auteur, dossier)
    return partie_de(section, request.POST or None, dossier=dossier, ouverts=ouverts, page=page, pour=portee.auteur)


def _contexte_de_fiche(portee: Portee, dossier: Dossier, form: FicheForm) -> dict[str, Any]:
    demande = demande_de(dossier, timezone.localdate())
    return {
        **_redaction(portee, dossier, demande),
        **_pieces(dossier),
        "form": form,
        "sections": form.sections,
        "appel": alerte_de_cumul(dossier, pour=portee.auteur),
        "plafond": dossier.dispositif.plafond,
        "ouvert": "pieces" in noms_modifiables(portee.auteur, dossier),
    }


def _garder(lire: Callable[[], SectionForm], portee: Portee) -> SectionForm:
    """Keep what is right of a page; what is not is said beside its field. Two people who write at once take turns."""
    for essai in range(ESSAIS):
        form = lire()
        form.is_valid()
        valeurs = form.valeurs()
        page = form.page_saisie(valeurs)
        try:
            actions.ecrire(form.dossier, valeurs, page=page, par=portee.auteur, le=timezone.now())
        except RevisionDepassee as erreur:
            if essai == ESSAIS - 1:
                dire_l_erreur(form, erreur)
            continue
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        break
    return form


def _formulaire(request: HttpRequest, portee: Portee, numero: str, section: str) -> SectionForm:
    """The page's form; who else wrote the page is read before the request itself."""
    page = _page_lue(portee, numero, section)
    dossier = _a_ecrire(portee, numero)
    ouverts = noms_modifiables(portee.auteur, dossier)
    return FORMULAIRES[section](request.POST or None, dossier=dossier, ouverts=ouverts, page=page, pour=portee.auteur)


def _page_lue(portee: Portee, numero: str, section: str) -> PageLue:
    return page_lue(section, numero=numero, contrat=portee.contrat, campagne__annee=portee.annee)


def _exiger_la_section(dossier: Dossier, section: str) -> None:
    """A page that the file's form does not have is a 404."""
    if section not in {s.code for s in sections_du_dossier(dossier)}:
        raise Http404


def _suite(request: HttpRequest, portee: Portee, dossier: Dossier, section: str) -> str:
    """After a page without htmx: the same page, or the next one."""
    if "continuer" not in request.POST:
        return _adresse("section", portee, dossier.numero, section=section)
    # Another scheme may have been chosen on this very page: its form is read again.
    codes = [s.code for s in sections_du_dossier(demande_lue(portee, dossier.numero))]
    rang = codes.index(section) + 1
    if rang == len(codes):
        return _adresse("relire", portee, dossier.numero)
    return _adresse("section", portee, dossier.numero, section=codes[rang])


def _section(
    request: HttpRequest, portee: Portee, dossier: Dossier, section: str, form: SectionForm | None
) -> HttpResponse:
    contexte = _contexte_de_section(portee, dossier, section, form)
    statut = 422 if form is not None and form.errors else 200
    return render(request, f"programmation/depot/section_{section}.html", contexte, status=statut)


def _contexte_de_section(portee: Portee, dossier: Dossier, section: str, form: SectionForm | None) -> dict[str, Any]:
    demande = demande_de(dossier, timezone.localdate())
    etat = avancement(dossier, demande, pour=portee.auteur, le=timezone.localdate())
    etape = next(e for e in etat.etapes if e.section.code == section)
    codes = [s.code for s in demande.sections]
    contexte: dict[str, Any] = {
        "dossier": dossier,
        "demande": demande,
        "etat": etat,
        "etape": etape,
        "precedente": codes[codes.index(section) - 1] if section != codes[0] else "",
        "suivante": codes[codes.index(section) + 1] if section != codes[-1] else "",
        "form": form,
        "complement": complement_ouvert(dossier),
    }
    if section == "pieces":
        contexte |= _pieces(dossier) | {"ouvert": "pieces" in noms_modifiables(portee.auteur, dossier)}
    return contexte


@require_safe
@dans_le_contrat(*REDACTEURS)
def relire(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The whole request once more: what it lacks with links, what changes from last year, then the deposit."""
    dossier = _a_ecrire(portee, numero)
    demande = demande_de(dossier, timezone.localdate())
    contexte = _redaction(portee, dossier, demande) | {
        "sections": en_mots(demande),
        "passe": dossier.precedent,
        "changements": depuis_l_an_passe(dossier, timezone.localdate(), pour=portee.auteur, demande=demande),
    }
    return render(request, "programmation/depot/relire.html", contexte)


def _redaction(portee: Portee, dossier: Dossier, demande: Any) -> dict[str, Any]:
    etat: EtatDemandeEcrite = avancement(dossier, demande, pour=portee.auteur, le=timezone.localdate())
    jour = timezone.localdate()
    complement = complement_ouvert(dossier)
    return {
        "dossier": dossier,
        "demande": demande,
        "etat": etat,
        "deposer": peut_deposer(portee.auteur, dossier),
        "ouverture": depot_du_dossier_ouvert(dossier, jour),
        "limite_passee": jour > dossier.campagne.limite_depot,
        "renoncer": peut_renoncer(portee.auteur, dossier),
        "complement": complement,
        "champs_demandes": libelles(complement.champs) if complement else [],
        "contacts": contacts(dossier),
        "pour_un_porteur": not est_son_porteur(portee.auteur, dossier),
        "passe": None,
        "changements": [],
        "origine": origine_du_dossier(dossier, pour=portee.auteur),
    }


@require_POST
@dans_le_contrat(*REDACTEURS)
def deposer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The deposit; refused, it comes back to what is missing; asked twice, it is done once."""
    if (depuis := deposee_depuis(numero, pour=portee.auteur, contrat=portee.contrat)) is not None:
        return redirect(_adresse("demande", portee, depuis.numero))
    dossier = _a_ecrire(portee, numero)
    verifier(peut_deposer(portee.auteur, dossier))
    depose: list[Dossier] = []
    if agir(
        request,
        lambda: depose.append(actions.deposer(dossier, par=portee.auteur, le=timezone.now())),
        succes="La demande est déposée. Un accusé de réception part par courriel.",
    ):
        return redirect(_adresse("demande", portee, depose[0].numero))
    return redirect(_adresse("relire", portee, numero))


@require_http_methods(["GET", "POST"])
@dans_le_contrat(Role.PORTEUR)
def repondre(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The answer to a correction request."""
    dossier = demande_lue(portee, numero)
    verifier(peut_repondre(portee.auteur, dossier))
    complement = complement_ouvert(dossier)
    assert complement is not None  # said by the permission
    return traiter_formulaire(
        request,
        RepondreForm(request.POST or None),
        lambda saisie: actions.repondre(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/depot/repondre.html",
        contexte={"dossier": dossier, "complement": complement, "champs_demandes": libelles(complement.champs)},
        retour=_adresse("demande", portee, numero),
        succes="Votre réponse est partie : l’équipe reprend l’examen de la demande.",
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*REDACTEURS)
def renoncer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Give a request up."""
    dossier = demande_lue(portee, numero)
    verifier(peut_renoncer(portee.auteur, dossier))
    brouillon = dossier.etat == EtatDossier.BROUILLON
    return traiter_formulaire(
        request,
        RenoncerForm(request.POST or None, brouillon=brouillon),
        lambda saisie: actions.renoncer(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/depot/renoncer.html",
        contexte={"dossier": dossier, "brouillon": brouillon},
        retour=reverse("programmation:demandes", kwargs=_cles(portee)),
        succes="La demande est retirée.",
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(Role.CHEF_DE_PROJET)
def corriger(request: HttpRequest, portee: Portee, numero: str, section: str) -> HttpResponse:
    """The team corrects one section of a deposited request, for a reason."""
    page = _page_lue(portee, numero, section)
    dossier = demande_lue(portee, numero)
    verifier(peut_corriger(portee.auteur, dossier))
    _exiger_la_section(dossier, section)
    if section in SANS_FORMULAIRE:
        raise Http404
    form = FORMULAIRES[section](
        request.POST or None, dossier=dossier, ouverts=TOUS_LES_NOMS, page=page, pour=portee.auteur
    )
    motif = MotifForm(request.POST or None)
    if request.method == "POST" and motif.is_valid() and form.is_valid():
        try:
            valeurs = form.valeurs()
            actions.corriger(
                dossier,
                valeurs,
                motif=motif.cleaned_data["motif"],
                page=form.page_saisie(valeurs),
                par=portee.auteur,
                le=timezone.now(),
            )
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            return redirect(_adresse("versions", portee, numero))
    contexte = _contexte_de_section(portee, dossier, section, form) | {"motif": motif}
    statut = 422 if form.errors or motif.errors else 200
    return render(request, f"programmation/depot/section_{section}.html", contexte, status=statut)


# --- Papers ------------------------------------------------------------------------------------------------------------
def _pieces(dossier: Dossier) -> dict[str, Any]:
    """Papers asked, each with what answers it; then the others."""
    demande = demande_de(dossier, timezone.localdate())
    siennes = list(dossier.pieces.filter(retiree_le__isnull=True).select_related("fichier"))
    exigees = pieces_exigees(dossier)
    types = {exigee.type for exigee in exigees}
    return {
        "exigees": [
            {
                "piece": exigee,
                "siennes": [piece for piece in siennes if piece.type == exigee.type],
                "reprises": [p for p in demande.pieces if p.organisme and p.type == exigee.type],
            }
            for exigee in exigees
        ],
        "autres": [piece for piece in siennes if piece.type not in types],
        "form_piece": PieceForm(),
    }


@require_POST
@dans_le_contrat(*REDACTEURS)
def ajouter_piece(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Add a paper; refused, the page says why beside the file."""
    dossier = _a_ecrire(portee, numero)
    form = PieceForm(request.POST, request.FILES)

    def deposer() -> PieceDossier:
        recu = form.cleaned_data["fichier"]
        verifier_taille(recu.name, recu.size, champ="fichier")
        return actions.deposer_piece(
            dossier,
            type=TypePiece(form.cleaned_data["type"]),
            nom=recu.name,
            contenu=recu.read(),
            par=portee.auteur,
            le=timezone.now(),
        )

    if appliquer(form, deposer) is not None:
        return redirect(_adresse("section", portee, numero, section="pieces"))
    contexte = _contexte_de_section(portee, dossier, "pieces", None) | {"form_piece": form}
    return render(request, "programmation/depot/section_pieces.html", contexte, status=422)


@require_POST
@dans_le_contrat(*REDACTEURS)
def retirer_piece(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Take a paper back."""
    dossier = _a_ecrire(portee, numero)
    piece = get_object_or_404(dossier.pieces.select_related("fichier"), pk=pk)
    return faire(
        request,
        lambda: actions.retirer_piece(piece, par=portee.auteur, le=timezone.now()),
        retour=_adresse("section", portee, numero, section="pieces"),
        succes=f"« {piece.fichier.nom} » est retirée de la demande.",
    )


@require_safe
@dans_le_contrat(*LECTEURS)
def telecharger_piece(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponseBase:
    """A paper of the request, for whoever reads the request."""
    dossier = demande_lue(portee, numero)
    piece = get_object_or_404(dossier.pieces.filter(retiree_le__isnull=True).select_related("fichier"), pk=pk)
    if piece.type == TypePiece.RIB:
        verifier(peut_lire_la_banque(portee.auteur, portee.contrat, dossier.porteur))
    return fichiers.reponse(piece.fichier)


# --- Reaching a request ------------------------------------------------------------------------------------------------
def demande_lue(portee: Portee, numero: str) -> Dossier:
    """The request that the page is about, or a 404 for who may not read it."""
    ouvertes = Dossier.objects.ouverts_a(portee.auteur, portee.contrat).select_related(*RELATIONS, "instructeur")
    dossier = get_object_or_404(ouvertes, numero=numero, campagne__annee=portee.annee)
    dossier.contrat = portee.contrat
    dossier.campagne.contrat = portee.contrat
    return dossier


def _a_ecrire(portee: Portee, numero: str) -> Dossier:
    dossier = demande_lue(portee, numero)
    verifier(peut_ecrire(portee.auteur, dossier))
    return dossier


def _cles(portee: Portee) -> dict[str, Any]:
    return {"contrat": portee.contrat.slug, "annee": portee.annee}


def _adresse(route: str, portee: Portee, numero: str, **suite: Any) -> str:
    return reverse(f"programmation:{route}", kwargs=_cles(portee) | {"numero": numero} | suite)
