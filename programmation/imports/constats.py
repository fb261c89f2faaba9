"""What the reading of a spreadsheet finds: faults and remarks line by line, unknown words, questions for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..actions.importation import Issue, ResultatDeDossier, SaisieDossier
from ..models import DemandeFinancement, Dossier


@dataclass(frozen=True, slots=True)
class Constat:
    """What is wrong (or only worth knowing) in one cell: line of the file, column's key, what to do."""

    ligne: int
    champ: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class MotInconnu:
    """A word that designates nothing yet: in which column, on how many lines, what it might be."""

    champ: str
    mot: str
    lignes: int
    proche: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say: which porteur, or which file. `choix` are values and their names."""

    genre: str  # porteur, dossier
    cle: str
    texte: str
    choix: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class DossierLu:
    """The lines of one file, once read. `saisie` is there when nothing keeps it from being written."""

    lignes: tuple[int, ...]
    numero_externe: str
    intitule: str
    porteur: str
    fautes: list[Constat] = field(default_factory=list)
    manques: list[Constat] = field(default_factory=list)  # what a new file cannot do without
    remarques: list[Constat] = field(default_factory=list)
    question: Question | None = None
    ignore: bool = False
    saisie: SaisieDossier | None = None
    resultat: ResultatDeDossier | None = None

    @property
    def issue(self) -> Issue:
        if self.ignore:
            return Issue.IGNORE
        if self.fautes:
            return Issue.REFUSE
        if self.question is not None:
            return Issue.A_RAPPROCHER
        return self.resultat.issue if self.resultat is not None else Issue.REFUSE


@dataclass(slots=True)
class Lecture:
    """A whole spreadsheet, read: its sheet, its columns and what they are, its files, what is unknown."""

    feuille: str
    ligne_d_entete: int
    entetes: tuple[str, ...]
    colonnes: Mapping[str, str]
    exemples: Mapping[str, tuple[str, ...]]
    manquantes: list[str]
    origine: str
    dossiers: list[DossierLu] = field(default_factory=list)
    mots: list[MotInconnu] = field(default_factory=list)
    ecartees: tuple[int, ...] = ()  # lines of totals
    lignes: int = 0
    ecrite: bool = False
    brutes: Mapping[int, list[Any]] = field(default_factory=dict)  # rows as they stand in the file, by number
    absents: list[Dossier] = field(
        default_factory=list
    )  # brought by an earlier import, no longer in this one: the first
    nb_absents: int = 0

    @property
    def fautes(self) -> list[Constat]:
        return sorted((f for d in self.dossiers for f in d.fautes), key=lambda f: f.ligne)

    @property
    def remarques(self) -> list[Constat]:
        return sorted((r for d in self.dossiers for r in d.remarques), key=lambda r: r.ligne)

    @property
    def demandes_absentes(self) -> list[tuple[DossierLu, DemandeFinancement]]:
        """The requests of the files that such a spreadsheet brought, when its lines no longer say them."""
        return [
            (lu, demande)
            for lu in self.dossiers
            if lu.resultat is not None
            and lu.resultat.saisie.existant is not None
            and lu.resultat.saisie.existant.origine == self.origine
            for demande in lu.resultat.restantes
        ]

    def nombre(self, issue: Issue) -> int:
        """How many files have this outcome."""
        return sum(1 for d in self.dossiers if d.issue is issue)
