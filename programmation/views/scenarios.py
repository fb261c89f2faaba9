"""What-if programmings: the list, one of them typed and adjusted, what it would propose."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.models import Travail
from commun.pages import Pagination
from commun.permissions import verifier
from commun.typographie import date_heure, pluriel
from commun.views import appliquer, evenements, faire, traiter_formulaire
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..forms.scenarios import AjustementForm, CelluleDuScenarioForm, CompletementForm, NomDuScenarioForm, ScenarioForm
from ..lectures.scenarios import (
    LigneDeScenario,
    avec_ce_qu_elles_montrent,
    comparaison_connue,
    comparer_et_retenir,
    compte_des_rangees,
    lire_les_rangees,
    lire_par_blocs,
    nombre_de_rangees,
    promotion,
    rangees_du_scenario,
    scenarios,
    vie,
)
from ..models import DemandeFinancement, Scenario
from ..permissions import (
    peut_creer_un_scenario,
    peut_modifier_le_scenario,
    peut_promouvoir_le_scenario,
    peut_tenir_le_scenario,
)
from ..permissions.scenarios import TIENNENT
from ..tables import COLONNES_DU_SCENARIO
from .saisie import ecrire_la_cellule
from .vue_du_tableau import CelluleSaisie, adresse, avec, filtrer

PAR_PAGE = 100
# Above this many rows, the balance comes after them unless somebody has just asked it.
BILAN_IMMEDIAT = 2_000
TON_DU_SCENARIO = {"brouillon": "neutre", "partage": "info", "promu": "succes", "archive": "neutre"}
# The acts that a single button asks for, and what is said once done.
ACTES = {
    "partager": (actions.partager_scenario, "Le scénario est partagé avec les cofinanceurs."),
    "reprendre": (actions.reprendre_scenario, "Le scénario n’est plus lu que par votre organisme."),
    "archiver": (actions.archiver_scenario, "Le scénario est archivé."),
}


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The scenarios of the year that one may open, to choose which to compare."""
    assert portee.annee is not None
    archives = "archives" in request.GET
    lus = scenarios(portee.contrat, portee.annee, pour=portee.auteur, archives=archives)
    return render(
        request,
        "programmation/scenarios/liste.html",
        {
            "scenarios": [(s, TON_DU_SCENARIO[s.etat], adresse(portee, "scenario", pk=s.pk)) for s in lus],
            "creer": peut_creer_un_scenario(portee.auteur, portee.contrat),
            "archives": archives,
        },
    )


