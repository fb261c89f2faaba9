"""The letters of a funder: opened, read again one by one, sent by a job, printed; each reader's own on a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun import fichiers
from commun.erreurs import RegleEnfreinte
from commun.models import EtatTravail, LigneJournal, Travail
from commun.permissions import verifier
from commun.views import agir, appliquer
from contrats.models import ActeDecision
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..actions.courriers import empreinte
from ..etats import EtatCourrier
from ..forms import MotifForm
from ..forms.courriers import CourrierForm
from ..lectures.courriers import (
    CHANGER_LES_COURRIERS,
    ENVOYER_LES_COURRIERS,
    IMPRIMER_LES_COURRIERS,
    OUVRIR_LES_COURRIERS,
    LettreAImprimer,
    adresses_de,
    avec_relations,
    courriers_du_dossier,
    demandes_du_courrier,
    empechements,
    impression_du_lot,
    lettre,
    lot_lu,
    lus,
    refus_du_travail,
)
from ..models import Courrier, LotDeCourriers
from ..permissions import peut_acter, peut_ecrire_le_courrier
from ..rapports.courrier import archiver, rediger
from .acces import LECTEURS, dossier_vu
from .actes import DECIDENT, adresse, campagne_de, financeur_vu
from .onglets import cadre_du_dossier

# What one button does to a letter, and what is then said.
ACTES = {
    "valider": (actions.valider_le_courrier, "est prêt à partir"),
    "relire": (actions.relire_le_courrier, "est remis à relire"),
    "reecrire": (actions.reecrire_le_courrier, "est réécrit selon les décisions d’aujourd’hui : relisez-le"),
    "annuler": (actions.annuler_le_courrier, "est annulé : ses décisions attendent un autre courrier"),
}
# The jobs of a lot, as its page names them while they go on.
TRAVAUX = {
    OUVRIR_LES_COURRIERS: "Rédaction des courriers",
    CHANGER_LES_COURRIERS: "Relecture des courriers",
    ENVOYER_LES_COURRIERS: "Production et envoi",
    IMPRIMER_LES_COURRIERS: "Document à imprimer",
}


@require_POST
@dans_le_contrat(*DECIDENT)
def ouvrir(request: HttpRequest, portee: Portee, financeur: int) -> HttpResponse:
    """Open the letters of an act, or of the refusals and postponements."""
    organisme = financeur_vu(portee, financeur)
    acte = None
    if numero := request.POST.get("acte", ""):
        if not numero.isdigit():
            raise Http404
        acte = get_object_or_404(ActeDecision, pk=numero, organisme=organisme, contrat=portee.contrat)
    try:
        lot = actions.ouvrir_les_courriers(
            campagne_de(portee), organisme, acte=acte, par=portee.auteur, le=timezone.now()
        )
    except RegleEnfreinte as refus:
        messages.error(request, refus.message)
        return redirect(adresse(portee, "actes_financeur", financeur=organisme.pk))
    return redirect(adresse(portee, "lot_courriers", lot=lot.pk))


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def lot(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """The letters of a lot, their jobs and the lot's log; htmx asks for its body alone while a job goes on."""
    objet = _lot(portee, lot)
    lu = lot_lu(objet, pour=portee.auteur, contrat=portee.contrat)
    travail = _dernier_travail(portee, objet)
    contexte = {
        "lu": lu,
        "lot": objet,
        "acter": peut_acter(portee.auteur, portee.contrat, objet.financeur),
        "travail": travail,
        "titre_travail": _titre(travail) if travail else "",
        "manques": refus_du_travail(travail, lu) if travail else (),
        "impression": impression_du_lot(lu, pour=portee.auteur),
        "journal": LigneJournal.objects.de(objet),
    }
    gabarit = "_lot.html" if request.htmx else "lot.html"  # type: ignore[attr-defined]
    return render(request, f"programmation/courriers/{gabarit}", contexte)


