"""The list of a session: what stands on it, its order, what is applied, its record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers
from commun.models import Travail
from commun.permissions import verifier
from commun.typographie import date_longue, pluriel
from commun.views import agir, appliquer
from contrats.etats import Role
from contrats.lectures.instances import reunions_visibles
from contrats.models import Reunion
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..actions.releves import PRODUIRE_RELEVE
from ..actions.seances import APPLIQUER, RETENIR_EN_BLOC
from ..etats import EtatExamen
from ..forms.seances import MiseEnSeanceForm, OrdreForm, RangForm
from ..lectures.listes_de_seance import ORDRES, liste, sources
from ..lectures.montants_de_seance import bilan
from ..models import Dossier, ExamenDossier, ReleveDeDecisions
from ..models.dossier import deports_de
from ..permissions import peut_appliquer, peut_programmer, peut_tenir_la_seance
from .vue_du_tableau import SEPARATEUR, adresse, filtrer, visibles

TONS = {
    EtatExamen.A_EXAMINER: "neutre",
    EtatExamen.RETENU: "succes",
    EtatExamen.A_ARBITRER: "attention",
    EtatExamen.AJOURNE: "info",
    EtatExamen.ECARTE: "danger",
}
# A porteur reads its funders' letters, not the record of the meeting.
LECTEURS_DU_RELEVE = tuple(role for role in Role if role != Role.PORTEUR)
# The jobs of a session, and what each is called.
TRAVAUX = {
    APPLIQUER: "Application des décisions",
    RETENIR_EN_BLOC: "Dossiers retenus comme préparés",
    PRODUIRE_RELEVE: "Relevé de la réunion",
}


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_safe
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The list of a meeting: where it stands, what is left to say, what is left to apply."""
    reunion = seance_de(portee, pk)
    lue = liste(reunion, pour=portee.auteur)
    etat = request.GET.get("etat", "")
    montrees = [ligne for ligne in lue.lignes if etat in ("", ligne.etat)]
    contexte = {
        "reunion": reunion,
        "contrat": portee.contrat,
        "decide": reunion.comite.decide_des_dossiers,
        "liste": lue,
        "introuvable": request.GET.get("introuvable", ""),
        "lignes": [(ligne, TONS[EtatExamen(ligne.etat)]) for ligne in montrees],
        "onglets": _onglets(portee, reunion, lue, etat),
        "sources": sources(reunion, pour=portee.auteur),
        "ordres": [(cle, ordre.libelle) for cle, ordre in ORDRES.items()],
        "bilan": bilan(reunion, pour=portee.auteur),
        "appliquer_refus": _refus_d_appliquer(portee, reunion),
        "travaux": [(travail, TRAVAUX[travail.nom]) for travail in _derniers_travaux(reunion)],
        "releves": reunion.releves.select_related("fichier", "publie_par").order_by("-version"),
    }
    return render(request, "programmation/seance/seance.html", contexte)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def mettre_en_seance(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Put the files ticked in the table, or all those that its filters keep, on the list of a meeting."""
    verifier(peut_programmer(portee.auteur, portee.contrat))
    choisis = _choisis(request.POST, portee)
    form = MiseEnSeanceForm(request.POST if "reunion" in request.POST else None, contrat=portee.contrat)
    ajoutes = appliquer(
        form,
        lambda: actions.inscrire_dossiers(
            form.cleaned_data["reunion"],
            choisis.values_list("numero", flat=True),
            par=portee.auteur,
            le=timezone.now(),
        ),
    )
    if ajoutes is not None:
        reunion = form.cleaned_data["reunion"]
        _dire_les_ajouts(request, ajoutes)
        return redirect(adresse_de(portee, reunion))
    contexte = {
        "form": form,
        "dossiers": list(choisis.select_related("porteur")),
        "choix": SEPARATEUR.join(choisis.values_list("numero", flat=True)),
        "retour": adresse(portee, "tableau"),
    }
    return render(request, "programmation/seance/mettre.html", contexte, status=422 if form.errors else 200)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def inscrire(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Put a whole source on the list, or the numbers typed."""
    reunion = seance_de(portee, pk)
    numeros = request.POST.get("numeros", "").replace(",", " ").split()
    if cle := request.POST.get("source"):
        source = next((s for s in sources(reunion, pour=portee.auteur) if s.cle == cle), None)
        numeros = list(source.dossiers.values_list("numero", flat=True)) if source else []
    _dire_les_ajouts(request, actions.inscrire_dossiers(reunion, numeros, par=portee.auteur, le=timezone.now()))
    return redirect(adresse_de(portee, reunion))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def ordonner(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Put the whole list in another order."""
    reunion = seance_de(portee, pk)
    form = OrdreForm(request.POST)
    if appliquer(
        form,
        lambda: actions.ordonner_la_liste(reunion, **form.cleaned_data, par=portee.auteur, le=timezone.now()) or True,
    ):
        messages.success(request, f"La liste est rangée : {ORDRES[form.cleaned_data['ordre']].libelle.lower()}.")
    else:
        messages.error(request, "Choisissez un des ordres proposés.")
    return redirect(adresse_de(portee, reunion))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def deplacer(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Bring one file to another rank."""
    objet = examen_de(portee, pk, examen)
    form = RangForm(request.POST)
    if appliquer(
        form,
        lambda: actions.deplacer_sur_la_liste(objet, **form.cleaned_data, par=portee.auteur, le=timezone.now()) or True,
    ):
        messages.success(request, f"Le dossier {objet.dossier.numero} a changé de rang.")
    else:
        refus = next(iter(form.non_field_errors()), "Indiquez un rang : 1 pour le premier dossier de la liste.")
        messages.error(request, refus)
    return redirect(adresse_de(portee, objet.reunion) + f"#examen-{objet.pk}")


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def retirer(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Take one file off the list."""
    objet = examen_de(portee, pk, examen)
    agir(
        request,
        lambda: actions.retirer_de_la_liste(objet, par=portee.auteur, le=timezone.now()),
        succes=f"Le dossier {objet.dossier.numero} n’est plus sur la liste.",
    )
    return redirect(adresse_de(portee, objet.reunion))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def retenir_en_bloc(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Keep at once what the preparation kept."""
    reunion = seance_de(portee, pk)
    travail = actions.retenir_en_bloc(reunion, par=portee.auteur, le=timezone.now())
    return redirect(adresse_de(portee, reunion, "travail_de_seance", travail=travail.pk))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "HEAD", "POST"])
def appliquer_les_decisions(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say what will happen to each file, then plan it."""
    reunion = seance_de(portee, pk)
    verifier(peut_appliquer(portee.auteur, reunion))
    if request.method == "POST":
        faits: list[Travail] = []
        if agir(
            request,
            lambda: faits.append(actions.appliquer_les_decisions(reunion, par=portee.auteur, le=timezone.now())),
            succes="Les décisions sont en cours d’application.",
        ):
            return redirect(adresse_de(portee, reunion, "travail_de_seance", travail=faits[0].pk))
        return redirect(adresse_de(portee, reunion))
    lue = liste(reunion, pour=portee.auteur)
    restent = [ligne for ligne in lue.lignes if ligne.applique_le is None]
    contexte = {
        "reunion": reunion,
        "contrat": portee.contrat,
        "retenus": [ligne for ligne in restent if ligne.etat == EtatExamen.RETENU],
        "ajournes": [ligne for ligne in restent if ligne.etat == EtatExamen.AJOURNE],
        "ecartes": [ligne for ligne in restent if ligne.etat == EtatExamen.ECARTE],
        "autres": [ligne for ligne in restent if ligne.etat in (EtatExamen.A_EXAMINER, EtatExamen.A_ARBITRER)],
        "bilan": bilan(reunion, pour=portee.auteur),
        "refus": _refus_d_appliquer(portee, reunion),
    }
    return render(request, "programmation/seance/appliquer.html", contexte)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_safe
def suivre(request: HttpRequest, portee: Portee, pk: int, travail: str) -> HttpResponse:
    """Progress and result of a job of the session."""
    reunion = seance_de(portee, pk)
    objet = get_object_or_404(_travaux(reunion), pk=travail)
    gabarit = "programmation/seance/_travail.html" if request.htmx else "programmation/seance/travail.html"  # type: ignore[attr-defined]
    contexte = {
        "reunion": reunion,
        "contrat": portee.contrat,
        "travail": objet,
        "titre_du_travail": TRAVAUX[objet.nom],
        **_lisibles(portee, objet),
        "retour": adresse_de(portee, reunion),
    }
    return render(request, gabarit, contexte)


# --- The record ------------------------------------------------------------------------------------------------------


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def produire_releve(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Have a new version of the record made."""
    reunion = seance_de(portee, pk)
    faits: list[Travail] = []
    if agir(
        request,
        lambda: faits.append(actions.demander_le_releve(reunion, par=portee.auteur, le=timezone.now())),
        succes="Le relevé est en préparation.",
    ):
        return redirect(adresse_de(portee, reunion, "travail_de_seance", travail=faits[0].pk))
    return redirect(adresse_de(portee, reunion))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def publier_releve(request: HttpRequest, portee: Portee, pk: int, version: int) -> HttpResponse:
    """Let the members of the committee read this version."""
    reunion = seance_de(portee, pk)
    releve = get_object_or_404(ReleveDeDecisions, reunion=reunion, version=version)
    agir(
        request,
        lambda: actions.publier_le_releve(releve, par=portee.auteur, le=timezone.now()),
        succes=f"La version {version} du relevé est publiée : les membres du comité la lisent.",
    )
    return redirect(adresse_de(portee, reunion) + "#releve")


@dans_le_contrat(*LECTEURS_DU_RELEVE)
@require_safe
def releve(request: HttpRequest, portee: Portee, pk: int, version: int) -> HttpResponseBase:
    """A version of the record, for whoever may read it."""
    lisibles = ReleveDeDecisions.objects.visibles_par(portee.auteur, portee.contrat)
    return fichiers.reponse(get_object_or_404(lisibles.select_related("fichier"), reunion=pk, version=version).fichier)


# --- Shared with the live page ---------------------------------------------------------------------------------------


def seance_de(portee: Portee, pk: int) -> Reunion:
    """The meeting, for whoever runs it and when it examines files; another one is a 404, or says why not."""
    reunion = get_object_or_404(reunions_visibles(portee.contrat, pour=portee.auteur), pk=pk)
    verifier(peut_tenir_la_seance(portee.auteur, reunion))
    return reunion


def examen_de(portee: Portee, pk: int, examen: int) -> ExamenDossier:
    """One file of the list of that meeting."""
    reunion = seance_de(portee, pk)
    examens = ExamenDossier.objects.select_related("dossier__contrat", "dossier__campagne", "modifie_par")
    objet = get_object_or_404(examens, pk=examen, reunion=reunion)
    objet.reunion = reunion
    return objet


def adresse_de(portee: Portee, reunion: Reunion, route: str = "seance", **cles: Any) -> str:
    """A page of the session."""
    return reverse(f"programmation:{route}", kwargs={"contrat": portee.contrat.slug, "pk": reunion.pk, **cles})


# --- Inside ----------------------------------------------------------------------------------------------------------


def _choisis(saisie: QueryDict, portee: Portee) -> Any:
    if "choix" in saisie:
        numeros = saisie["choix"].splitlines()
    elif "filtres" in saisie:
        numeros = list(filtrer(QueryDict(saisie["filtres"]), portee).qs.values_list("numero", flat=True))
    else:
        numeros = saisie.getlist("numero")
    return visibles(portee).filter(numero__in=numeros, campagne__annee=portee.annee).order_by("numero")


def _dire_les_ajouts(request: HttpRequest, ajoutes: int) -> None:
    rien = "Aucun dossier n’est ajouté : ils sont déjà sur la liste, ou plus aucune de leurs demandes n’est à examiner."
    phrase = f"{pluriel(ajoutes, 'dossier ajouté', 'dossiers ajoutés')} à la liste." if ajoutes else rien
    messages.success(request, phrase)


def _lisibles(portee: Portee, travail: Travail) -> dict[str, list[dict[str, str]]]:
    """What was done to each file, and why not to the others; nothing of what concerns the files from which the reader is
    withdrawn but that it was, or was not, done."""
    deportes = Dossier.objects.filter(pk__in=deports_de(portee.auteur, portee.contrat))
    tus = set(deportes.values_list("numero", flat=True))
    resultat = travail.resultat or {}
    tu = "Vous vous êtes déporté de ce dossier : une autre personne de l’équipe le traite."
    return {
        "faits": [
            fait | {"fait": fait["fait"].partition(",")[0]} if fait["numero"] in tus else fait
            for fait in resultat.get("faits", [])
        ],
        "refus": [refus | {"motif": tu} if refus["numero"] in tus else refus for refus in resultat.get("refus", [])],
    }


def _onglets(portee: Portee, reunion: Reunion, lue: Any, etat: str) -> list[dict[str, Any]]:
    url = adresse_de(portee, reunion)
    tous = [{"libelle": "Tous", "url": url, "actif": not etat, "nombre": len(lue.lignes)}]
    return tous + [
        {"libelle": cle.label, "url": f"{url}?etat={cle}", "actif": etat == cle, "nombre": lue.comptes[cle]}
        for cle in EtatExamen
        if lue.comptes[cle]
    ]


def _refus_d_appliquer(portee: Portee, reunion: Reunion) -> str:
    """Why the decisions are not applied yet; empty when they may be."""
    reponse = peut_appliquer(portee.auteur, reunion)
    if not reponse:
        return reponse.motif
    if reunion.le > timezone.localdate():
        return f"Les décisions s’appliquent à partir du jour de la réunion, le {date_longue(reunion.le)}."
    return ""


def _travaux(reunion: Reunion) -> Any:
    return Travail.objects.filter(nom__in=TRAVAUX, cible_type=Reunion._meta.label_lower, cible_id=reunion.pk)


def _derniers_travaux(reunion: Reunion) -> list[Travail]:
    """The latest job of each kind."""
    return list(_travaux(reunion).order_by("nom", "-cree_le").distinct("nom"))
