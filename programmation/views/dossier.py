"""The page of a file and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from acteurs.models import Organisme, TypeOrganisme
from commun.permissions import verifier
from commun.views import faire, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDossier, QualiteAvis
from ..forms import (
    AjournementForm,
    AvisForm,
    MotifForm,
    NotificationForm,
    PropositionForm,
    RefusForm,
    ValidationForm,
    VoteForm,
)
from ..lectures.dossier import Livre, fiche, pour_la_fiche
from ..models import Avis, DemandeFinancement, Dossier
from ..permissions import (
    en_delegue,
    peut_donner_avis,
    peut_instruire,
    peut_notifier,
    peut_programmer_dossier,
    peut_proposer,
    peut_rectifier,
    peut_refuser,
    peut_voter,
)

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """All that a reader may know of one file."""
    dossier = _dossier(portee, numero)
    lue = fiche(dossier, pour=portee.auteur, contrat=portee.contrat)
    return render(
        request,
        "programmation/dossier.html",
        {
            "fiche": lue,
            "dossier": dossier,
            "actes": _actes(portee, dossier, lue.livre),
            "avis_permis": peut_donner_avis(portee.auteur, dossier),
            "mon_avis": portee.auteur.organisme.de_nom if portee.auteur.organisme else "",
        },
    )


SANS_MOTIF: dict[str, Callable[..., object]] = {
    "declarer_complet": actions.declarer_complet,
    "declarer_recevable": actions.declarer_recevable,
    "ouvrir_instruction": actions.ouvrir_instruction,
    "reprendre": actions.reprendre,
}
AVEC_MOTIF: dict[str, Callable[..., object]] = {
    "declarer_incomplet": actions.declarer_incomplet,
    "declarer_irrecevable": actions.declarer_irrecevable,
    "retirer": actions.retirer,
    "deprogrammer": actions.deprogrammer,
}


@dans_le_contrat(*INSTRUCTEURS)
@require_POST
def avancer(request: HttpRequest, portee: Portee, numero: str, acte: str) -> HttpResponse:
    """An act of the team that needs no reason."""
    if acte not in SANS_MOTIF:
        raise Http404
    dossier = _dossier(portee, numero)
    libelle = dossier.TRANSITIONS[acte].libelle
    return faire(
        request,
        lambda: SANS_MOTIF[acte](dossier, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, numero),
        succes=f"{libelle} : c’est fait.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def motiver(request: HttpRequest, portee: Portee, numero: str, acte: str) -> HttpResponse:
    """An act of the team that must say why."""
    if acte not in AVEC_MOTIF:
        raise Http404
    dossier = _dossier(portee, numero)
    verifier(_permission(portee, dossier, acte))
    libelle = dossier.TRANSITIONS[acte].libelle
    return traiter_formulaire(
        request,
        MotifForm(request.POST or None),
        lambda saisie: AVEC_MOTIF[acte](dossier, motif=saisie["motif"], par=portee.auteur, le=timezone.now()),
        gabarit="programmation/acte.html",
        contexte={"dossier": dossier, "titre_acte": libelle, "explication": _EXPLICATIONS.get(acte, "")},
        retour=_adresse(portee, numero),
        succes=f"{libelle} : c’est fait.",
    )


_EXPLICATIONS = {
    "declarer_incomplet": "Le porteur lira ce motif : dites ce qui manque et pour quand.",
    "declarer_irrecevable": "Le porteur lira ce motif : citez la règle de l’appel à projets.",
    "retirer": "Le dossier quitte la programmation ; il reste consultable.",
    "deprogrammer": "Les montants retournent aux enveloppes. Possible tant qu’aucun financeur n’a pris son acte.",
}


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def ajourner(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The COPIL puts the file off."""
    dossier = _dossier(portee, numero)
    verifier(peut_programmer_dossier(portee.auteur, dossier))
    return traiter_formulaire(
        request,
        AjournementForm(request.POST or None, contrat=portee.contrat, annee=dossier.campagne.annee),
        lambda saisie: actions.ajourner(dossier, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Ajourner le dossier",
            "explication": "Le COPIL se prononcera plus tard : dites ce qu’il attend.",
        },
        retour=_adresse(portee, numero),
        succes="Le dossier est ajourné.",
    )


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def donner_avis(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The opinion of one's organisation; the team may write another's."""
    dossier = _dossier(portee, numero)
    verifier(peut_donner_avis(portee.auteur, dossier))
    qualite = QualiteAvis.DELEGUE if en_delegue(portee.auteur, dossier) else QualiteAvis.ORGANISME
    connu = Avis.objects.filter(dossier=dossier, organisme=portee.auteur.organisme, qualite=qualite).first()
    initial = {"sens": connu.sens, "texte": connu.texte} if connu else None

    def donner(saisie: dict[str, Any]) -> None:
        organisme = saisie.pop("organisme", None)
        auteur = portee.auteur.au_nom_de(organisme) if organisme else portee.auteur
        actions.donner_avis(dossier, **saisie, par=auteur, le=timezone.now())

    return traiter_formulaire(
        request,
        AvisForm(request.POST or None, initial=initial, autres=_autres_organismes(portee, dossier)),
        donner,
        gabarit="programmation/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Donner un avis",
            "explication": f"Avis {portee.auteur.organisme.de_nom}.",
        },
        retour=_adresse(portee, numero),
        succes="L’avis est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def programmer(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The COPIL's validation of one file: what it kept of each proposal on its table."""
    dossier = _dossier(portee, numero)
    verifier(peut_programmer_dossier(portee.auteur, dossier))
    livre = fiche(dossier, pour=portee.auteur, contrat=portee.contrat).livre
    form = ValidationForm(
        request.POST or None,
        contrat=portee.contrat,
        annee=dossier.campagne.annee,
        lignes=livre.a_la_table_du_copil,
    )
    return traiter_formulaire(
        request,
        form,
        lambda saisie: actions.programmer(
            dossier, reunion=saisie["reunion"], montants=form.montants, par=portee.auteur, le=timezone.now()
        ),
        gabarit="programmation/programmer.html",
        contexte={"dossier": dossier, "livre": livre},
        retour=_adresse(portee, numero),
        succes=f"La programmation du dossier {dossier.numero} est validée.",
    )


# --- One funder's row ------------------------------------------------------------------------------------------------


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def proposer(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder's proposal."""
    demande = _demande(portee, numero, pk)
    verifier(peut_proposer(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        PropositionForm(request.POST or None, demande=demande, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.proposer(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Proposer un montant",
        succes=f"{demande.financeur.nom_court} : la proposition est enregistrée.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def voter(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder's own act, after the COPIL."""
    demande = _demande(portee, numero, pk)
    verifier(peut_voter(portee.auteur, demande))

    def acter(saisie: dict[str, Any]) -> None:
        acte = saisie["acte"] or actions.NouvelActe(saisie["instance"], saisie["numero"], saisie["pris_le"])
        actions.voter(
            demande,
            acte=acte,
            montant=saisie["montant"],
            piece_source=saisie.get("piece_source", ""),
            par=portee.auteur,
            le=timezone.now(),
        )

    return _sur_la_ligne(
        request,
        portee,
        demande,
        VoteForm(request.POST or None, demande=demande, pour_le_compte=_ecrit_pour(portee, demande)),
        acter,
        titre="Enregistrer l’acte du financeur",
        succes=f"{demande.financeur.nom_court} : l’acte est enregistré, son montant est ferme.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def refuser(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """A funder says no."""
    demande = _demande(portee, numero, pk)
    verifier(peut_refuser(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        RefusForm(request.POST or None, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.refuser(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Refuser",
        succes=f"{demande.financeur.nom_court} : le refus est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def rectifier(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """Undo an act or a refusal entered by mistake."""
    demande = _demande(portee, numero, pk)
    verifier(peut_rectifier(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        RefusForm(request.POST or None, pour_le_compte=_ecrit_pour(portee, demande)),
        lambda saisie: actions.rectifier(demande, **saisie, par=portee.auteur, le=timezone.now()),
        titre="Rectifier la décision enregistrée",
        succes=f"{demande.financeur.nom_court} : la décision enregistrée est annulée, saisissez la bonne.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET, Role.DECIDEUR)
@require_http_methods(["GET", "POST"])
def notifier(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponse:
    """The porteur is told."""
    demande = _demande(portee, numero, pk)
    verifier(peut_notifier(portee.auteur, demande))
    return _sur_la_ligne(
        request,
        portee,
        demande,
        NotificationForm(request.POST or None),
        lambda saisie: actions.notifier(demande, jour=saisie["jour"], par=portee.auteur, le=timezone.now()),
        titre="Notifier au porteur",
        succes="La notification est enregistrée : le porteur voit ce montant.",
    )


def _sur_la_ligne(
    request: HttpRequest,
    portee: Portee,
    demande: DemandeFinancement,
    form: Any,
    acte: Callable[[dict[str, Any]], object],
    *,
    titre: str,
    succes: str,
) -> HttpResponse:
    dossier = demande.dossier
    return traiter_formulaire(
        request,
        form,
        acte,
        gabarit="programmation/ligne.html",
        contexte={
            "dossier": dossier,
            "demande": demande,
            "titre_acte": titre,
            "pour_le_compte": _ecrit_pour(portee, demande),
        },
        retour=_adresse(portee, dossier.numero) + "#financeurs",
        succes=succes,
    )


# --- Inside ----------------------------------------------------------------------------------------------------------


def _dossier(portee: Portee, numero: str) -> Dossier:
    visibles = pour_la_fiche().visibles_par(portee.auteur, portee.contrat)
    dossier = get_object_or_404(visibles, numero=numero, campagne__annee=portee.annee)
    dossier.contrat = portee.contrat
    return dossier


def _demande(portee: Portee, numero: str, pk: int) -> DemandeFinancement:
    dossier = _dossier(portee, numero)
    lues = dossier.demandes.avec_montants_vus(portee.auteur, portee.contrat)
    demande = get_object_or_404(lues.select_related("financeur", "dispositif", "acte", "enveloppe"), pk=pk)
    demande.dossier = dossier
    return demande


def _ecrit_pour(portee: Portee, demande: DemandeFinancement) -> bool:
    return portee.auteur.au_nom_de(demande.financeur).pour_le_compte_de is not None


def _adresse(portee: Portee, numero: str) -> str:
    return reverse(
        "programmation:dossier", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, "numero": numero}
    )


def _permission(portee: Portee, dossier: Dossier, acte: str) -> Any:
    if acte == "deprogrammer":
        return peut_programmer_dossier(portee.auteur, dossier)
    return peut_instruire(portee.auteur, dossier)


def _actes(portee: Portee, dossier: Dossier, livre: Livre) -> dict[str, list[dict[str, Any]]]:
    """What the team may do next with the file as a file: the way forward first, the rest in the menu."""
    if not peut_instruire(portee.auteur, dossier):
        return {"suivants": [], "autres": []}
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}

    def entrees(noms: Any, route: str) -> list[dict[str, Any]]:
        return [
            {
                "libelle": dossier.TRANSITIONS[nom].libelle,
                "url": reverse(
                    f"programmation:{route}",
                    kwargs=cles if route in ("programmer", "ajourner") else cles | {"acte": nom},
                ),
                "post": route == "avancer",
            }
            for nom in noms
            if dossier.transition_possible(nom)
        ]

    livre_ouvert = bool(livre.a_la_table_du_copil)
    validation = ["completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"]
    return {
        "suivants": entrees(SANS_MOTIF, "avancer") + (entrees(validation, "programmer") if livre_ouvert else []),
        "autres": entrees(["ajourner"], "ajourner") + entrees(AVEC_MOTIF, "motiver"),
    }


def _autres_organismes(portee: Portee, dossier: Dossier) -> Any:
    """Organisations for which the team writes opinions: those that the file asks, and its communes; None for others."""
    if not peut_instruire(portee.auteur, dossier):
        return None
    communes = dossier.localisations.exclude(commune=None).values("commune__code")
    return Organisme.objects.filter(
        Q(pk__in=dossier.demandes.values("financeur")) | Q(type=TypeOrganisme.COMMUNE, code_commune__in=communes)
    ).exclude(pk=portee.auteur.organisme.pk)
