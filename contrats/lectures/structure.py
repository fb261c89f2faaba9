"""The contract's structure: as its editor shows it, as an avenant freezes it, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from acteurs.models import Organisme
from commun import fichiers
from commun.instantanes import relire
from geographie.models import Perimetre

from ..etats import EtatDocument
from ..models import (
    ActeDecision,
    Avenant,
    Contrat,
    NatureOrientation,
    Objectif,
    Orientation,
    Signataire,
    VoletCommunal,
)

SCHEMA_STRUCTURE = 1


@dataclass(frozen=True, slots=True)
class GroupeAmbition:
    """The objectives of one ambition, in their order; the name is empty where the contract gives none."""

    nom: str
    objectifs: tuple[Objectif, ...]

    @property
    def cle(self) -> str:
        """What tells it from the other ambitions in a page: the number of its first objective."""
        return f"{self.objectifs[0].pk}"


@dataclass(frozen=True, slots=True)
class OrientationEditee:
    """An orientation with its ambitions, as the editor shows it."""

    orientation: Orientation
    ambitions: tuple[GroupeAmbition, ...]
    premiere: bool
    derniere: bool

    @property
    def cle(self) -> str:
        return f"{self.orientation.pk}"

    @property
    def objectifs(self) -> int:
        return sum(len(a.objectifs) for a in self.ambitions)

    @property
    def prioritaires(self) -> int:
        return sum(o.prioritaire for a in self.ambitions for o in a.objectifs)


@dataclass(frozen=True, slots=True)
class NatureEditee:
    """The orientations of one nature."""

    nature: NatureOrientation
    orientations: tuple[OrientationEditee, ...]


def ambitions(orientation: Orientation) -> tuple[GroupeAmbition, ...]:
    """The objectives of an orientation, by ambition, in the order of the first objective of each."""
    groupes: dict[str, list[Objectif]] = {}
    for objectif in orientation.objectifs.all():
        groupes.setdefault(objectif.ambition, []).append(objectif)
    return tuple(GroupeAmbition(nom, tuple(objectifs)) for nom, objectifs in groupes.items())


def orientations_editees(contrat: Contrat) -> tuple[NatureEditee, ...]:
    """The whole structure, thematic orientations first."""
    par_nature: dict[str, list[Orientation]] = {nature: [] for nature in NatureOrientation.values}
    for orientation in (
        contrat.orientations.select_related("theme_p147").prefetch_related("objectifs").order_by("ordre", "pk")
    ):
        par_nature[orientation.nature].append(orientation)
    return tuple(
        NatureEditee(
            NatureOrientation(nature),
            tuple(
                OrientationEditee(o, ambitions(o), premiere=rang == 0, derniere=rang == len(groupe) - 1)
                for rang, o in enumerate(groupe)
            ),
        )
        for nature, groupe in par_nature.items()
    )


def orientation_editee(orientation: Orientation) -> OrientationEditee:
    """One orientation, after it was changed."""
    rangs = list(
        Orientation.objects.filter(contrat=orientation.contrat_id, nature=orientation.nature)
        .order_by("ordre", "pk")
        .values_list("pk", flat=True)
    )
    lue = Orientation.objects.select_related("theme_p147").prefetch_related("objectifs").get(pk=orientation.pk)
    return OrientationEditee(lue, ambitions(lue), rangs[0] == lue.pk, rangs[-1] == lue.pk)


def organismes_du_contrat(contrat: Contrat) -> QuerySet[Organisme]:
    """The organisations already known in the contract: signatories, people's, committed, in the directory, the lead."""
    return Organisme.objects.filter(
        Q(pk=contrat.pilote_id)
        | Q(pk__in=contrat.signataires.values("organisme"))
        | Q(pk__in=contrat.habilitations.values("organisme"))
        | Q(pk__in=contrat.engagements.values("organisme"))
        | Q(pk__in=contrat.ressources.values("organisme"))
        | Q(pk__in=contrat.plan.values("organisme"))
        | Q(pk__in=contrat.fiches.values("organisme"))
        | Q(pk__in=contrat.actes.values("organisme"))
    ).order_by("recherche")


