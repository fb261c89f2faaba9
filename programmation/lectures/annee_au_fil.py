"""What every kind of scheme open all year shows of a year: its files by where they stand, and the money left for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from commun.auteur import Auteur
from contrats.models import Contrat

from ..etats import DEMANDE_CONSOMME, EtatDossier
from ..models import Campagne, Dispositif, Dossier, FamilleDispositif
from ..regles.fil_de_l_eau import Rang
from .dispositifs import a_demander, de_la_famille
from .enveloppes import enveloppes
from .proximite import PAS_DEPOSES
from .rangs import (
    ZERO,
    ArgentAuFil,
    argent,
    attendus,
    ecartes,
    lignes_propres,
    lignes_vues,
    rang_de,
    somme_demandee,
    somme_programmee,
    somme_proposee,
    suite_en_mots,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LigneAuFil:
    """One file, as this reader may know it; euros, None when it may not read the amount or there is none."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    rang: Rang
    suite: str  # why nothing more is expected, empty for the others
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    sans_reponse: int  # funders that have not answered yet, private drafts included
    reunion: str
    fictif: bool


L = TypeVar("L", bound=LigneAuFil)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnneeAuFil(Generic[L]):
    """One kind of scheme in a year, for one reader."""

    campagne: Campagne | None
    dispositifs: tuple[Dispositif, ...]
    dispositif: Dispositif | None  # the one that may be asked for today
    dossiers: tuple[L, ...]
    argent: ArgentAuFil

    def _au_rang(self, rang: Rang) -> tuple[L, ...]:
        return tuple(lu for lu in self.dossiers if lu.rang == rang)

    @property
    def a_instruire(self) -> tuple[L, ...]:
        return self._au_rang(Rang.A_INSTRUIRE)

    @property
    def prets(self) -> tuple[L, ...]:
        return self._au_rang(Rang.PRET)

    @property
    def decides(self) -> tuple[L, ...]:
        return self._au_rang(Rang.DECIDE)

    @property
    def ajournes(self) -> tuple[L, ...]:
        return self._au_rang(Rang.AJOURNE)

    @property
    def sans_suite(self) -> tuple[L, ...]:
        return self._au_rang(Rang.SANS_SUITE)

    @property
    def permanents(self) -> bool:
        """May all of these schemes be asked for all year round?"""
        return all(dispositif.permanent for dispositif in self.dispositifs)

    @property
    def total_pret(self) -> Decimal:
        """Euros proposed on the ready ones, by all the funders that the reader knows of."""
        return sum((lu.propose or ZERO for lu in self._au_rang(Rang.PRET)), ZERO)


# Makes the lines of these files, from their rows and from what the last meeting to settle them set aside (by key).
Lecture = Callable[[list[Dossier], dict[int, list[Any]], dict[int, str]], list[L]]


def socle(
    contrat: Contrat,
    annee: int,
    famille: FamilleDispositif,
    lire: Lecture[L],
    *,
    joindre: tuple[str, ...] = (),
    pour: Auteur,
    le: date,
) -> dict[str, Any]:
    """The fields of `AnneeAuFil`; a constant number of queries beside those of `lire`. `joindre`: what it reads of a file."""
    dispositifs = de_la_famille(contrat, annee, famille)
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=famille)
        .exclude(etat__in=PAS_DEPOSES)
        .select_related("porteur", "dispositif", *joindre)
        .order_by("depose_le", "numero")
    )
    cles = [dossier.pk for dossier in dossiers]
    lignes = lignes_vues(cles, contrat, pour=pour)
    lus = lire(dossiers, lignes, ecartes(cles, contrat, pour=pour))
    pretes = [ligne for d, lu in zip(dossiers, lus, strict=True) if lu.rang == Rang.PRET for ligne in lignes[d.pk]]
    return {
        "campagne": Campagne.objects.filter(contrat=contrat, annee=annee).first(),
        "dispositifs": tuple(dispositifs),
        "dispositif": a_demander(dispositifs, le),
        "dossiers": tuple(lus),
        "argent": argent(
            enveloppes(contrat, annee, pour=pour), {d.pk for d in dispositifs}, pretes, pour=pour, contrat=contrat
        ),
    }


def ligne(dossier: Dossier, demandes: list[Any], ecarte_par: str) -> dict[str, Any]:
    """The fields of `LigneAuFil`, from the rows that such a file is read by."""
    famille = dossier.dispositif.famille
    rang = rang_de(dossier.etat, famille, demandes, ecarte=bool(ecarte_par))
    siennes = lignes_propres(famille, demandes)
    reunions = [d.reunion for d in siennes if d.reunion is not None and d.etat_vu in DEMANDE_CONSOMME]
    return {
        "numero": dossier.numero,
        "intitule": dossier.intitule,
        "porteur": dossier.porteur.nom_court,
        "etat": dossier.etat,
        "etat_libelle": EtatDossier(dossier.etat).label,
        "rang": rang,
        "suite": suite_en_mots(rang, dossier.etat, ecarte_par),
        "demande": somme_demandee(siennes),
        "propose": somme_proposee(siennes),
        "programme": somme_programmee(siennes),
        "sans_reponse": attendus(rang, siennes),
        "reunion": str(reunions[0]) if reunions else "",
        "fictif": dossier.fictif,
    }
