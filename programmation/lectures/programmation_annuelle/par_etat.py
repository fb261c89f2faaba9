"""How many files and rows stand in each state."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, QuerySet, Sum, When

from ...etats import EtatDemande, EtatDossier
from ...models import Dossier
from .montants import RETENU, RETENUE, ZERO


@dataclass(frozen=True, slots=True)
class EtatCompte:
    """How many rows are in one state, for how much."""

    code: str
    nom: str
    nombre: int
    montant: Decimal


def etats_des_dossiers(dossiers: QuerySet[Dossier]) -> tuple[EtatCompte, ...]:
    """Files by state, without amount."""
    comptes = dict(dossiers.values_list("etat").annotate(n=Count("pk")).order_by())
    return tuple(
        EtatCompte(etat.value, str(etat.label), comptes[etat], ZERO) for etat in EtatDossier if etat in comptes
    )


def etats_des_demandes(demandes: QuerySet[Any]) -> tuple[EtatCompte, ...]:
    """Rows by state, with the amount kept, or asked where nothing was kept."""
    montant = Case(When(RETENUE, then=RETENU), default=F("montant_demande"), output_field=DecimalField())
    comptes = {
        ligne["etat_vu"]: ligne
        for ligne in demandes.values("etat_vu").annotate(n=Count("pk"), montant=Sum(montant)).order_by()
    }
    return tuple(
        EtatCompte(etat.value, str(etat.label), comptes[etat]["n"], comptes[etat]["montant"] or ZERO)
        for etat in EtatDemande
        if etat in comptes
    )
