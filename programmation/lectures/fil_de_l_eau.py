"""Files of the schemes open all year outside the initiatives: the réserve, the fonds de concours; and who decides them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from commun.auteur import Auteur
from contrats.etats import REUNION_A_VENIR, EtatReunion
from contrats.models import Comite, Contrat, Reunion

from ..models import Dossier, FamilleDispositif
from .annee_au_fil import AnneeAuFil, LigneAuFil, ligne, socle


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAuFil(LigneAuFil):
    """One file; `cout` in euros."""

    depose_le: date | None
    cout: Decimal


@dataclass(frozen=True, slots=True)
class Instance:
    """A body that may validate these files, its last meeting held and the next one."""

    comite: Comite
    derniere: Reunion | None
    prochaine: Reunion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilDeLEau(AnneeAuFil[DossierAuFil]):
    """The réserve or the fonds de concours of a year."""

    instances: tuple[Instance, ...]

    @property
    def prochaine(self) -> Reunion | None:
        """The next meeting of any of the bodies."""
        dates = [i.prochaine for i in self.instances if i.prochaine is not None]
        return min(dates, key=lambda reunion: reunion.le) if dates else None


def au_fil_de_l_eau(contrat: Contrat, annee: int, famille: FamilleDispositif, *, pour: Auteur, le: date) -> FilDeLEau:
    """The files of the schemes of that kind: to instruct, answered by all their funders, decided. Constant queries."""
    lu = socle(contrat, annee, famille, _dossiers, pour=pour, le=le)
    return FilDeLEau(**lu, instances=_instances(contrat, le))


def _instances(contrat: Contrat, le: date) -> tuple[Instance, ...]:
    """The bodies that validate the programming: the COPIL, and one to which it left it, if any."""
    comites = list(Comite.objects.filter(contrat=contrat, valide_programmation=True).order_by("type", "nom"))
    reunions: dict[int, list[Reunion]] = defaultdict(list)
    siennes = Reunion.objects.filter(comite__in=comites).exclude(etat=EtatReunion.ANNULEE).select_related("comite")
    for reunion in siennes.order_by("le"):
        reunions[reunion.comite_id].append(reunion)
    return tuple(
        Instance(
            comite,
            derniere=next((r for r in reversed(reunions[comite.pk]) if r.tenue), None),
            prochaine=next((r for r in reunions[comite.pk] if r.le >= le and r.etat in REUNION_A_VENIR), None),
        )
        for comite in comites
    )


def _dossiers(dossiers: list[Dossier], lignes: dict[int, list[Any]], mis_de_cote: dict[int, str]) -> list[DossierAuFil]:
    return [
        DossierAuFil(
            **ligne(d, lignes[d.pk], mis_de_cote.get(d.pk, "")),
            depose_le=d.depose_le.date() if d.depose_le else None,
            cout=d.cout_total,
        )
        for d in dossiers
    ]
