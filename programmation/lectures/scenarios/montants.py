"""What is counted: the rows in play for one reader, and the amount of each in each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from contrats.models import Contrat

from ...etats import DEMANDE_CONSOMME, DEMANDE_FERME, EtatDemande, EtatDossier
from ...models import DemandeFinancement, Dossier, Scenario

EUROS = DecimalField(max_digits=14, decimal_places=2)
ZERO = Value(Decimal(0), output_field=EUROS)
# Programmed or voted: no scenario changes it.
FIGEE = Q(etat__in=DEMANDE_CONSOMME)
RETENU = Case(When(etat__in=DEMANDE_FERME, then=F("vote_vu")), default=F("programme_vu"), output_field=DecimalField())
# On the COPIL's table: a private draft is not there.
PROPOSE = Case(
    When(etat=EtatDemande.PROPOSEE, proposition_partagee=True, then=F("propose_vu")),
    default=None,
    output_field=EUROS,
)
BASE = "m_base"


def demandes_en_jeu(contrat: Contrat, annee: int, *, pour: Auteur) -> QuerySet[Any]:
    """The requests of the year's files on which this author works with the team and the funders, those refused aside.

    Annotated with what it may read of each (`avec_montants_vus`). A closed file counts for what it was given.
    """
    ecartes = [EtatDossier.BROUILLON, EtatDossier.RETIRE, EtatDossier.IRRECEVABLE]
    dossiers = (
        Dossier.objects.deliberes_par(pour, contrat)
        .filter(campagne__annee=annee, campagne__contrat=contrat)
        .exclude(etat__in=ecartes)
    )
    return (
        DemandeFinancement.objects.filter(dossier__in=dossiers.order_by().values("pk"))
        .exclude(etat__in=[EtatDemande.REFUSEE, EtatDemande.ANNULEE])
        .filter(FIGEE | ~Q(dossier__etat=EtatDossier.CLOS))
        .avec_montants_vus(pour, contrat)
    )


def avec_montants(demandes: QuerySet[Any], scenarios: Sequence[Scenario]) -> QuerySet[Any]:
    """Adds the amount of each row in the base (`m_base`) and in each scenario (`m_0`, `m_1`…), in euros, 0 for none."""
    demandes = demandes.annotate(
        **{BASE: Case(When(FIGEE, then=RETENU), default=Coalesce(PROPOSE, ZERO), output_field=EUROS)}
    )
    for rang, scenario in enumerate(scenarios):
        demandes = demandes.annotate(
            **{
                f"ligne_{rang}": FilteredRelation(
                    "lignes_de_scenario", condition=Q(lignes_de_scenario__scenario=scenario.pk)
                )
            }
        )
        tape = Coalesce(F(f"ligne_{rang}__montant"), ZERO)
        demandes = demandes.annotate(**{f"m_{rang}": Case(When(FIGEE, then=RETENU), default=tape, output_field=EUROS)})
    return demandes


def noms_des_montants(scenarios: Sequence[Scenario]) -> list[str]:
    """The annotations of `avec_montants`, the base first."""
    return [BASE, *(f"m_{rang}" for rang in range(len(scenarios)))]


def an_passe(contrat: Contrat, *, pour: Auteur) -> Subquery:
    """What the same funder kept last year, in the same scheme and nature, for the file that this one renews."""
    avant = (
        DemandeFinancement.objects.filter(
            dossier=OuterRef("dossier__precedent"),
            financeur=OuterRef("financeur"),
            dispositif=OuterRef("dispositif"),
            nature=OuterRef("nature"),
            etat__in=DEMANDE_CONSOMME,
            dossier__in=Dossier.objects.deliberes_par(pour, contrat).order_by().values("pk"),
        )
        .avec_montants_vus(pour, contrat)
        .order_by()
        .annotate(retenu=RETENU)
    )
    return Subquery(avant.values("retenu")[:1], output_field=EUROS)
