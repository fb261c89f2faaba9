"""The evaluation grid of a file: its readings side by side, their difference, the average."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from commun.permissions import Reponse
from contrats.models import Contrat

from ..models import CritereCampagne, Dossier, Notation, NoteCritere
from ..permissions import peut_noter, peut_rouvrir_sa_lecture
from ..regles.notation import SUR, NotePonderee, moyenne_sur_vingt


@dataclass(frozen=True, slots=True)
class NoteDonnee:
    note: Decimal
    justification: str


@dataclass(frozen=True, slots=True)
class LectureLue:
    """One ended reading: whose, when, its average on 20."""

    rang: int
    evaluateur: str
    organisme: str
    validee_le: datetime | None
    commentaire: str
    moyenne: Decimal | None

    @property
    def libelle(self) -> str:
        return "Première lecture" if self.rang == 1 else "Seconde lecture"


@dataclass(frozen=True, slots=True)
class LigneGrille:
    """A criterion with what each reading gave it, in the order of the readings; `ecart` between two."""

    critere: CritereCampagne
    notes: tuple[NoteDonnee | None, ...]
    lectures: tuple[LectureLue, ...]

    @property
    def par_lecture(self) -> list[tuple[LectureLue, NoteDonnee | None]]:
        """Each reading with what it gave."""
        return list(zip(self.lectures, self.notes, strict=True))

    @property
    def ecart(self) -> Decimal | None:
        """Points between the second and the first reading, None unless both gave a score."""
        donnees = [n.note for n in self.notes if n is not None]
        return donnees[1] - donnees[0] if len(donnees) == 2 else None


@dataclass(frozen=True, slots=True)
class Grille:
    """The grid as one reader sees it: the readings that are ended side by side, and its own while it goes on."""

    lignes: tuple[LigneGrille, ...]
    lectures: tuple[LectureLue, ...]
    moyenne: Decimal | None  # of the readings that are ended, on 20
    noter: Reponse
    rouvrir: Reponse  # one's own reading, once ended
    rang: int  # which reading this person holds, or would hold
    commentaire: str
    miennes: dict[int, NoteDonnee]

    @property
    def ecart(self) -> Decimal | None:
        """Points on 20 between the averages of two readings."""
        moyennes = [lecture.moyenne for lecture in self.lectures if lecture.moyenne is not None]
        return moyennes[1] - moyennes[0] if len(moyennes) == 2 else None

    @property
    def distance(self) -> Decimal | None:
        """How far apart the two readings are, in points on 20, whichever is the higher."""
        return None if self.ecart is None else abs(self.ecart)


def grille(dossier: Dossier, *, pour: Auteur) -> Grille:
    """The grid of `dossier`, for somebody who reads its scores; a reading that goes on is its author's alone."""
    criteres = list(CritereCampagne.objects.filter(campagne=dossier.campagne_id))
    moi = pour.utilisateur.pk if pour.utilisateur is not None else None
    lues = list(
        Notation.objects.filter(Q(validee_le__isnull=False) | Q(evaluateur=moi), dossier=dossier)
        .select_related("evaluateur", "organisme")
        .prefetch_related("notes__critere")
        .order_by("lecture")
    )
    finies = [lue for lue in lues if lue.validee_le is not None]
    mienne = next((lue for lue in lues if lue.validee_le is None), None)
    donnees = [_donnees(lue) for lue in finies]
    lectures = tuple(_lecture(lue) for lue in finies)
    return Grille(
        lignes=tuple(LigneGrille(c, tuple(notes.get(c.pk) for notes in donnees), lectures) for c in criteres),
        lectures=lectures,
        moyenne=moyenne_sur_vingt(_ponderees(finies)),
        noter=peut_noter(pour, dossier),
        rouvrir=peut_rouvrir_sa_lecture(pour, dossier),
        rang=mienne.lecture if mienne is not None else 2 if finies else 1,
        commentaire=mienne.commentaire if mienne is not None else "",
        miennes=_donnees(mienne) if mienne is not None else {},
    )


def moyennes(dossiers: Iterable[int], *, pour: Auteur, contrat: Contrat) -> dict[int, Decimal]:
    """The average on 20 of those of `dossiers` (by key) whose scores this author reads and that have an ended reading."""
    lus = Dossier.objects.deliberes_par(pour, contrat).filter(pk__in=list(dossiers)).order_by()
    lues = _notes_finies().filter(notation__dossier__in=lus.values("pk"))
    sommes = lues.values_list("notation__dossier").annotate(moyenne=_MOYENNE)
    return {cle: _au_dixieme(moyenne) for cle, moyenne in sommes}


def avec_tri_par_note(dossiers: Any, *, pour: Auteur, contrat: Contrat) -> Any:
    """Adds `tri_note`, the same average before it is rounded; files without one come before zero."""
    lus = Dossier.objects.deliberes_par(pour, contrat).order_by().values("pk")
    lues = _notes_finies().filter(notation__dossier=OuterRef("pk"), notation__dossier__in=lus)
    moyenne = Subquery(lues.values("notation__dossier").annotate(moyenne=_MOYENNE).values("moyenne"))
    return dossiers.annotate(tri_note=Coalesce(moyenne, Value(Decimal(-1)), output_field=DecimalField()))


_MOYENNE = ExpressionWrapper(
    Sum(F("note") * F("critere__poids") * SUR / F("critere__note_max")) / Sum("critere__poids"),
    output_field=DecimalField(max_digits=12, decimal_places=6),
)


def _notes_finies() -> Any:
    return NoteCritere.objects.filter(notation__validee_le__isnull=False).order_by()


def _au_dixieme(moyenne: Decimal) -> Decimal:
    """Rounded as the rule rounds: one score out of 20, of weight 1."""
    arrondie = moyenne_sur_vingt([NotePonderee(moyenne, 20, 1)])
    assert arrondie is not None
    return arrondie


def _donnees(notation: Notation) -> dict[int, NoteDonnee]:
    return {n.critere_id: NoteDonnee(n.note, n.justification) for n in notation.notes.all()}


def _lecture(notation: Notation) -> LectureLue:
    return LectureLue(
        rang=notation.lecture,
        evaluateur=str(notation.evaluateur),
        organisme=notation.organisme.nom_court,
        validee_le=notation.validee_le,
        commentaire=notation.commentaire,
        moyenne=moyenne_sur_vingt(_ponderees([notation])),
    )


def _ponderees(notations: Iterable[Notation]) -> list[NotePonderee]:
    return [NotePonderee(n.note, n.critere.note_max, n.critere.poids) for lue in notations for n in lue.notes.all()]
