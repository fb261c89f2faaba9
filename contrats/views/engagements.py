"""Pages of a commitment: reading it, writing it, stating its progress, proofs and visa; what awaits a signatory."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun import fichiers
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.permissions import verifier
from commun.views import dire_l_erreur, suite

from .. import actions
from ..actions.avancement import declaration_de_l_equipe
from ..actions.engagements import au_nom_du_responsable
from ..etats import EtatReponse, EtatRevue, EtatVisa, Role
from ..forms.engagements import (
    CiblesFormSet,
    DeclarationForm,
    EngagementForm,
    MotifForm,
    VisaForm,
    cibles_de_depart,
    depart_de,
)
from ..lectures.engagements import cible_en_mots, fiche
from ..lectures.revue import compter, de_l_annee, lignes
from ..models import Engagement, PointAvancement, RevueEngagements
from ..permissions import (
    ROLES_DECLARANTS,
    peut_creer_engagement,
    peut_declarer,
    peut_modifier_engagement,
)
from ..portee import Portee, dans_le_contrat
from ..regles import GUIDES_DE_CIBLE
from .onglets import LECTEURS_DE_REVUE, onglets_engagements

PAR_PAGE = 50
DECLARANTS = (Role.CHEF_DE_PROJET, *sorted(ROLES_DECLARANTS))
ECRIVAINS = DECLARANTS


@require_safe
@dans_le_contrat()
def engagement(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One commitment and all that hangs from it."""
    objet = _engagement(portee, pk)
    maintenant = timezone.localdate()
    lue = fiche(objet, pour=portee.auteur, le=maintenant)
    annee = min(maintenant.year, portee.contrat.fin)
    contexte = {
        "fiche": lue,
        "engagement": objet,
        "contrat": portee.contrat,
        "annee": annee,
        "annee_declaree": any(p.point.annee == annee for p in lue.points or ()),
        "annees": [a for a in reversed(portee.contrat.annees) if a <= maintenant.year],
        "form_visa": VisaForm(auto_id=False),
    }
    return render(request, "contrats/engagements/engagement.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ECRIVAINS)
def creer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new commitment."""
    verifier(peut_creer_engagement(portee.auteur, portee.contrat))
    return _ecrire(request, portee, None)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ECRIVAINS)
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change a commitment and its targets."""
    objet = _engagement(portee, pk)
    verifier(peut_modifier_engagement(portee.auteur, objet))
    return _ecrire(request, portee, objet)


def _ecrire(request: HttpRequest, portee: Portee, objet: Engagement | None) -> HttpResponse:
    depart = depart_de(objet) if objet else _depart(request, portee)
    form = EngagementForm(
        request.POST or None, initial=depart, contrat=portee.contrat, auteur=portee.auteur, auto_id="id_%s"
    )
    cibles = CiblesFormSet(request.POST or None, initial=cibles_de_depart(objet), prefix="cibles")
    if request.method == "POST" and all([form.is_valid(), cibles.is_valid()]):
        try:
            ecrit = _enregistrer(portee, objet, form, cibles)
        except RegleEnfreinte as erreur:
            _dire(erreur, form, cibles)
        except ActeRefuse as refus:
            form.add_error(None, refus.motif)
        else:
            messages.success(request, f"L’engagement {ecrit.reference} est enregistré.")
            route = "modifier_engagement" if "encore" in request.POST else "engagement"
            adresse = reverse(f"contrats:{route}", args=[portee.contrat.slug, ecrit.pk])
            return redirect(adresse + ("#cibles" if "encore" in request.POST else ""))
    contexte = {
        "form": form,
        "cibles": cibles,
        "engagement": objet,
        "contrat": portee.contrat,
        "guides": [(t.label, g) for t, g in GUIDES_DE_CIBLE.items()],
        "guides_json": {
            t.value: {"explication": g.explication, "exemple": g.exemple, "champs": g.champs}
            for t, g in GUIDES_DE_CIBLE.items()
        },
    }
    en_faute = bool(form.errors) or (cibles.is_bound and not cibles.is_valid())
    return render(request, "contrats/engagements/ecrire.html", contexte, status=422 if en_faute else 200)


def _depart(request: HttpRequest, portee: Portee) -> dict[str, Any]:
    """What the link that led here already tells: a hole of the matrix names its organisation and its orientation."""
    depart = {n: v for n in ("organisme", "orientation") if (v := request.GET.get(n, "")).isdigit()}
    if "organisme" not in depart and not portee.roles.pilote:
        depart["organisme"] = str(portee.auteur.organisme.pk)
    return depart


def _enregistrer(portee: Portee, objet: Engagement | None, form: EngagementForm, cibles: Any) -> Engagement:
    saisie, le = form.saisie(cibles.saisies), timezone.now()
    if objet is None:
        return actions.creer_engagement(portee.contrat, saisie, par=portee.auteur, le=le)
    revision = form.cleaned_data["revision"]
    return actions.modifier_engagement(objet, saisie, revision=revision, par=portee.auteur, le=le)


def _dire(erreur: RegleEnfreinte, form: EngagementForm, cibles: Any) -> None:
    """Put a broken rule beside its field, in the commitment or in one of its targets."""
    morceaux = (erreur.champ or "").split(".")
    if morceaux[0] == "cibles" and len(morceaux) == 3:
        remplies = [f for f in cibles.forms if not f.cleaned_data.get("DELETE") and f.cleaned_data.get("type")]
        remplies[int(morceaux[1])].add_error(morceaux[2], erreur.message)
        return
    dire_l_erreur(form, erreur)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*ECRIVAINS)
