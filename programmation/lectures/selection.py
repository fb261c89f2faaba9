"""What a validation would programme on a selection of files: the table of each body that has something to say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from contrats.models import Comite

from ..etats import EtatDemande
from ..models import DemandeFinancement
from ..models.seance import demandes_de

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TableDuCopil:
    """What a validation would programme on one file, in euros, and the funders whose row would stay as it is."""

    montant: Decimal = ZERO
    restent: tuple[str, ...] = ()


def tables_du_copil(dossiers: Iterable[int], comite: Comite) -> dict[int, TableDuCopil]:
    """For each file (by key), what this body has on its table: of the rows that it examines, and of no other's.

    One query. A draft reads as not proposed yet.
    """
    montants: dict[int, Decimal] = defaultdict(Decimal)
    restent: dict[int, dict[str, None]] = defaultdict(dict)
    attendues = DemandeFinancement.objects.filter(
        demandes_de(comite), dossier__in=list(dossiers), etat__in=(EtatDemande.DEMANDEE, EtatDemande.PROPOSEE)
    ).select_related("financeur")
    for demande in attendues.order_by("financeur__nom"):
        if demande.a_la_table_du_copil:
            montants[demande.dossier_id] += demande.montant_propose or ZERO
        else:
            restent[demande.dossier_id][demande.financeur.nom_court] = None
    return {cle: TableDuCopil(montants[cle], tuple(restent[cle])) for cle in {*montants, *restent}}


_VIDE = TableDuCopil()


@dataclass(frozen=True, slots=True)
class ApercuDeValidation:
    """What each body would programme on a selection, in euros: by file (by key) and in all."""

    instances: tuple[Comite, ...]
    tables: tuple[dict[int, TableDuCopil], ...]  # one by body

    @property
    def totaux(self) -> tuple[tuple[Comite, Decimal], ...]:
        sommes = (sum((table.montant for table in siennes.values()), ZERO) for siennes in self.tables)
        return tuple(zip(self.instances, sommes, strict=True))

    def du_dossier(self, cle: int) -> tuple[tuple[Comite, Decimal], ...]:
        """What each would programme on one file."""
        return tuple(
            (c, siennes.get(cle, _VIDE).montant) for c, siennes in zip(self.instances, self.tables, strict=True)
        )

    def restent(self, cle: int) -> tuple[str, ...]:
        """The funders of one file whose row would stay as it is, of those that these bodies examine."""
        return tuple(dict.fromkeys(nom for siennes in self.tables for nom in siennes.get(cle, _VIDE).restent))


def apercu_de_la_validation(dossiers: Collection[int], comites: Iterable[Comite]) -> ApercuDeValidation:
    """One query by body."""
    instances = tuple(comites)
    return ApercuDeValidation(instances, tuple(tables_du_copil(dossiers, comite) for comite in instances))
