"""Acts on many files at once: planned here, done by a job, one transaction and one answer per line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import Contrat

from ..etats import DOSSIER_EN_COURS, TRANSITIONS_DOSSIER
from ..lectures.sollicitations import COMMUNES_DE_L_ACTION, candidats
from ..models import Dossier
from ..permissions import peut_programmer
from . import instruction
from .copil import reprendre
from .ecriture import motif_donne
from .saisie import Saisie
from .sollicitations import Consulte, solliciter_avis


@dataclass(frozen=True, slots=True)
class ActeEnLot:
    """An act that may be done on a selection, from these states; `forme` says what it asks, the same for all files."""

    libelle: str
    faire: Callable[..., object]
    de: tuple[str, ...]
    vers: str = ""  # the state it leads to, when it changes it
    forme: str = ""  # « motif » or « avis »


def _transition(acte: str, faire: Callable[..., object], forme: str = "") -> ActeEnLot:
    transition = TRANSITIONS_DOSSIER[acte]
    return ActeEnLot(transition.libelle, faire, transition.de, transition.vers, forme)


def demander_des_avis(
    dossier: Dossier, *, consultes: list[str], question: str, echeance: str, par: Auteur, le: datetime
) -> None:
    """Ask those of `consultes` (keys of candidates) that this file concerns; the communes are those of the action."""
    retenus = [
        Consulte(candidat.organisme, candidat.qualite, candidat.comite)
        for groupe in candidats(dossier)
        for candidat in groupe.candidats
        if candidat.cle in consultes or (groupe.titre == COMMUNES_DE_L_ACTION and COMMUNES in consultes)
    ]
    if not retenus:
        raise RegleEnfreinte("Aucun des destinataires choisis n’est consulté sur ce dossier.")
    solliciter_avis(dossier, retenus, echeance=date.fromisoformat(echeance), question=question, par=par, le=le)


COMMUNES = "communes"  # the key that stands for the communes of each action

ACTES_EN_LOT: Mapping[str, ActeEnLot] = {
    "declarer_complet": _transition("declarer_complet", instruction.declarer_complet),
    "declarer_recevable": _transition("declarer_recevable", instruction.declarer_recevable),
    "ouvrir_instruction": _transition("ouvrir_instruction", instruction.ouvrir_instruction),
    "reprendre": _transition("reprendre", reprendre),
    "solliciter_avis": ActeEnLot("Demander des avis", demander_des_avis, DOSSIER_EN_COURS, forme="avis"),
    "declarer_irrecevable": _transition("declarer_irrecevable", instruction.declarer_irrecevable, "motif"),
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


def agir_sur_selection(
    contrat: Contrat, numeros: list[str], *, acte: str, par: Auteur, champs: Mapping[str, Any] | None = None
) -> Travail:
    """Plan `acte` (of `ACTES_EN_LOT`) on these files of the contract; `champs` is what it asks, in plain values."""
    verifier(peut_programmer(par, contrat))
    if not numeros:
        raise RegleEnfreinte("Choisissez au moins un dossier.")
    champs = dict(champs or {})
    if ACTES_EN_LOT[acte].forme == "motif":
        champs["motif"] = motif_donne(champs.get("motif", ""))
    parametres = {"acte": acte, "numeros": numeros, "champs": champs}
    return _planifier("programmation.agir_sur_selection", contrat, parametres, par)


def saisir_lot(contrat: Contrat, lignes: Iterable[LigneDeLot], *, par: Auteur, piece_source: str = "") -> Travail:
    """Plan the writing of a spreadsheet's lines, once they have been read again and accepted."""
    lues = [ligne.en_json() for ligne in lignes]
    if not lues:
        raise RegleEnfreinte("Ce fichier ne change aucune ligne : il n’y a rien à enregistrer.")
    return _planifier("programmation.saisir_lot", contrat, {"lignes": lues, "piece_source": piece_source}, par)


def faire_l_acte(dossier: Dossier, acte: str, champs: Mapping[str, Any], *, par: Auteur, le: datetime) -> None:
    """One file of the selection."""
    ACTES_EN_LOT[acte].faire(dossier, **champs, par=par, le=le)


def deja_fait(dossier: Dossier, acte: str, champs: Mapping[str, Any]) -> bool:
    """The file stands where the act leads."""
    if ACTES_EN_LOT[acte].forme == "avis":
        return dossier.sollicitations.filter(question=champs["question"], echeance=champs["echeance"]).exists()
    return bool(dossier.etat == ACTES_EN_LOT[acte].vers)


def auteur_du_travail(rangee: Travail, canal: Any) -> Auteur:
    """Who asked for the job, for the organisation that the person acted for."""
    organisme = Organisme.objects.filter(pk=rangee.parametres["organisme"]).first()
    return Auteur(rangee.demande_par, organisme, canal)


def _planifier(nom: str, contrat: Contrat, parametres: dict[str, Any], par: Auteur) -> Travail:
    organisme = {"organisme": par.organisme.pk if par.organisme else None}
    return planifier(nom, cible=contrat, parametres=parametres | organisme, par=par)
