"""The budgets of an organisation: the years, then the lines of one of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from acteurs.models import Organisme
from commun.permissions import verifier
from commun.views import appliquer
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from ..actions.budget_organisme import ecrire_budget_organisme
from ..forms.budget_organisme import BudgetOrganismeForm
from ..lectures.budget_organisme import budgets_lus
from ..permissions.organisme import organismes_visibles, peut_tenir_la_fiche
from ..regles.budget_organisme import exercices_proposes
from .onglets_organisme import cadre_de_l_organisme
from .organisme import LECTEURS


@require_safe
@dans_le_contrat(*LECTEURS)
def budgets(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The budgets, the latest first."""
    organisme = _organisme(portee, pk)
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "budgets_organisme"),
        "budgets": budgets_lus(organisme, exercices_proposes(timezone.localdate().year)),
        "tient": peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme),
    }
    return render(request, "programmation/organisme/budgets.html", contexte)


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def modifier(request: HttpRequest, portee: Portee, pk: int, exercice: int) -> HttpResponse:
    """Write the budget of one year."""
    organisme = _organisme(portee, pk)
    verifier(peut_tenir_la_fiche(portee.auteur, portee.contrat, organisme))
    lu = next(
        (b for b in budgets_lus(organisme, exercices_proposes(timezone.localdate().year)) if b.exercice == exercice),
        None,
    )
    if lu is None:
        raise Http404("No budget is asked for that year.")
    depart = BudgetOrganismeForm.depart({ligne.compte: ligne.montant for ligne in lu.lignes})
    form = BudgetOrganismeForm(request.POST or None, initial=depart)
    if request.method == "POST" and appliquer(
        form,
        lambda: ecrire_budget_organisme(
            organisme, exercice, form.montants, contrat=portee.contrat, par=portee.auteur, le=timezone.now()
        ),
    ):
        messages.success(request, f"Le budget {exercice} est enregistré.")
        return redirect("programmation:budgets_organisme", contrat=portee.contrat.slug, pk=pk)
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "budgets_organisme"),
        "form": form,
        "exercice": exercice,
        "lu": lu,
    }
    return render(request, "programmation/organisme/budget.html", contexte, status=422 if form.errors else 200)


def _organisme(portee: Portee, pk: int) -> Organisme:
    return get_object_or_404(organismes_visibles(portee.auteur, portee.contrat), pk=pk)