def retirer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Withdraw a commitment, and say why."""
    objet = _engagement(portee, pk)
    verifier(peut_modifier_engagement(portee.auteur, objet))
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.retirer_engagement(objet, motif=form.cleaned_data["motif"], par=portee.auteur, le=timezone.now())
        messages.success(request, f"L’engagement {objet.reference} est retiré des listes et des totaux.")
        return redirect("contrats:engagements", contrat=portee.contrat.slug)
    contexte = {"form": form, "engagement": objet, "contrat": portee.contrat}
    return render(request, "contrats/engagements/retirer.html", contexte, status=422 if form.errors else 200)


# --- The yearly statement ---------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(*DECLARANTS)
def declarer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """State where a commitment stands for the year."""
    assert portee.annee is not None
    objet = _engagement(portee, pk)
    verifier(peut_declarer(portee.auteur, objet))
    if portee.annee > timezone.localdate().year:
        raise Http404("This year has not begun.")
    point = PointAvancement.objects.filter(engagement=objet, annee=portee.annee).prefetch_related("preuves").first()
    auteur = au_nom_du_responsable(portee.auteur, objet)
    close = RevueEngagements.objects.filter(contrat=portee.contrat, annee=portee.annee, etat=EtatRevue.CLOSE).exists()
    unites = {c.unite for c in objet.cibles.all() if c.unite}
    form = DeclarationForm(
        request.POST or None,
        request.FILES or None,
        initial=_point_de_depart(point),
        pour_le_compte_de=auteur.pour_le_compte_de is not None,
        revue_close=close,
        unite=unites.pop() if len(unites) == 1 else "",
    )
    if request.method == "POST" and form.is_valid():
        try:
            _declarer(portee, objet, form.cleaned_data)
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            messages.success(request, f"L’avancement {portee.annee} de {objet.reference} est déclaré. Merci.")
            return redirect(suite(request) or reverse("contrats:engagement", args=[portee.contrat.slug, objet.pk]))
    contexte = {
        "form": form,
        "engagement": objet,
        "contrat": portee.contrat,
        "annee": portee.annee,
        "point": point,
        "pour_le_compte_de": auteur.pour_le_compte_de,
        "du_signataire": auteur.pour_le_compte_de is not None
        and point is not None
        and not declaration_de_l_equipe(objet, portee.annee),
        "cibles": [cible_en_mots(c) for c in objet.cibles.all()],
        "precedent": PointAvancement.objects.filter(engagement=objet, annee__lt=portee.annee).first(),
        "suite": suite(request),
    }
    gabarit = "contrats/engagements/declarer.html"
    return render(request, gabarit, contexte, status=422 if form.errors else 200)


def _point_de_depart(point: PointAvancement | None) -> dict[str, Any]:
    if point is None:
        return {"revision": 0}
    noms = ("etat", "valeur_atteinte", "euros_droit_commun", "euros_specifiques", "commentaire", "revision")
    return {n: getattr(point, n) for n in noms}


@transaction.atomic
def _declarer(portee: Portee, objet: Engagement, valeurs: dict[str, Any]) -> None:
    """The statement and its proofs, together or not at all."""
    preuves = valeurs.pop("preuves")
    le = timezone.now()
    assert portee.annee is not None
    point = actions.declarer_avancement(objet, annee=portee.annee, par=portee.auteur, le=le, **valeurs)
    for nom, contenu in preuves:
        actions.joindre_preuve(point, nom=nom, contenu=contenu, par=portee.auteur, le=le)


@require_POST
@dans_le_contrat(Role.CHEF_DE_PROJET)
def viser(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Say that a statement was seen, or what it lacks; back to the page one came from."""
    point = _point(portee, pk)
    form = VisaForm(request.POST)
    retour = suite(request) or reverse("contrats:engagement", args=[portee.contrat.slug, pk])
    if not form.is_valid():
        messages.error(request, "Choisissez « Vu » ou « À compléter ».")
        return redirect(retour)
    valeurs = form.cleaned_data
    try:
        actions.viser(
            point,
            visa=valeurs["visa"],
            # A list offers « Vu » alone: the remark written before stays.
            remarque=valeurs["remarque"] if "remarque" in request.POST else None,
            revision=valeurs["revision"],
            par=portee.auteur,
            le=timezone.now(),
        )
    except RegleEnfreinte as erreur:
        messages.error(request, erreur.message)
    else:
        mot = EtatVisa(valeurs["visa"]).label.lower()
        messages.success(request, f"Déclaration {point.annee} de {point.engagement.reference} : {mot}.")
    return redirect(retour)