def signataires(contrat: Contrat) -> list[Signataire]:
    """The signatories in their order, with `nb_engagements` made in their name."""
    return list(
        contrat.signataires.select_related("organisme")
        .annotate(nb_engagements=Count("engagements", filter=Q(engagements__retire_le__isnull=True)))
        .order_by("ordre", "pk")
    )


def actes(contrat: Contrat) -> QuerySet[ActeDecision]:
    """The acts of the contract, the latest first, with their authority."""
    return contrat.actes.select_related("organisme", "piece").order_by("-pris_le", "-pk")


# --- Versions --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ObjectifFige:
    code: str
    nom: str
    ambition: str
    prioritaire: bool


@dataclass(frozen=True, slots=True)
class OrientationFigee:
    code: str
    nom: str
    nature: str
    theme_etat: str
    theme_p147: str
    objectifs: tuple[ObjectifFige, ...]


@dataclass(frozen=True, slots=True)
class SignataireFige:
    organisme: str
    qualite: str
    signe_le: date | None


@dataclass(frozen=True, slots=True)
class VoletFige:
    """A communal volet annexed to the contract, by the codes of the objectives that the commune selected."""

    commune: str
    objectifs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StructureFigee:
    """The contract's structure at one version: what an avenant may change."""

    orientations: tuple[OrientationFigee, ...]
    signataires: tuple[SignataireFige, ...]
    communes: tuple[str, ...]
    perimetres: tuple[str, ...]
    volets: tuple[VoletFige, ...]


def structure_actuelle(contrat: Contrat) -> StructureFigee:
    """The structure as it stands now, ready to be frozen."""
    orientations = [o for groupe in orientations_editees(contrat) for o in groupe.orientations]
    return StructureFigee(
        orientations=tuple(
            OrientationFigee(
                code=editee.orientation.code,
                nom=editee.orientation.nom,
                nature=editee.orientation.get_nature_display(),
                theme_etat=editee.orientation.theme_etat,
                theme_p147=str(editee.orientation.theme_p147 or ""),
                objectifs=tuple(
                    ObjectifFige(o.code, o.nom, o.ambition, o.prioritaire)
                    for a in editee.ambitions
                    for o in a.objectifs
                ),
            )
            for editee in orientations
        ),
        signataires=tuple(
            SignataireFige(str(s.organisme), s.get_qualite_display(), s.signe_le) for s in signataires(contrat)
        ),
        communes=tuple(contrat.communes.order_by("code").values_list("nom", flat=True)),
        perimetres=tuple(
            f"{p.nom} ({p.code})" for p in Perimetre.objects.filter(contrats__contrat=contrat).order_by("code")
        ),
        volets=_volets(contrat),
    )


def _volets(contrat: Contrat) -> tuple[VoletFige, ...]:
    """The volets annexed; one taken up again since counts as its last annexed version had it."""
    figes = []
    dernier = contrat.avenants.order_by("-numero").filter(instantane__isnull=False).first()
    derniere = structure_de(dernier) if dernier else None
    deja = {v.commune: v for v in derniere.volets} if derniere else {}
    for volet in (
        VoletCommunal.objects.filter(contrat=contrat, avenant__isnull=False)
        .select_related("commune")
        .prefetch_related("objectifs")
        .order_by("commune__recherche")
    ):
        if volet.etat == EtatDocument.ANNEXE:
            figes.append(VoletFige(volet.commune.nom, tuple(sorted(o.code for o in volet.objectifs.all()))))
        elif volet.commune.nom in deja:
            figes.append(deja[volet.commune.nom])
    return tuple(figes)


def structure_de(avenant: Avenant) -> StructureFigee | None:
    """The structure that an avenant keeps; None when none was kept."""
    if avenant.instantane is None:
        return None
    return relire(fichiers.lire(avenant.instantane), StructureFigee, schema=SCHEMA_STRUCTURE)


