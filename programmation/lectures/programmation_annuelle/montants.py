"""What is counted and how: rows as the reader may see them, and the six figures of a group of rows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from contrats.models import Contrat

from ...etats import DEMANDE_CONSOMME, DEMANDE_FERME, DEMANDE_PROPOSE, EtatDemande, EtatDossier
from ...models import DemandeFinancement, Dossier

ZERO = Decimal(0)
RETENUE = Q(etat_vu__in=DEMANDE_CONSOMME)
FERME = Q(etat_vu__in=DEMANDE_FERME)
PROPOSEE = Q(etat_vu__in=DEMANDE_PROPOSE)
NON_ANNULEE = ~Q(etat_vu=EtatDemande.ANNULEE)
# What a funder keeps for an action: voted once its act is taken, programmed until then.
RETENU = Case(When(FERME, then=F("vote_vu")), default=F("programme_vu"), output_field=DecimalField())


@dataclass(frozen=True, slots=True)
class Montants:
    """Euros asked, proposed, programmed (COPIL) and voted (funder's act); files that ask, actions programmed."""

    demande: Decimal = ZERO
    propose: Decimal = ZERO
    programme: Decimal = ZERO
    vote: Decimal = ZERO
    dossiers: int = 0
    actions: int = 0


def vus(contrat: Contrat, pour: Auteur, publiee: bool) -> tuple[QuerySet[Dossier], QuerySet[DemandeFinancement]]:
    """Deposited files and their requests, with what the reader may see of each amount and state."""
    ecartes = [EtatDossier.BROUILLON, EtatDossier.RETIRE]
    if publiee:
        dossiers = Dossier.objects.filter(contrat=contrat).exclude(etat__in=ecartes)
        lisible = Q(proposition_partagee=True) | Q(etat__in=DEMANDE_CONSOMME)
        demandes = DemandeFinancement.objects.annotate(
            propose_vu=Case(When(lisible, then=F("montant_propose")), default=None, output_field=DecimalField()),
            programme_vu=F("montant_programme"),
            vote_vu=F("montant_vote"),
            etat_vu=Case(
                When(Q(etat=EtatDemande.PROPOSEE) & ~lisible, then=Value(EtatDemande.DEMANDEE.value)),
                default=F("etat"),
            ),
        )
    else:
        dossiers = Dossier.objects.visibles_par(pour, contrat).exclude(etat__in=ecartes)
        demandes = DemandeFinancement.objects.avec_montants_vus(pour, contrat)
    return dossiers, demandes.filter(dossier__in=dossiers.values("pk"))


def somme(champ: Any, filtre: Q) -> Coalesce:
    """The sum of `champ` over the rows that `filtre` keeps, in euros; 0 rather than none."""
    return Coalesce(Sum(champ, filter=filtre), Value(ZERO), output_field=DecimalField())


def agregats() -> dict[str, Any]:
    """The six figures of `Montants`, over the rows of a group."""
    return {
        "demande": somme("montant_demande", NON_ANNULEE),
        "propose": somme("propose_vu", PROPOSEE),
        "programme": somme("programme_vu", RETENUE),
        "vote": somme("vote_vu", FERME),
        "dossiers": Count("dossier", distinct=True, filter=NON_ANNULEE),
        "actions": Count("dossier", distinct=True, filter=RETENUE),
    }


def montants_de(ligne: Any) -> Montants:
    """The six figures of a group, as `agregats` named them."""
    return Montants(
        demande=ligne["demande"],
        propose=ligne["propose"],
        programme=ligne["programme"],
        vote=ligne["vote"],
        dossiers=ligne["dossiers"],
        actions=ligne["actions"],
    )