@require_safe
@dans_le_contrat(*LECTEURS_DE_REVUE)
def preuve(request: HttpRequest, portee: Portee, pk: int, fichier: int) -> HttpResponse | FileResponse:
    """Download a proof, for those who read statements."""
    return fichiers.reponse(get_object_or_404(_point(portee, pk).preuves, pk=fichier))


@require_POST
@dans_le_contrat(*DECLARANTS)
def retirer_preuve(request: HttpRequest, portee: Portee, pk: int, fichier: int) -> HttpResponse:
    """Take a proof away from a statement."""
    point = _point(portee, pk)
    objet = get_object_or_404(point.preuves, pk=fichier)
    actions.retirer_preuve(point, objet, par=portee.auteur, le=timezone.now())
    messages.success(request, f"« {objet.nom} » n’est plus joint à la déclaration {point.annee}.")
    return redirect("contrats:declarer", contrat=portee.contrat.slug, annee=point.annee, pk=pk)


# --- What awaits a signatory ------------------------------------------------------------------------------------------
_RANGS = (
    (0, "À compléter", "Le chef de projet vous demande une précision."),
    (1, "Sans réponse à 6 mois", "Vous avez été sollicité il y a plus de six mois."),
    (2, "À déclarer", "Vous avez été sollicité."),
    (3, "Pas encore sollicités", "Vous pouvez déclarer sans attendre."),
    (4, "Déclarés", "Rien à faire, sauf changement."),
)


@require_safe
@dans_le_contrat(*DECLARANTS)
def mes_engagements(request: HttpRequest, portee: Portee) -> HttpResponse:
    """What awaits the organisations that the person speaks for, the most urgent first."""
    assert portee.annee is not None
    le = timezone.localdate()
    organismes = organismes_du_declarant(portee)
    siens = de_l_annee(portee.contrat, portee.annee, le=le).des_organismes([o.pk for o in organismes])  # type: ignore[attr-defined]
    rangs = siens.annotate(
        rang=Case(
            When(visa=EtatVisa.A_COMPLETER, then=Value(0)),
            When(reponse=EtatReponse.EN_RETARD, then=Value(1)),
            When(reponse=EtatReponse.SOLLICITE, then=Value(2)),
            When(reponse=EtatReponse.A_SOLLICITER, then=Value(3)),
            default=Value(4),
            output_field=IntegerField(),
        )
    ).order_by("rang", "reference", "pk")
    page = Paginator(rangs, PAR_PAGE).get_page(request.GET.get("page"))
    rang_de = {e.pk: e.rang for e in page}
    lues = lignes(page, portee.annee, le=le)
    contexte = {
        "page_obj": page,
        "groupes": [
            (titre, phrase, groupe)
            for rang, titre, phrase in _RANGS
            if (groupe := [ligne for ligne in lues if rang_de[ligne.pk] == rang])
        ],
        "comptes": compter(siens),
        "organismes": organismes,
        "annee": portee.annee,
        "a_venir": portee.annee > le.year,
        "contrat": portee.contrat,
        "peut_creer": peut_creer_engagement(portee.auteur, portee.contrat),
        "onglets": onglets_engagements(portee, "mes_engagements"),
    }
    return render(request, "contrats/engagements/mes_engagements.html", contexte)


def organismes_du_declarant(portee: Portee) -> list[Organisme]:
    """The organisations that the person speaks for; the lead for its team."""
    cles = portee.roles.organismes(*DECLARANTS)
    if not cles and portee.roles.administre:
        return [portee.contrat.pilote]
    return list(Organisme.objects.filter(pk__in=cles).order_by("recherche"))


# --- Shared -----------------------------------------------------------------------------------------------------------
def _engagement(portee: Portee, pk: int) -> Engagement:
    """A commitment of this contract that is not withdrawn; another is a 404."""
    objet = get_object_or_404(
        Engagement.objects.select_related("organisme__parent", "signataire__organisme", "orientation").prefetch_related(
            "cibles", "objectifs", "perimetres", "partenaires", "axes_transversaux"
        ),
        pk=pk,
        contrat=portee.contrat,
    )
    objet.contrat = portee.contrat
    return objet


def _point(portee: Portee, pk: int) -> PointAvancement:
    """The year's statement of a commitment of this contract."""
    return get_object_or_404(PointAvancement, engagement=_engagement(portee, pk), annee=portee.annee)
