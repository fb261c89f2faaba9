"""Pages where partners tell their means: the table of one organisation, its import, the reminders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun import fichiers
from commun.erreurs import RevisionDepassee
from commun.exports import TYPES_MIME
from commun.models import EtatTravail, Fichier, Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.views import agir, suite

from ..actions.lot import Issue
from ..actions.moyens import annoncer_moyens, relancer_les_partenaires
from ..etats import Role
from ..forms.engagements import FichierForm
from ..forms.moyens import MoyensForm
from ..imports.moyens import COLONNES, modele_csv
from ..lectures.moyens import (
    MoyensDuPartenaire,
    moyens_annonces,
    orientations_du_tableau,
    partenaires_possibles,
    version,
)
from ..models import NatureAnnoncee, Orientation, Section
from ..permissions import ROLES_ANNONCEURS, organismes_annonces, peut_annoncer
from ..portee import Portee, dans_le_contrat

ANNONCEURS = (Role.CHEF_DE_PROJET, *sorted(ROLES_ANNONCEURS))
EXAMEN = "contrats.examiner_import_de_moyens"
ECRITURE = "contrats.importer_moyens"
ESSAIS = 3  # readings of a table that others keep writing


@require_safe
@dans_le_contrat(*ANNONCEURS)
def mes_moyens(request: HttpRequest, portee: Portee) -> HttpResponse:
    """To the table of the organisation that one acts for."""
    verifier(peut_annoncer(portee.auteur, portee.contrat))
    siens = organismes_annonces(portee.roles)
    agissant = portee.auteur.organisme.pk
    organisme = agissant if portee.roles.pilote_tout or agissant in siens else min(siens)
    adresse = reverse("contrats:annoncer_moyens", args=[portee.contrat.slug, portee.annee, organisme])
    retour = suite(request)
    return redirect(f"{adresse}?{urlencode({'suite': retour})}" if retour else adresse)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ANNONCEURS)
def annoncer(request: HttpRequest, portee: Portee, organisme: int) -> HttpResponse:
    """The table of one organisation for a year; another's exists for the team only, within the contract."""
    assert portee.annee is not None
    verifier(peut_annoncer(portee.auteur, portee.contrat))
    siens = organismes_annonces(portee.roles)
    if not portee.roles.pilote_tout and organisme not in siens:
        raise Http404
    permis = Organisme.objects.filter(Q(pk__in=siens) | Q(pk__in=partenaires_possibles(portee.contrat).values("pk")))
    objet = get_object_or_404(permis, pk=organisme)
    pour_le_compte_de = objet.pk not in siens and objet.pk != portee.auteur.organisme.pk
    retour = suite(request)
    for _essai in range(ESSAIS):
        form, lus = _formulaire(request, portee, objet, pour_le_compte_de=pour_le_compte_de)
        if request.method != "POST" or not form.is_valid():
            break
        try:
            nombre = _enregistrer(portee, form)
        except RevisionDepassee as depassee:
            # Somebody wrote between our reading and our writing: read again, put together again.
            form.add_error(None, depassee.message)
            continue
        if nombre is None:
            break
        _dire_ce_qui_est_ecrit(request, nombre, form)
        return redirect(retour or request.path)
    contexte = {
        "form": form,
        "organisme": objet,
        "lus": lus,
        "doubles": [
            (f"{NatureAnnoncee(x.nature).label}, {Section(x.section).label.lower()}", x)
            for x in lus.lignes
            if x.peut_compter_double
        ],
        "annee": portee.annee,
        "orientations": orientations_du_tableau(portee.contrat),
        "pour_le_compte_de": pour_le_compte_de,
        "annee_precedente": portee.annee - 1 if portee.annee - 1 in portee.contrat.annees else None,
        "suite": retour,
        "contrat": portee.contrat,
    }
    return render(request, "contrats/moyens/annoncer.html", contexte, status=422 if form.errors else 200)


def _formulaire(
    request: HttpRequest, portee: Portee, organisme: Organisme, *, pour_le_compte_de: bool
) -> tuple[MoyensForm, MoyensDuPartenaire]:
    """The table as it stands now, with what is typed; the mark of what is read is taken first."""
    assert portee.annee is not None
    marque = version(portee.contrat, portee.annee, organisme)
    annonces = moyens_annonces(portee.contrat, portee.annee, organismes=[organisme.pk])
    (lus,) = annonces.partenaires
    form = MoyensForm(
        request.POST or None,
        organisme=organisme,
        annee=portee.annee,
        orientations=list(
            Orientation.objects.filter(pk__in=[o.pk for o in annonces.orientations]).order_by("ordre", "code")
        ),
        lus=lus,
        version=marque,
        pour_le_compte_de=pour_le_compte_de,
    )
    return form, lus


def _dire_ce_qui_est_ecrit(request: HttpRequest, nombre: int, form: MoyensForm) -> None:
    mots = f"{nombre} réponse{'s' if nombre > 1 else ''} enregistrée{'s' if nombre > 1 else ''}."
    messages.success(request, mots if nombre else "Rien n’a changé.")
    if form.fusionnees:
        messages.info(request, "Une autre personne a répondu entre-temps : ses réponses sont gardées avec les vôtres.")


