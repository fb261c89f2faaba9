"""Who of the team follows which file: one file, or all those that the table's filters keep."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from acteurs.models import Utilisateur
from commun.permissions import verifier
from commun.views import faire, traiter_formulaire
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDossier
from ..filters import FiltreDossiers
from ..forms.instruire import AffectationForm
from ..lectures.affectation import LigneAffectation, possibles, repartition
from ..models import Dossier
from ..permissions import peut_instruire
from .acces import adresse_du_dossier, dossier_instruit

# Nobody follows what is over.
FINIS = (EtatDossier.BROUILLON, EtatDossier.IRRECEVABLE, EtatDossier.CLOS, EtatDossier.RETIRE)


@dans_le_contrat(*INSTRUCTEURS)
@require_http_methods(["GET", "POST"])
def affecter(request: HttpRequest, portee: Portee, numero: str) -> HttpResponse:
    """Give one file to somebody of the team."""
    dossier = dossier_instruit(portee, numero)
    verifier(peut_instruire(portee.auteur, dossier))
    return traiter_formulaire(
        request,
        AffectationForm(
            request.POST or None, possibles=possibles(dossier), initial={"instructeur": dossier.instructeur_id}
        ),
        lambda saisie: actions.affecter(dossier, saisie["instructeur"], par=portee.auteur, le=timezone.now()),
        gabarit="programmation/dossier/acte.html",
        contexte={
            "dossier": dossier,
            "titre_acte": "Confier le dossier",
            "explication": "Les chefs de projet dont l’habilitation couvre les lieux et l’orientation de l’action.",
        },
        retour=adresse_du_dossier(portee, numero),
        succes="Le suivi du dossier est enregistré.",
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "POST"])
def repartir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The files of a selection, each with the person proposed from the habilitations; one click gives them all."""
    assert portee.annee is not None  # the address holds it
    filtres = request.POST.get("filtres", "") if request.method == "POST" else request.GET.urlencode()
    lignes = repartition(portee.contrat, portee.annee, _dossiers(portee, QueryDict(filtres)))
    retour = reverse("programmation:tableau", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee})
    if request.method == "POST":
        choix = _choix(request.POST, lignes)
        return faire(
            request,
            lambda: actions.affecter_lot(choix, par=portee.auteur, le=timezone.now()),
            retour=retour,
            succes="La répartition est enregistrée.",
        )
    return render(
        request,
        "programmation/tableau/repartir.html",
        {
            "lignes": lignes,
            "filtres": filtres,
            "retour": retour,
            "sans_suivi": sum(1 for ligne in lignes if ligne.dossier.instructeur_id is None),
        },
    )


def _dossiers(portee: Portee, parametres: QueryDict) -> list[Dossier]:
    """The files that the same filters keep in the table, those followed by nobody first."""
    visibles = Dossier.objects.visibles_par(portee.auteur, portee.contrat).filter(campagne__annee=portee.annee)
    filtre = FiltreDossiers(parametres, visibles, contrat=portee.contrat, pour=portee.auteur)
    retenus = filtre.qs.exclude(etat__in=FINIS).select_related("porteur", "orientation", "instructeur", "campagne")
    return sorted(retenus.order_by("numero"), key=lambda dossier: dossier.instructeur_id is not None)


def _choix(envoye: QueryDict, lignes: list[LigneAffectation]) -> dict[int, Utilisateur]:
    """What was chosen on the page for each file, among those who may follow it; the others stay as they are."""
    choix = {}
    for ligne in lignes:
        possibles = {str(personne.pk): personne for personne in ligne.possibles}
        personne = possibles.get(envoye.get(f"suivi-{ligne.dossier.pk}", ""))
        if personne is not None:
            choix[ligne.dossier.pk] = personne
    return choix