@dataclass(frozen=True, slots=True)
class Ecart:
    """One thing that two versions do not say alike; `details` are (field, before, after) of a change."""

    genre: str
    nom: str
    details: tuple[tuple[str, str, str], ...] = ()

    @property
    def etat(self) -> tuple[str, str]:
        """What happened to it in a word, and the tone of that word."""
        return _GENRES[self.genre]


_GENRES = {"ajout": ("ajouté", "succes"), "retrait": ("retiré", "danger"), "changement": ("modifié", "info")}
_CHAMPS = {
    "nom": "Intitulé",
    "nature": "Nature",
    "theme_etat": "Thème de l’État",
    "theme_p147": "Thème P147",
    "ambition": "Ambition",
    "prioritaire": "Retenu comme prioritaire",
    "qualite": "Qualité",
    "signe_le": "Signé le",
    "objectifs": "Objectifs retenus",
}


def comparer(avant: StructureFigee, apres: StructureFigee) -> tuple[tuple[str, tuple[Ecart, ...]], ...]:
    """What changed from one version to another, by part of the contract; parts without a change are left out."""
    parties: list[tuple[str, tuple[Ecart, ...]]] = [
        (
            "Orientations",
            _ecarts(
                avant.orientations,
                apres.orientations,
                cle=lambda o: o.code,
                nom=lambda o: f"{o.code} {o.nom}",
                champs=("nom", "nature", "theme_etat", "theme_p147"),
            ),
        ),
        (
            "Objectifs",
            _ecarts(
                _objectifs(avant),
                _objectifs(apres),
                cle=lambda o: (o["code_orientation"], o["code"]),
                nom=lambda o: f"{o['code']} {o['nom']}",
                champs=("nom", "ambition", "prioritaire"),
            ),
        ),
        (
            "Signataires",
            _ecarts(
                avant.signataires,
                apres.signataires,
                cle=lambda s: s.organisme,
                nom=lambda s: s.organisme,
                champs=("qualite", "signe_le"),
            ),
        ),
        ("Communes", _ecarts(avant.communes, apres.communes, cle=str, nom=str, champs=())),
        ("Périmètres", _ecarts(avant.perimetres, apres.perimetres, cle=str, nom=str, champs=())),
        (
            "Volets communaux annexés",
            _ecarts(
                avant.volets, apres.volets, cle=lambda v: v.commune, nom=lambda v: v.commune, champs=("objectifs",)
            ),
        ),
    ]
    return tuple((titre, ecarts) for titre, ecarts in parties if ecarts)


def _objectifs(structure: StructureFigee) -> tuple[dict[str, Any], ...]:
    """The objectives of all orientations; an objective is known by its orientation's code and its own."""
    return tuple(
        {"code_orientation": o.code, "code": x.code, "nom": x.nom, "ambition": x.ambition, "prioritaire": x.prioritaire}
        for o in structure.orientations
        for x in o.objectifs
    )


def _ecarts(
    avant: Iterable[Any],
    apres: Iterable[Any],
    *,
    cle: Callable[[Any], Any],
    nom: Callable[[Any], str],
    champs: tuple[str, ...],
) -> tuple[Ecart, ...]:
    anciens, nouveaux = {cle(x): x for x in avant}, {cle(x): x for x in apres}
    ecarts = []
    for code in [*anciens, *(c for c in nouveaux if c not in anciens)]:
        ancien, nouveau = anciens.get(code), nouveaux.get(code)
        if ancien is None:
            ecarts.append(Ecart("ajout", nom(nouveau)))
        elif nouveau is None:
            ecarts.append(Ecart("retrait", nom(ancien)))
        else:
            details = tuple(
                (_CHAMPS[champ], _texte(_valeur(ancien, champ)), _texte(_valeur(nouveau, champ)))
                for champ in champs
                if _valeur(ancien, champ) != _valeur(nouveau, champ)
            )
            if details:
                ecarts.append(Ecart("changement", nom(nouveau), details))
    return tuple(ecarts)


def _valeur(objet: Any, champ: str) -> Any:
    return objet[champ] if isinstance(objet, dict) else getattr(objet, champ)


def _texte(valeur: Any) -> str:
    """A frozen value as people read it."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, tuple):
        return ", ".join(valeur)
    return valeur or ""
