"""What is proposed and not yet validated, for the coming COPIL or a later one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from acteurs.models import TypeOrganisme
from contrats.lectures.suivi import prochain_copil
from contrats.models import Contrat

from ...etats import DOSSIER_A_LA_TABLE_DU_COPIL, EtatDemande
from .montants import somme


@dataclass(frozen=True, slots=True)
class Proposees:
    """Proposals not yet validated: how many files, for how much, from whom, for which year and which COPIL."""

    annee: int
    copil_prevu_le: date | None
    financeur: str
    nature: str
    dossiers: int
    montant: Decimal


def propositions_ouvertes(demandes: QuerySet[Any], annee: int) -> QuerySet[Any]:
    """Proposals of files under instruction, of `annee` and the years after it."""
    return demandes.filter(
        etat_vu=EtatDemande.PROPOSEE,
        dossier__campagne__annee__gte=annee,
        dossier__etat__in=DOSSIER_A_LA_TABLE_DU_COPIL,
    )


def au_prochain_copil(contrat: Contrat, le: date) -> Q:
    """The campaigns that the coming COPIL settles: those whose own COPIL is that one or was an earlier one.

    A campaign without a date counts once its deposits are closed; so does every one while no COPIL is called.
    """
    fermee = Q(dossier__campagne__limite_depot__lt=le)
    copil = prochain_copil(contrat, le=le)
    if copil is None:
        return fermee
    date_prevue = "dossier__campagne__copil_prevu_le"
    return Q(**{f"{date_prevue}__lte": copil.le}) | (fermee & Q(**{f"{date_prevue}__isnull": True}))


def par_campagne(proposees: QuerySet[Any]) -> tuple[tuple[Proposees, ...], int]:
    """One line per campaign, funder and nature of means; and how many files in all."""
    # The communes together: a dozen small lines would hide the few that weigh.
    nom = Case(
        When(financeur__type=TypeOrganisme.COMMUNE, then=Value("Communes")),
        When(financeur__sigle="", then=F("financeur__nom")),
        default=F("financeur__sigle"),
    )
    lignes = (
        proposees.values(
            an=F("dossier__campagne__annee"), copil=F("dossier__campagne__copil_prevu_le"), nom=nom, moyens=F("nature")
        )
        .annotate(n=Count("dossier", distinct=True), total=somme("propose_vu", Q()))
        .order_by("an", "-total", "nom", "moyens")
    )
    par_financeur = tuple(
        Proposees(ligne["an"], ligne["copil"], ligne["nom"], ligne["moyens"], ligne["n"], ligne["total"])
        for ligne in lignes
    )
    return par_financeur, proposees.aggregate(n=Count("dossier", distinct=True))["n"]
