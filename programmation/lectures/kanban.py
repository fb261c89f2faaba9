"""The kanban: the same files as the table, in columns by state, with what each column counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from commun.auteur import Auteur
from commun.memoire import retenir
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import EtatDemande, EtatDossier
from ..models import Dossier
from .tableau import LigneTableau, lignes

CARTES = 20  # shown at first in a column, then added at each « voir plus »
# Shown even when empty: the way of a file to the COPIL.
CHEMIN = (
    EtatDossier.DEPOSE,
    EtatDossier.INCOMPLET,
    EtatDossier.COMPLET,
    EtatDossier.RECEVABLE,
    EtatDossier.EN_INSTRUCTION,
    EtatDossier.PROGRAMME,
)
AUTRES = (EtatDossier.AJOURNE, EtatDossier.IRRECEVABLE, EtatDossier.CLOS, EtatDossier.RETIRE)


@dataclass(frozen=True, slots=True)
class Compte:
    """One column: how many files of this state the filters keep, and what they ask, in euros."""

    etat: str
    libelle: str
    nombre: int
    demande: Decimal


def comptes(dossiers: QuerySet[Dossier], *, pour: Auteur, contrat: Contrat, financeur: int | None) -> list[Compte]:
    """The columns of these files (read with `avec_etat_vu`); one funder's rows only are added up when it is given.

    Kept until the next act on the contract, a minute at most.
    """
    lus = retenir(
        contrat.pk,
        ("kanban", dossiers, financeur, roles(pour, contrat)),
        lambda: _compter(dossiers, financeur),
    )
    return [
        Compte(etat.value, etat.label, *lus.get(etat.value, (0, Decimal(0))))
        for etat in (*CHEMIN, *AUTRES)
        if etat in CHEMIN or etat.value in lus
    ]


def cartes(
    dossiers: Any, etats: list[str], *, pour: Auteur, contrat: Contrat, financeur: int | None, debut: int = 0
) -> dict[str, list[tuple[Any, LigneTableau]]]:
    """The next cards of each column, from `debut`, in the order of `dossiers`: the file and its row of the table."""
    if not etats:
        return {}
    cles = [dossiers.filter(etat_vu=etat).values_list("pk", flat=True)[debut : debut + CARTES] for etat in etats]
    choisies = cles[0].union(*cles[1:], all=True) if len(cles) > 1 else cles[0]
    lus = list(dossiers.filter(pk__in=list(choisies)))
    lues = lignes(lus, pour=pour, contrat=contrat, financeur=financeur)
    par_etat: dict[str, list[tuple[Any, LigneTableau]]] = {etat: [] for etat in etats}
    for dossier, ligne in zip(lus, lues, strict=True):
        par_etat[ligne.etat].append((dossier, ligne))
    return par_etat


def _compter(dossiers: Any, financeur: int | None) -> dict[str, tuple[int, Decimal]]:
    nombres = dossiers.order_by().values_list("etat_vu").annotate(nombre=Count("pk"))
    comptees = ~Q(demandes__etat=EtatDemande.ANNULEE)
    if financeur is not None:
        comptees &= Q(demandes__financeur=financeur)
    sommes = (
        dossiers.order_by().values_list("etat_vu").annotate(somme=Sum("demandes__montant_demande", filter=comptees))
    )
    demandes = dict(sommes)
    return {etat: (nombre, demandes.get(etat) or Decimal(0)) for etat, nombre in nombres}