@dans_le_contrat(*TIENNENT)
@require_http_methods(["GET", "POST"])
def creer(request: HttpRequest, portee: Portee) -> HttpResponse:
    """A new scenario; its page comes next."""
    verifier(peut_creer_un_scenario(portee.auteur, portee.contrat))
    assert portee.annee is not None
    annee = portee.annee
    copiables = Scenario.objects.visibles_par(portee.auteur, portee.contrat).filter(annee=annee)
    depart = {}
    if (voulue := request.GET.get("copie_de", "")).isdigit():
        depart = {"depart": "copie", "copie_de": voulue}
    form = ScenarioForm(
        request.POST or None, copiables=copiables.select_related("organisme").order_by("-cree_le"), initial=depart
    )
    if request.method == "POST":
        scenario = appliquer(
            form,
            lambda: actions.creer_scenario(
                portee.contrat, **form.cleaned_data, annee=annee, par=portee.auteur, le=timezone.now()
            ),
        )
        if scenario is not None:
            return redirect(adresse(portee, "scenario", pk=scenario.pk))
    contexte = {"form": form, "retour": adresse(portee, "scenarios")}
    return render(request, "programmation/scenarios/nouveau.html", contexte, status=422 if form.errors else 200)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def voir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """One scenario: its balance, its rows to type; htmx asks for the table alone, or for the balance alone.

    Adding up a very long list takes longer than showing its first page: then the rows come at once, the balance after.
    """
    scenario = _visible(portee, pk)
    modifier = peut_modifier_le_scenario(portee.auteur, scenario)
    if "bilan" in request.GET and request.htmx:  # type: ignore[attr-defined]
        contexte = {"scenario": scenario, "modifier": modifier, **_bilan(portee, scenario, attendre=True)}
        return render(request, "programmation/scenarios/_bilan.html", contexte)
    filtre, rangees = _rangees(request.GET, portee, scenario)
    nombre = nombre_de_rangees(rangees, scenario, pour=portee.auteur)
    montrees = avec_ce_qu_elles_montrent(rangees)
    page = Pagination(montrees, total=nombre, par_page=PAR_PAGE).get_page(request.GET.get("page"))
    tenir = peut_tenir_le_scenario(portee.auteur, scenario)
    contexte = {
        "scenario": scenario,
        **_bilan(portee, scenario, attendre="bilan" in request.GET),
        "ton": TON_DU_SCENARIO[scenario.etat],
        "filtre": filtre,
        "puces": filtre.puces(request.GET),
        "message_ignores": "Filtre illisible, laissé de côté : " + ", ".join(filtre.ignores).lower() + ".",
        "filtres": avec(request.GET),
        "page_obj": page,
        "rangees": [
            _rangee(ligne, portee, scenario, modifie=bool(modifier))
            for ligne in lire_les_rangees(page.object_list, scenario, pour=portee.auteur)
        ],
        "modifier": modifier,
        "tenir": tenir,
        "evenements": evenements(vie(scenario) if tenir and not request.htmx else []),  # type: ignore[attr-defined]
        "promouvoir": peut_promouvoir_le_scenario(portee.auteur, scenario),
        "creer": peut_creer_un_scenario(portee.auteur, portee.contrat),
        "entrees": _entrees(portee, scenario),
        "ajustement": AjustementForm(),
        "url_saisie": adresse(portee, "saisir_scenario", pk=scenario.pk, demande=0),
    }
    gabarit = "programmation/scenarios/_tableau.html" if request.htmx else "programmation/scenarios/scenario.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def exporter_scenario(request: HttpRequest, portee: Portee, pk: int, format: str) -> HttpResponse | FileResponse:
    """The rows that the filters keep, as a spreadsheet."""
    if format not in TYPES_MIME:
        raise Http404
    scenario = _visible(portee, pk)
    _, rangees = _rangees(request.GET, portee, scenario)
    mentions = [
        f"Extrait de Pilotville le {date_heure(timezone.localtime())}",
        f"{scenario}, {scenario.organisme.nom_court}, {scenario.get_etat_display().lower()} : il n’engage personne.",
        "Montants en euros.",
    ]
    if rangees.filter(fictif=True).exists():
        mentions.append("Données fictives de démonstration.")
    totaux = {nom: Decimal(0) for nom in ("demande", "an_passe", "propose", "montant")}
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            COLONNES_DU_SCENARIO,
            _additionnees(lire_par_blocs(rangees, scenario, pour=portee.auteur), totaux),
            sortie,
            format=format,
            titre=f"{scenario.nom} — {scenario.annee}",
            totaux=totaux,
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"scenario-{scenario.pk}-{portee.contrat.slug}-{scenario.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


