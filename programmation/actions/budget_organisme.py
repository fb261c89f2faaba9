"""The budget of an organisation, written once a year for all its requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.models import Contrat

from ..models import BudgetOrganisme, LigneBudgetOrganisme
from ..permissions.organisme import peut_tenir_la_fiche
from ..regles.budget_organisme import PLAN


@transaction.atomic
def ecrire_budget_organisme(
    organisme: Organisme,
    exercice: int,
    montants: Mapping[str, int],
    *,
    contrat: Contrat,
    par: Auteur,
    le: datetime,
) -> BudgetOrganisme:
    """Write the lines of one year, account → whole euros; a line at nought is not kept (S-03)."""
    verifier(peut_tenir_la_fiche(par, contrat, organisme))
    organisme = Organisme.objects.select_for_update(of=("self",)).get(pk=organisme.pk)
    budget, _ = BudgetOrganisme.objects.get_or_create(organisme=organisme, annee=exercice)
    avant = {ligne.compte: ligne.montant for ligne in budget.lignes.all()}
    apres = {compte: montants[compte] for compte in PLAN.comptes if montants.get(compte)}
    if avant == apres:
        return budget
    budget.lignes.all().delete()
    LigneBudgetOrganisme.objects.bulk_create(
        LigneBudgetOrganisme(
            budget=budget,
            sens=PLAN.sens(compte),
            compte=compte,
            libelle=PLAN.comptes[compte],
            montant=montant,
            ordre=rang,
        )
        for rang, (compte, montant) in enumerate(apres.items())
    )
    inscrire(
        organisme,
        acte="ecrire_budget",
        libelle=f"Budget {exercice} de l’organisme enregistré",
        par=par.au_nom_de(organisme),
        le=le,
        avant={"lignes": avant},
        apres={"lignes": apres},
    )
    return budget
