"""What the lines of an import say, as typed values, and what became of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from acteurs.models import Organisme
from commun.erreurs import RegleEnfreinte
from geographie.models import Commune, VersionPerimetre

from ...etats import EtatDossier
from ...models import DemandeFinancement, Dispositif, Dossier, ModeLocalisation

# What a spreadsheet may say of a file, in the order in which differences are shown.
CHAMPS = (
    *("intitule", "resume", "besoin", "buts", "dispositif", "orientation", "theme_p147", "caractere", "objet"),
    *("debut", "fin", "beneficiaires", "beneficiaires_qpv", "femmes", "hommes", "cout_total"),
)


class Issue(StrEnum):
    """What became of a file of the spreadsheet."""

    CREE = "cree"
    MODIFIE = "modifie"
    INCHANGE = "inchange"
    REFUSE = "refuse"
    A_RAPPROCHER = "a_rapprocher"  # a person has to say which porteur or which file it is
    IGNORE = "ignore"  # not deposited yet in the other téléservice


@dataclass(frozen=True, slots=True)
class NouveauPorteur:
    """An organisation that nobody had named here yet."""

    nom: str
    siret: str
    type: str
    forme_juridique: str


@dataclass(frozen=True, slots=True)
class SaisieLieu:
    """A share, in %, of an action in one place."""

    mode: ModeLocalisation
    part: Decimal
    version: VersionPerimetre | None = None
    commune: Commune | None = None

    @property
    def cle(self) -> tuple[str, int | None, int | None, Decimal]:
        version = self.version.pk if self.version is not None else None
        return (str(self.mode), version, self.commune.pk if self.commune is not None else None, self.part)


@dataclass(frozen=True, slots=True)
class SaisieDemande:
    """What a file asks one funder. An amount, a nature or a scheme that the spreadsheet does not give is None.

    `nature_par_defaut` and `etat_externe` fill a new row; `refusee` says that the funder refused it elsewhere.
    """

    ligne: int
    financeur: Organisme
    nature_par_defaut: str
    nature: str | None = None
    dispositif: Dispositif | None = None
    montant_demande: Decimal | None = None
    montant_propose: Decimal | None = None
    etat_externe: str = ""
    refusee: bool = False
    numero_ej: str = ""


@dataclass(frozen=True, slots=True)
class SaisieDossier:
    """One file of the spreadsheet.

    `champs` are given by it: they are written over what stands here; `defauts` complete a new file only. `lieux` is
    None when nothing is said of places; `ages` holds the brackets that are given. `existant` is the file that it designates here, None for a new one.
    """

    lignes: tuple[int, ...]
    numero_externe: str
    porteur: Organisme | NouveauPorteur
    champs: Mapping[str, Any]
    defauts: Mapping[str, Any]
    demandes: tuple[SaisieDemande, ...]
    etat: EtatDossier
    depose_le: datetime
    lieux: tuple[SaisieLieu, ...] | None = None
    ages: Mapping[str, int] = field(default_factory=dict)
    existant: Dossier | None = None

    def __str__(self) -> str:
        return str(self.champs.get("intitule") or self.numero_externe)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changes in an existing file, in words."""

    quoi: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class ErreurDeSaisie:
    """Why a file is refused: the line, the column's key, the rule."""

    ligne: int
    champ: str
    erreur: RegleEnfreinte


@dataclass(frozen=True, slots=True)
class Remarque:
    """What an import leaves to a person: the line, the column's key, what to do."""

    ligne: int
    champ: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class ResultatDeDossier:
    """What became of one file, or would: its number here, what changes, what is wrong, what is left to a person."""

    saisie: SaisieDossier
    issue: Issue
    numero: str = ""
    differences: tuple[Difference, ...] = ()
    erreurs: tuple[ErreurDeSaisie, ...] = field(default=())
    remarques: tuple[Remarque, ...] = field(default=())
    restantes: tuple[DemandeFinancement, ...] = field(default=())  # asked here, and that its lines no longer say