@require_POST
@dans_le_contrat(*DECIDENT)
def valider(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """The letters ticked, or all those of the lot, were read again: a job marks them ready."""
    objet = _lot(portee, lot)
    choisis = _vus(portee).filter(lot=objet, etat=EtatCourrier.A_RELIRE)
    if "tous" not in request.POST:
        choisis = choisis.filter(pk__in=[pk for pk in request.POST.getlist("courrier") if pk.isdigit()])
    return _changer(request, portee, objet, [courrier.pk for courrier in choisis], "valider")


@require_POST
@dans_le_contrat(*DECIDENT)
def reecrire(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """Those that no longer tell what stands are written again, by a job."""
    objet = _lot(portee, lot)
    lu = lot_lu(objet, pour=portee.auteur, contrat=portee.contrat)
    choisis = [ligne.courrier.pk for ligne in lu.lignes if ligne.empechement]
    return _changer(request, portee, objet, choisis, "reecrire")


@require_POST
@dans_le_contrat(*DECIDENT)
def envoyer(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """Make and send those that are ready."""
    objet = _lot(portee, lot)
    agir(
        request,
        lambda: actions.envoyer_le_lot(objet, par=portee.auteur, le=timezone.now()),
        succes="L’envoi commence : chaque courrier part avec son PDF.",
    )
    return redirect(adresse(portee, "lot_courriers", lot=objet.pk))


@require_POST
@dans_le_contrat(*DECIDENT)
def recommencer(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """Start again the last job of the lot, when it failed: what it had done counts as done."""
    objet = _lot(portee, lot)
    travail = _dernier_travail(portee, objet)
    if travail is None or travail.etat != EtatTravail.ECHEC:
        messages.info(request, "Rien n’est en échec : il n’y a rien à recommencer.")
    else:
        agir(
            request,
            lambda: actions.recommencer_un_travail(travail, portee.contrat, objet.financeur, par=portee.auteur),
            succes="Le travail reprend : ce qui était fait le reste.",
        )
    return redirect(adresse(portee, "lot_courriers", lot=objet.pk))


@require_POST
@dans_le_contrat(*INSTRUCTEURS)
def imprimer(request: HttpRequest, portee: Portee, lot: int) -> HttpResponse:
    """Have one document made of the letters sent, to print them all."""
    objet = _lot(portee, lot)
    agir(
        request,
        lambda: actions.imprimer_le_lot(objet, par=portee.auteur, le=timezone.now()),
        succes="Le document à imprimer est en préparation.",
    )
    return redirect(adresse(portee, "lot_courriers", lot=objet.pk))


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def ensemble(request: HttpRequest, portee: Portee, lot: int, format: str) -> HttpResponseBase:
    """All the letters sent of a lot: the document made to print them, or an archive that goes through."""
    objet = _lot(portee, lot)
    if format == "pdf":
        impression = impression_du_lot(lot_lu(objet, pour=portee.auteur, contrat=portee.contrat), pour=portee.auteur)
        if impression is None:
            raise Http404
        return fichiers.reponse(impression.fichier)
    envoyes = _vus(portee).filter(lot=objet, etat=EtatCourrier.ENVOYE).order_by("dossier__numero", "pk")
    pieces = [courrier.pdf for courrier in envoyes]
    if format != "zip" or not pieces:
        raise Http404
    nom = f"courriers-{objet.financeur_id}-{objet.pk}.zip"
    return StreamingHttpResponse(
        archiver(pieces),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee, lot: int, pk: int) -> HttpResponse:
    """One letter: its words to correct beside the sheet that its porteur will receive, and its log."""
    courrier = _courrier(portee, lot, pk)
    droit = peut_ecrire_le_courrier(portee.auteur, courrier)
    if request.method == "POST":
        verifier(droit)
    ouvert = courrier.etat in (EtatCourrier.A_RELIRE, EtatCourrier.PRET)
    form = CourrierForm(request.POST or None, initial=_saisie(courrier)) if ouvert and droit else None
    apercu = courrier
    if request.method == "POST":
        if form is None:
            messages.error(request, "Ce courrier est parti ou annulé : il ne se corrige plus.")
            return redirect(adresse(portee, "courrier", lot=lot, pk=pk))
        if "apercu" in request.POST or request.htmx:  # type: ignore[attr-defined]
            if form.is_valid():
                apercu = _relu(courrier, form)
        elif (enregistre := appliquer(form, lambda: _corriger(request, portee, courrier, form))) is not None:
            messages.success(request, f"Le courrier {enregistre.reference} est enregistré.")
            return redirect(adresse(portee, "courrier", lot=lot, pk=pk))
    suivants = _vus(portee).filter(lot=courrier.lot, etat=EtatCourrier.A_RELIRE).exclude(pk=pk)
    contexte = {
        "courrier": courrier,
        "form": form,
        "droit": droit,
        "lettre": _lettre(apercu),
        "ligne": lus([courrier], empeches=empechements([courrier]))[0],
        "journal": LigneJournal.objects.de(courrier),
        "suivant": suivants.order_by("dossier__numero", "pk").first(),
        "motif": MotifForm(),
    }
    return render(
        request, "programmation/courriers/courrier.html", contexte, status=422 if form and form.errors else 200
    )


@require_POST
@dans_le_contrat(*DECIDENT)
def changer(request: HttpRequest, portee: Portee, lot: int, pk: int, acte: str) -> HttpResponse:
    """Ready, to be read again, or cancelled."""
    if acte not in ACTES:
        raise Http404
    courrier = _courrier(portee, lot, pk)
    faire, phrase = ACTES[acte]
    motif = {"motif": request.POST.get("motif", "")} if acte == "annuler" else {}
    agir(
        request,
        lambda: faire(courrier, **motif, par=portee.auteur, le=timezone.now()),
        succes=f"Le courrier {courrier.reference} {phrase}.",
    )
    return redirect(adresse(portee, "courrier", lot=lot, pk=pk))


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def pdf(request: HttpRequest, portee: Portee, lot: int, pk: int) -> HttpResponseBase:
    """The letter as it was sent, or as it would be today."""
    courrier = _courrier(portee, lot, pk)
    if courrier.pdf is not None:
        return fichiers.reponse(courrier.pdf, telecharger=False)
    return HttpResponse(
        rediger(_lettre(courrier)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="projet-{courrier.reference}.pdf"'},
    )


# --- On a file --------------------------------------------------------------------------------------------------------
@require_safe
@dans_le_contrat(*LECTEURS)
def du_dossier(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """The letters about a file that its reader may see: its porteur, those it received."""
    dossier = dossier_vu(portee, numero)
    contexte = {
        **cadre_du_dossier(portee, dossier, "courriers_du_dossier"),
        "courriers": courriers_du_dossier(dossier, pour=portee.auteur),
        "instruit": portee.roles.instruit,
    }
    return render(request, "programmation/courriers/dossier.html", contexte)


@require_safe
@dans_le_contrat(*LECTEURS)
def telecharger(request: HttpRequest, portee: Portee, numero: str, pk: int) -> HttpResponseBase:
    """A letter that was sent."""
    dossier = dossier_vu(portee, numero)
    vus = Courrier.objects.visibles_par(portee.auteur, portee.contrat).select_related("pdf")
    courrier = get_object_or_404(vus, pk=pk, dossier=dossier, etat=EtatCourrier.ENVOYE)
    assert courrier.pdf is not None
    return fichiers.reponse(courrier.pdf)


# --- What they share --------------------------------------------------------------------------------------------------
def _vus(portee: Portee) -> Any:
    return avec_relations(Courrier.objects.visibles_par(portee.auteur, portee.contrat))


def _lot(portee: Portee, pk: int) -> LotDeCourriers:
    """A lot of a funder that the reader follows; a 404 for another's."""
    lots = LotDeCourriers.objects.select_related("financeur", "acte", "campagne", "ouvert_par")
    objet = get_object_or_404(lots, pk=pk, campagne__contrat=portee.contrat, campagne__annee=portee.annee)
    financeur_vu(portee, objet.financeur_id)
    objet.campagne.contrat = portee.contrat
    return objet


def _dernier_travail(portee: Portee, lot: LotDeCourriers) -> Travail | None:
    """The last job of the lot; one that prints is its own reader's business."""
    siens = Travail.objects.filter(nom__in=TRAVAUX, cible_type=lot._meta.label_lower, cible_id=lot.pk)
    lisibles = siens.filter(~Q(nom=IMPRIMER_LES_COURRIERS) | Q(demande_par=portee.auteur.utilisateur))
    return lisibles.order_by("-cree_le").first()


def _titre(travail: Travail) -> str:
    return "Réécriture des courriers" if travail.parametres.get("acte") == "reecrire" else TRAVAUX[travail.nom]


def _changer(request: HttpRequest, portee: Portee, lot: LotDeCourriers, choisis: list[int], acte: str) -> HttpResponse:
    """Plan the same change of these letters of the lot."""
    agir(
        request,
        lambda: actions.changer_les_courriers(lot, choisis, acte=acte, par=portee.auteur, le=timezone.now()),
        succes="Chaque courrier est traité à part ; celui qui ne peut pas l’être dira pourquoi.",
    )
    return redirect(adresse(portee, "lot_courriers", lot=lot.pk))


def _courrier(portee: Portee, lot: int, pk: int) -> Courrier:
    return get_object_or_404(_vus(portee), pk=pk, lot=lot, lot__campagne__annee=portee.annee)


def _saisie(courrier: Courrier) -> dict[str, str]:
    return {
        "objet": courrier.objet,
        "corps": courrier.corps,
        "qualite": courrier.qualite,
        "lue": empreinte(courrier),
    }


def _relu(courrier: Courrier, form: CourrierForm) -> Courrier:
    """The letter with the words being typed, nowhere saved."""
    copie = Courrier.objects.get(pk=courrier.pk)
    copie.lot, copie.dossier = courrier.lot, courrier.dossier
    copie.objet, copie.corps = form.cleaned_data["objet"], form.cleaned_data["corps"]
    copie.qualite = form.cleaned_data["qualite"]
    return copie


def _corriger(request: HttpRequest, portee: Portee, courrier: Courrier, form: CourrierForm) -> Courrier:
    """Save the words that changed; then, when asked, mark the letter ready."""
    saisie, le = form.cleaned_data, timezone.now()
    if form.has_changed():
        courrier = actions.corriger_le_courrier(courrier, **saisie, par=portee.auteur, le=le)
    if "pret" in request.POST and courrier.etat == EtatCourrier.A_RELIRE:
        courrier = actions.valider_le_courrier(courrier, par=portee.auteur, le=le)
    return courrier


def _lettre(courrier: Courrier) -> LettreAImprimer:
    porteur = courrier.dossier.porteur_id
    jour = timezone.localdate(courrier.envoye_le) if courrier.envoye_le else timezone.localdate()
    return lettre(courrier, demandes_du_courrier(courrier), le=jour, adresse=adresses_de([porteur]).get(porteur, ()))