@dans_le_contrat(*TIENNENT)
@require_http_methods(["GET", "POST"])
def modifier(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Its name and its note."""
    scenario = _visible(portee, pk)
    verifier(peut_tenir_le_scenario(portee.auteur, scenario))
    retour = adresse(portee, "scenario", pk=pk)
    return traiter_formulaire(
        request,
        NomDuScenarioForm(request.POST or None, initial={"nom": scenario.nom, "note": scenario.note}),
        lambda saisie: actions.modifier_scenario(scenario, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/scenarios/acte.html",
        contexte={
            "scenario": scenario,
            "titre_acte": "Modifier le scénario",
            "bouton": "Enregistrer",
            "retour": retour,
        },
        retour=retour,
        succes="Le scénario est modifié.",
    )


@dans_le_contrat(*TIENNENT)
@require_http_methods(["GET", "POST"])
def saisir(request: HttpRequest, portee: Portee, pk: int, demande: int) -> HttpResponse:
    """Type one cell in place: the answer is its row; without a script, a page that types the amount alone.

    409 when a colleague wrote on the line since it was read: the row shown is theirs, and a second try overwrites it.
    """
    scenario = _visible(portee, pk)
    verifier(peut_modifier_le_scenario(portee.auteur, scenario))
    ligne = _ligne(portee, scenario, demande)
    if request.method == "GET" or "seul" in request.POST:
        return _saisir_seul(request, portee, scenario, ligne)
    form = CelluleDuScenarioForm(request.POST)
    statut, message = ecrire_la_cellule(form, lambda: _taper(portee, scenario, ligne, **form.cleaned_data))
    contexte = {
        "rangee": _rangee(_ligne(portee, scenario, demande), portee, scenario, modifie=True),
        "modifier": True,
        "erreur": {"pk": demande, "champ": request.POST.get("champ"), "message": message},
    }
    return render(request, "programmation/scenarios/_rangee.html", contexte, status=statut)


@dans_le_contrat(*TIENNENT)
@require_POST
def ajuster(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Change the rows ticked, or all those that the filters keep."""
    scenario = _visible(portee, pk)
    verifier(peut_modifier_le_scenario(portee.auteur, scenario))
    retour = adresse(portee, "scenario", pk=pk) + "?" + request.POST.get("filtres", "")
    choisies = [int(numero) for numero in request.POST.getlist("numero") if numero.isdigit()]
    if "tout" in request.POST:
        _, rangees = _rangees(QueryDict(request.POST.get("filtres", "")), portee, scenario)
        choisies = list(rangees.values_list("pk", flat=True))
    form = AjustementForm(request.POST)
    if not choisies:
        messages.error(request, "Cochez au moins une ligne.")
        return redirect(retour)
    nombre = appliquer(
        form,
        lambda: actions.ajuster_lignes(
            scenario,
            choisies,
            ajustement=form.cleaned_data["ajustement"],
            taux=form.cleaned_data["taux"] or 0,
            par=portee.auteur,
            le=timezone.now(),
        ),
    )
    if nombre is None:
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    else:
        messages.success(request, f"{pluriel(nombre, 'montant changé')} sur {pluriel(len(choisies), 'ligne choisie')}.")
    return redirect(retour)


@dans_le_contrat(*TIENNENT)
@require_http_methods(["GET", "POST"])
def completer(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Give an amount to the rows that have none."""
    scenario = _visible(portee, pk)
    verifier(peut_modifier_le_scenario(portee.auteur, scenario))
    retour = adresse(portee, "scenario", pk=pk)
    return traiter_formulaire(
        request,
        CompletementForm(request.POST or None),
        lambda saisie: actions.completer_scenario(scenario, **saisie, par=portee.auteur, le=timezone.now()),
        gabarit="programmation/scenarios/acte.html",
        contexte={
            "scenario": scenario,
            "titre_acte": "Compléter le scénario",
            "bouton": "Compléter",
            "retour": retour,
            "compte": compte_des_rangees(scenario, pour=portee.auteur),
        },
        retour=retour,
        succes="Le scénario est complété.",
    )


@dans_le_contrat(*TIENNENT)
@require_http_methods(["GET", "POST"])
def promouvoir(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Show what would be proposed row by row, then plan the job."""
    scenario = _visible(portee, pk)
    verifier(peut_promouvoir_le_scenario(portee.auteur, scenario))
    refus = ""
    if request.method == "POST":
        try:
            travail = actions.promouvoir_scenario(
                scenario, empreinte=request.POST.get("empreinte", ""), par=portee.auteur, le=timezone.now()
            )
        except RegleEnfreinte as erreur:
            refus = erreur.message
        else:
            return redirect(adresse(portee, "promotion_scenario", pk=pk, travail=travail.pk))
    return render(
        request,
        "programmation/scenarios/promouvoir.html",
        {
            "scenario": scenario,
            "promotion": promotion(scenario, pour=portee.auteur),
            "refus": refus,
            "retour": adresse(portee, "scenario", pk=pk),
        },
        status=422 if refus else 200,
    )


@dans_le_contrat(*TIENNENT)
@require_safe
def suivre(request: HttpRequest, portee: Portee, pk: int, travail: str) -> HttpResponse:
    """Progress and result of a promotion; seen by who asked for it."""
    scenario = _visible(portee, pk)
    travaux = Travail.objects.filter(
        nom="programmation.promouvoir_scenario", cible_id=scenario.pk, demande_par=request.user
    )
    contexte = {
        "travail": get_object_or_404(travaux, pk=travail),
        "scenario": scenario,
        "retour": adresse(portee, "scenario", pk=pk),
    }
    gabarit = "programmation/scenarios/_promotion.html" if request.htmx else "programmation/scenarios/promotion.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


@dans_le_contrat(*TIENNENT)
@require_POST
def changer(request: HttpRequest, portee: Portee, pk: int, acte: str) -> HttpResponse:
    """Share, take back, put away."""
    if acte not in ACTES:
        raise Http404
    scenario = _visible(portee, pk)
    action, succes = ACTES[acte]
    if acte == "reprendre" and scenario.promu_le is not None:
        succes = "Le scénario est sorti des archives ; ses montants restent proposés."
    return faire(
        request,
        lambda: action(scenario, par=portee.auteur, le=timezone.now()),
        retour=adresse(portee, "scenarios") if acte == "archiver" else adresse(portee, "scenario", pk=pk),
        succes=succes,
    )


# --- Inside ----------------------------------------------------------------------------------------------------------


def _bilan(portee: Portee, scenario: Scenario, *, attendre: bool) -> dict[str, Any]:
    """The totals of the scenario and its rows without an amount: None when they would make the rows wait."""
    pour = portee.auteur
    comparaison = comparaison_connue(portee.contrat, scenario.annee, [scenario], pour=pour)
    if comparaison is None:
        toutes = rangees_du_scenario(scenario, pour=pour)
        if not attendre and nombre_de_rangees(toutes, scenario, pour=pour) > BILAN_IMMEDIAT:
            return {"comparaison": None, "compte": None}
        comparaison = comparer_et_retenir(portee.contrat, scenario.annee, [scenario], pour=pour)
    return {"comparaison": comparaison, "compte": compte_des_rangees(scenario, pour=pour)}


def _additionnees(lignes: Iterable[LigneDeScenario], totaux: dict[str, Decimal]) -> Iterator[LigneDeScenario]:
    """These rows as they come, their columns added up in `totaux` on the way: the foot of a spreadsheet is written last."""
    for ligne in lignes:
        for nom in totaux:
            totaux[nom] += getattr(ligne, nom) or 0
        yield ligne


def _visible(portee: Portee, pk: int) -> Scenario:
    lus = Scenario.objects.visibles_par(portee.auteur, portee.contrat)
    return get_object_or_404(
        lus.select_related("contrat", "organisme", "auteur", "copie_de"), pk=pk, annee=portee.annee
    )


def _rangees(parametres: QueryDict, portee: Portee, scenario: Scenario) -> tuple[Any, Any]:
    """The filters of the address, and the rows of the scenario that they keep."""
    filtre = filtrer(parametres, portee)
    rangees = rangees_du_scenario(scenario, pour=portee.auteur).filter(dossier__in=filtre.qs.order_by().values("pk"))
    if filtre.financeur_choisi is not None:
        rangees = rangees.filter(financeur=filtre.financeur_choisi)
    return filtre, rangees


def _ligne(portee: Portee, scenario: Scenario, demande: int) -> LigneDeScenario:
    """One row of the scenario that this reader sees; else a 404."""
    siennes = rangees_du_scenario(scenario, pour=portee.auteur).filter(pk=demande)
    lues = lire_les_rangees(avec_ce_qu_elles_montrent(siennes), scenario, pour=portee.auteur)
    if not lues:
        raise Http404
    return lues[0]


def _rangee(ligne: LigneDeScenario, portee: Portee, scenario: Scenario, *, modifie: bool) -> dict[str, Any]:
    """A row ready for the template: its figures, and its two cells that may be typed."""
    refus = "" if modifie else "Ce scénario ne se modifie pas ici."
    if ligne.figee:
        refus = f"Déjà {ligne.etat_libelle.lower()} : aucun scénario ne change ce montant."
    url = adresse(portee, "saisir_scenario", pk=scenario.pk, demande=ligne.demande_id)

    def cellule(champ: str, libelle: str, valeur: Any) -> CelluleSaisie:
        texte = "" if valeur in (None, "") else str(valeur)
        brut = texte.replace(".00", "").replace(".", ",") if champ == "montant" else texte
        nom = f"{libelle}, {ligne.numero}, {ligne.financeur}"
        return CelluleSaisie(ligne.demande_id, champ, "", nom, brut, texte, ligne.version, url, refus, privee=False)

    return {
        "ligne": ligne,
        "url": adresse(portee, "dossier", numero=ligne.numero),
        "montant": cellule("montant", "Montant essayé", ligne.montant),
        "note": cellule("note", "Note", ligne.note),
    }


def _taper(
    portee: Portee, scenario: Scenario, ligne: LigneDeScenario, *, champ: str, valeur: Any, version: int
) -> bool:
    """Write the cell; true, since a refusal raises."""
    actions.saisir_ligne(
        scenario,
        DemandeFinancement(pk=ligne.demande_id),
        champ=champ,
        valeur=valeur,
        version=version,
        par=portee.auteur,
        le=timezone.now(),
    )
    return True


def _saisir_seul(request: HttpRequest, portee: Portee, scenario: Scenario, ligne: LigneDeScenario) -> HttpResponse:
    donnees = request.POST.copy() if request.method == "POST" else None
    if donnees is not None:
        donnees["champ"] = "montant"
    form = CelluleDuScenarioForm(donnees)
    retour = adresse(portee, "scenario", pk=scenario.pk)
    if donnees is not None and appliquer(form, lambda: _taper(portee, scenario, ligne, **form.cleaned_data)):
        return redirect(retour)
    contexte = {"scenario": scenario, "ligne": ligne, "form": form, "retour": retour}
    return render(request, "programmation/scenarios/ligne.html", contexte, status=422 if form.errors else 200)


def _entrees(portee: Portee, scenario: Scenario) -> list[dict[str, Any]]:
    """The secondary acts of the page."""
    comparer_url = adresse(portee, "comparer_scenarios") + f"?scenario={scenario.pk}"
    copie_url = adresse(portee, "nouveau_scenario") + f"?copie_de={scenario.pk}"
    entrees: list[dict[str, Any]] = [
        {"libelle": "Comparer aux propositions", "url": comparer_url, "icone": "columns-gap"},
        *(
            {
                "libelle": f"Exporter en {nom.upper()}",
                "url": adresse(portee, "exporter_scenario", pk=scenario.pk, format=nom),
            }
            for nom in TYPES_MIME
        ),
    ]
    if peut_creer_un_scenario(portee.auteur, portee.contrat):
        entrees.append({"libelle": "Copier ce scénario", "url": copie_url, "icone": "files"})
    if not peut_tenir_le_scenario(portee.auteur, scenario):
        return entrees
    entrees.append(
        {"libelle": "Renommer, annoter", "url": adresse(portee, "modifier_scenario", pk=scenario.pk), "icone": "pencil"}
    )
    entrees += [
        {
            "libelle": scenario.TRANSITIONS[transition].libelle,
            "url": adresse(portee, "changer_scenario", pk=scenario.pk, acte=acte),
            "post": True,
            "icone": icone,
        }
        for acte, transition, icone in (
            ("reprendre", scenario.acte_de_reprise, "arrow-counterclockwise"),
            ("archiver", "archiver", "archive"),
        )
        if scenario.transition_possible(transition)
    ]
    return entrees
