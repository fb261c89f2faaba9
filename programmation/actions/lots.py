"""Acts on many files at once: planned here, done by a job, one transaction and one answer per line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import Contrat

from ..etats import TRANSITIONS_DOSSIER
from ..models import Dossier
from ..permissions import peut_programmer
from . import instruction
from .copil import reprendre
from .ecriture import motif_donne
from .saisie import Saisie


@dataclass(frozen=True, slots=True)
class ActeEnLot:
    """An act that may be done on a selection; `motive` asks for one reason, the same for all."""

    faire: Callable[..., object]
    motive: bool = False


# By the name of the transition that each goes through.
ACTES_EN_LOT: Mapping[str, ActeEnLot] = {
    "declarer_complet": ActeEnLot(instruction.declarer_complet),
    "declarer_recevable": ActeEnLot(instruction.declarer_recevable),
    "ouvrir_instruction": ActeEnLot(instruction.ouvrir_instruction),
    "reprendre": ActeEnLot(reprendre),
    "declarer_irrecevable": ActeEnLot(instruction.declarer_irrecevable, motive=True),
}


@dataclass(frozen=True, slots=True)
class LigneDeLot:
    """What a line of a spreadsheet writes on one request, and the version that was read. None leaves a cell."""

    demande: int
    numero: str
    version: int
    depassee: bool = False
    montant: Decimal | None = None
    conditions: str | None = None
    numero_ej: str | None = None

    @property
    def saisie(self) -> Saisie:
        return Saisie(self.montant, self.conditions, self.numero_ej)

    def en_json(self) -> dict[str, Any]:
        """As plain values, for a job's parameters."""
        return asdict(self) | {"montant": None if self.montant is None else str(self.montant)}

    @classmethod
    def de_json(cls, lu: Mapping[str, Any]) -> LigneDeLot:
        montant = lu["montant"]
        return cls(**{**lu, "montant": None if montant is None else Decimal(montant)})


def agir_sur_selection(contrat: Contrat, numeros: list[str], *, acte: str, par: Auteur, motif: str = "") -> Travail:
    """Plan `acte` (of `ACTES_EN_LOT`) on these files of the contract."""
    verifier(peut_programmer(par, contrat))
    if not numeros:
        raise RegleEnfreinte("Choisissez au moins un dossier.")
    parametres = {"acte": acte, "numeros": numeros, "motif": motif_donne(motif) if ACTES_EN_LOT[acte].motive else ""}
    return _planifier("programmation.agir_sur_selection", contrat, parametres, par)


def saisir_lot(contrat: Contrat, lignes: Iterable[LigneDeLot], *, par: Auteur, piece_source: str = "") -> Travail:
    """Plan the writing of a spreadsheet's lines, once they have been read again and accepted."""
    lues = [ligne.en_json() for ligne in lignes]
    if not lues:
        raise RegleEnfreinte("Ce fichier ne change aucune ligne : il n’y a rien à enregistrer.")
    return _planifier("programmation.saisir_lot", contrat, {"lignes": lues, "piece_source": piece_source}, par)


def faire_l_acte(dossier: Dossier, acte: str, *, motif: str, par: Auteur, le: datetime) -> None:
    """One file of the selection."""
    suite = {"motif": motif} if ACTES_EN_LOT[acte].motive else {}
    ACTES_EN_LOT[acte].faire(dossier, par=par, le=le, **suite)


def deja_fait(dossier: Dossier, acte: str) -> bool:
    """The file stands where the act leads."""
    return bool(dossier.etat == TRANSITIONS_DOSSIER[acte].vers)


def auteur_du_travail(rangee: Travail, canal: Any) -> Auteur:
    """Who asked for the job, for the organisation that the person acted for."""
    organisme = Organisme.objects.filter(pk=rangee.parametres["organisme"]).first()
    return Auteur(rangee.demande_par, organisme, canal)


def _planifier(nom: str, contrat: Contrat, parametres: dict[str, Any], par: Auteur) -> Travail:
    organisme = {"organisme": par.organisme.pk if par.organisme else None}
    return planifier(nom, cible=contrat, parametres=parametres | organisme, par=par)
