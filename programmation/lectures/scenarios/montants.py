"""What is counted: the rows in play for one reader, and the amount of each in each scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, FilteredRelation, Q, QuerySet, Value, When
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
PAR_CLES = 1_000  # files named one by one in a query; above, all are read


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


def retenus_l_an_passe(demandes: Iterable[Any], contrat: Contrat, *, pour: Auteur) -> dict[int, Decimal | None]:
    """What the same funder kept last year for the file that each of these rows renews, same scheme and nature, in euros.

    Rows come with their file; those that renew nothing, or whose past this reader does not see, are left out. One query,
    which never looks at the years row by row: on figures just written, the database would choose badly how to.
    """
    suites = {d.pk: (d.dossier.precedent_id, *_guichet(d)) for d in demandes if d.dossier.precedent_id}
    if not suites:
        return {}
    passees: Any = DemandeFinancement.objects.filter(
        etat__in=DEMANDE_CONSOMME,
        dossier__in=Dossier.objects.deliberes_par(pour, contrat).order_by().values("pk"),
    )
    precedents = {precedent for precedent, *_ in suites.values()}
    if len(precedents) <= PAR_CLES:
        passees = passees.filter(dossier__in=precedents)
    lues = passees.avec_montants_vus(pour, contrat).annotate(retenu=RETENU).order_by()
    cles = ("dossier", "financeur", "dispositif", "nature")
    retenus = {tuple(cle): retenu for *cle, retenu in lues.values_list(*cles, "retenu")}
    return {pk: retenus[cle] for pk, cle in suites.items() if cle in retenus}


def _guichet(demande: Any) -> tuple[int, int, str]:
    """Where the money is asked: funder, scheme, nature."""
    return demande.financeur_id, demande.dispositif_id, demande.nature
