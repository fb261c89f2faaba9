"""The directory of droit commun as list and as tree, the actors' cards, the escalation notes a person may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.recherche import normaliser

from ..etats import EtatEscalade, Role
from ..models import Contrat, FicheActeur, NoteEscalade, Orientation, Ressource
from ..permissions import roles, voit_les_ressources_fermees

# After a year without anybody confirming it, a means may no longer exist.
DUREE_DE_VERIFICATION = timedelta(days=365)

TONS_ESCALADE = {
    EtatEscalade.BROUILLON: "neutre",
    EtatEscalade.AU_COTECH: "info",
    EtatEscalade.AU_COPIL: "attention",
    EtatEscalade.TRAITEE: "succes",
}


def a_verifier(verifie_le: date | None, *, le: date) -> bool:
    """True when nobody has checked it for twelve months."""
    return verifie_le is None or verifie_le < le - DUREE_DE_VERIFICATION


@dataclass(frozen=True, slots=True)
class RessourceLue:
    """A means of droit commun, and whether it must be checked again."""

    ressource: Ressource
    perimetres: tuple[str, ...]
    a_verifier: bool

    @property
    def cherchable(self) -> str:
        """All that a search reads, without accents."""
        r = self.ressource
        mots = [r.nom, r.moyens, r.public, r.conditions, r.contact, *self.perimetres]
        if r.organisme:
            mots += [r.organisme.nom, r.organisme.sigle]
        if r.orientation:
            mots += [r.orientation.nom, r.orientation.nom_court]
        return normaliser(" ".join(mots))


def visibles(contrat: Contrat, *, pour: Auteur) -> QuerySet[Ressource]:
    """The means that the reader may see: porteurs and the public bodies of the contract read the open ones only."""
    ressources = contrat.ressources.select_related("organisme", "orientation")
    if not voit_les_ressources_fermees(roles(pour, contrat)):
        ressources = ressources.filter(ouverte=True)
    return ressources


def ressources(
    contrat: Contrat,
    *,
    pour: Auteur,
    le: date,
    texte: str = "",
    orientation: Orientation | None = None,
    organisme: Organisme | None = None,
    seulement_a_verifier: bool = False,
) -> list[RessourceLue]:
    """The means by orientation, organisation, name. A directory counts some hundreds: it is read whole, then searched."""
    trouvees = visibles(contrat, pour=pour)
    if orientation:
        trouvees = trouvees.filter(orientation=orientation)
    if organisme:
        trouvees = trouvees.filter(organisme=organisme)
    lues = [
        RessourceLue(r, tuple(p.nom for p in r.perimetres.all()), a_verifier(r.verifie_le, le=le))
        for r in trouvees.prefetch_related("perimetres").order_by(
            "orientation__nature", "orientation__ordre", "organisme__recherche", "nom", "pk"
        )
    ]
    mots = normaliser(texte).split()
    return [r for r in lues if (r.a_verifier or not seulement_a_verifier) and all(mot in r.cherchable for mot in mots)]


@dataclass(frozen=True, slots=True)
class Branche:
    """What an organisation offers for an orientation."""

    organisme: Organisme | None
    ressources: tuple[RessourceLue, ...]


@dataclass(frozen=True, slots=True)
class Tronc:
    """An orientation and the organisations that offer droit commun for it; None gathers what has no orientation."""

    orientation: Orientation | None
    branches: tuple[Branche, ...]

    @property
    def ressources(self) -> int:
        return sum(len(b.ressources) for b in self.branches)


def arbre(contrat: Contrat, lues: list[RessourceLue]) -> tuple[Tronc, ...]:
    """Orientation → organisation → means. A thematic orientation without any means is there: it is a hole to see."""
    troncs: dict[Orientation | None, dict[Organisme | None, list[RessourceLue]]] = {
        o: {} for o in contrat.orientations.filter(nature="thematique").order_by("ordre", "pk")
    }
    for lue in lues:
        branches = troncs.setdefault(lue.ressource.orientation, {})
        branches.setdefault(lue.ressource.organisme, []).append(lue)
    return tuple(
        Tronc(orientation, tuple(Branche(organisme, tuple(r)) for organisme, r in branches.items()))
        for orientation, branches in troncs.items()
    )


@dataclass(frozen=True, slots=True)
class FicheLue:
    """An actor's card, its places, and whether it must be checked again."""

    fiche: FicheActeur
    perimetres: tuple[str, ...]
    a_verifier: bool
    ressources: int


def fiches(contrat: Contrat, *, pour: Auteur, le: date, texte: str = "") -> list[FicheLue]:
    """The cards by name of the organisation, with the number of means that the reader sees of it."""
    nombres: dict[int | None, int] = {}
    for organisme_id in visibles(contrat, pour=pour).values_list("organisme_id", flat=True):
        nombres[organisme_id] = nombres.get(organisme_id, 0) + 1
    mots = normaliser(texte).split()
    lues = []
    for fiche in (
        contrat.fiches.select_related("organisme").prefetch_related("perimetres").order_by("organisme__recherche")
    ):
        perimetres = tuple(p.nom for p in fiche.perimetres.all())
        cherchable = normaliser(
            " ".join(
                [fiche.organisme.nom, fiche.organisme.sigle, fiche.missions, fiche.publics, fiche.actions, *perimetres]
            )
        )
        if all(mot in cherchable for mot in mots):
            lues.append(
                FicheLue(fiche, perimetres, a_verifier(fiche.verifie_le, le=le), nombres.get(fiche.organisme_id, 0))
            )
    return lues


def notes_visibles(contrat: Contrat, *, pour: Auteur) -> QuerySet[NoteEscalade]:
    """The team reads every note; a member of the COPIL those brought before it; others none."""
    notes = contrat.escalades.select_related("orientation", "reunion__comite").order_by("-creee_le", "-pk")
    tenus = roles(pour, contrat)
    if tenus.instruit:
        return notes
    if tenus.tient(Role.MEMBRE_COPIL):
        return notes.filter(etat__in=[EtatEscalade.AU_COPIL, EtatEscalade.TRAITEE])
    return notes.none()