def _enregistrer(portee: Portee, form: MoyensForm) -> int | None:
    """Write the boxes that changed; how many did, None when one is refused, which the form then tells.

    Raises `RevisionDepassee` when somebody wrote since the form was read.
    """
    saisies = form.saisies()
    resultats = annoncer_moyens(
        portee.contrat, saisies, par=portee.auteur, le=timezone.now(), version_lue=form.version_lue
    )
    for saisie, resultat in zip(saisies, resultats, strict=True):
        for erreur in resultat.erreurs:
            form.add_error(form.champ_de(saisie, erreur.champ), erreur.message)
    if form.errors:
        return None
    return sum(r.issue in (Issue.CREE, Issue.MODIFIE) for r in resultats)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def relancer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Remind the organisations chosen."""
    assert portee.annee is not None
    annee = portee.annee
    retour = suite(request) or reverse("contrats:presentation", args=[portee.contrat.slug])
    choisis = [int(pk) for pk in request.POST.getlist("organisme") if pk.isdigit() and len(pk) < 10]
    organismes = list(partenaires_possibles(portee.contrat).filter(pk__in=choisis))
    if not organismes:
        messages.error(request, "Cochez au moins un partenaire à relancer.")
        return redirect(retour)
    ecrits: list[int] = []
    agir(
        request,
        lambda: ecrits.append(
            relancer_les_partenaires(
                portee.contrat, annee=annee, organismes=organismes, par=portee.auteur, le=timezone.now()
            )
        ),
        succes="Les rappels partent.",
    )
    sans = len(organismes) - sum(ecrits)
    if ecrits and sans:
        messages.info(request, f"{sans} partenaire{'s' if sans > 1 else ''} sans correspondant : invitez-en un.")
    return redirect(retour)


# --- Import -----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ANNONCEURS)
def importer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """Choose a file; it is examined and nothing is written yet."""
    verifier(peut_annoncer(portee.auteur, portee.contrat))
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        nom, contenu = form.cleaned_data["fichier"]
        extension = nom.rpartition(".")[2].lower()
        fichier = fichiers.ranger(contenu, nom=nom, type_mime=TYPES_MIME[extension], depose_par=request.user)
        travail = _planifier(portee, EXAMEN, fichier.pk)
        return redirect("contrats:import_moyens", portee.contrat.slug, portee.annee, travail.pk)
    contexte = {
        "form": form,
        "colonnes": COLONNES,
        "derniers": _travaux(portee).filter(nom=ECRITURE).order_by("-cree_le")[:5],
        "annee": portee.annee,
        "contrat": portee.contrat,
    }
    return render(request, "contrats/moyens/importer.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(*ANNONCEURS)
def modele(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The template to fill."""
    reponse = HttpResponse(modele_csv(), content_type=TYPES_MIME["csv"])
    reponse["Content-Disposition"] = 'attachment; filename="modele-moyens.csv"'
    return reponse


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ANNONCEURS)
def suivre(request: HttpRequest, portee: Portee, pk: Any) -> HttpResponse:
    """An examination or an import: its progress, then its report. A POST asks to write what was examined."""
    travail = get_object_or_404(_travaux(portee), pk=pk)
    fichier = get_object_or_404(Fichier, pk=travail.parametres["fichier"])
    if request.method == "POST":
        if travail.nom != EXAMEN or travail.etat != EtatTravail.FAIT:
            raise Http404
        seulement_les_bonnes = request.POST.get("mode") == "valides"
        cle = f"{ECRITURE}:{travail.pk}"
        ecriture = _planifier(portee, ECRITURE, fichier.pk, tout_ou_rien=not seulement_les_bonnes, cle=cle)
        return redirect("contrats:import_moyens", portee.contrat.slug, portee.annee, ecriture.pk)
    bilan = travail.resultat if travail.etat == EtatTravail.FAIT else None
    contexte = {
        "travail": travail,
        "bilan": bilan,
        "a_ecrire": bilan["cree"] + bilan["modifie"] if bilan else 0,
        "examen": travail.nom == EXAMEN,
        "fichier": fichier,
        "annee": portee.annee,
        "contrat": portee.contrat,
        "ici": request.path,
    }
    partiel = request.htmx  # type: ignore[attr-defined]
    gabarit = "contrats/moyens/_import.html" if partiel else "contrats/moyens/import.html"
    return render(request, gabarit, contexte)


def _travaux(portee: Portee) -> Any:
    """The imports of this contract that the person asked for; the team sees them all."""
    travaux = Travail.objects.filter(
        nom__in=(EXAMEN, ECRITURE), cible_type=portee.contrat._meta.label_lower, cible_id=portee.contrat.pk
    )
    return travaux if portee.roles.pilote_tout else travaux.filter(demande_par=portee.auteur.utilisateur)


def _planifier(portee: Portee, nom: str, fichier: int, *, cle: str | None = None, **parametres: Any) -> Travail:
    return planifier(
        nom,
        cible=portee.contrat,
        parametres={
            "fichier": fichier,
            "organisme": portee.auteur.organisme.pk,
            "annee": portee.annee,
            **parametres,
        },
        cle=cle,
        par=portee.auteur,
        a_partir_de=timezone.now(),
    )
