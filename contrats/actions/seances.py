"""A session given whole, as a partner's system sends it: agenda, attendance and minutes become what it says.

Each difference goes through the act that the page uses; the same content again writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier
from geographie.models import Perimetre

from ..models import ItemCompteRendu, PointOrdreDuJour, Reunion
from ..permissions import peut_conduire
from .instances import (
    deplacer_point,
    ecrire_item,
    inscrire_point,
    modifier_point,
    noter_presences,
    retirer_item,
    retirer_point,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointVoulu:
    """A point of the agenda as it must stand; without a number, it is the one of this title, or a new one."""

    titre: str
    numero: int | None = None
    texte: str = ""
    rapporteur: Organisme | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVoulu:
    """An item of the minutes as it must stand; without a number, it is the one of this text, or a new one."""

    texte: str
    audience: str
    numero: int | None = None
    point: int | None = None
    perimetres: tuple[Perimetre, ...] = ()


@transaction.atomic
def donner_ordre_du_jour(reunion: Reunion, voulus: Sequence[PointVoulu], *, par: Auteur, le: datetime) -> None:
    """Make the agenda these points, in this order; papers stay with their point."""
    verifier(peut_conduire(par, reunion))
    suite: dict[str, Any] = {"par": par, "le": le}
    anciens = list(reunion.ordre_du_jour.order_by("ordre"))
    repris = _reprendre(anciens, voulus, "titre", "ordre_du_jour")
    for ancien in anciens:
        if ancien not in repris:
            retirer_point(ancien, **suite)
    points: list[PointOrdreDuJour] = []
    for voulu, ancien in zip(voulus, repris, strict=True):
        champs = {nom: getattr(voulu, nom) for nom in ("titre", "texte", "rapporteur", "minutes")}
        if ancien is None:
            points.append(inscrire_point(reunion, **champs, **suite))
            continue
        if any(getattr(ancien, nom) != valeur for nom, valeur in champs.items()):
            modifier_point(ancien, **champs, **suite)
        points.append(ancien)
    _ordonner(reunion, points, **suite)


def _ordonner(reunion: Reunion, points: list[PointOrdreDuJour], **suite: Any) -> None:
    courants = list(reunion.ordre_du_jour.order_by("ordre"))
    for rang, point in enumerate(points):
        for ici in range(courants.index(point), rang, -1):
            deplacer_point(point, vers_le_haut=True, **suite)
            courants[ici - 1], courants[ici] = courants[ici], courants[ici - 1]


@transaction.atomic
def donner_presences(
    reunion: Reunion, presences: Mapping[int, tuple[str, int | None]], *, par: Auteur, le: datetime
) -> None:
    """Make the attendance this one, by organisation; a seat that is not named is not known to have come."""
    verifier(peut_conduire(par, reunion))
    voulues = dict.fromkeys(reunion.comite.membres.values_list("organisme_id", flat=True), ("", None)) | dict(presences)
    notees = {p.organisme_id: (p.statut, p.pouvoir_a_id) for p in reunion.presences.all()}
    if any(notees.get(numero, ("", None)) != dite for numero, dite in voulues.items()):
        noter_presences(reunion, voulues, par=par, le=le)


@transaction.atomic
def donner_compte_rendu(reunion: Reunion, voulus: Sequence[ItemVoulu], *, par: Auteur, le: datetime) -> None:
    """Make the minutes these items; new ones come last."""
    verifier(peut_conduire(par, reunion))
    points = {p.pk: p for p in reunion.ordre_du_jour.all()}
    anciens = list(reunion.items.select_related("point").prefetch_related("perimetres").order_by("ordre", "pk"))
    repris = _reprendre(anciens, voulus, "texte", "compte_rendu")
    for ancien in anciens:
        if ancien not in repris:
            retirer_item(ancien, par=par, le=le)
    for rang, (voulu, ancien) in enumerate(zip(voulus, repris, strict=True)):
        if voulu.point is not None and voulu.point not in points:
            raise RegleEnfreinte(
                "Ce point n’est pas à l’ordre du jour de cette réunion.",
                champ=f"compte_rendu.{rang}.point",
                code="hors_ordre_du_jour",
            )
        if ancien is None or _differe(ancien, voulu):
            ecrire_item(
                reunion,
                texte=voulu.texte,
                audience=voulu.audience,
                point=points[voulu.point] if voulu.point is not None else None,
                perimetres=voulu.perimetres,
                item=ancien,
                par=par,
                le=le,
            )


def _differe(ancien: ItemCompteRendu, voulu: ItemVoulu) -> bool:
    perimetres = {p.pk for p in ancien.perimetres.all()} != {p.pk for p in voulu.perimetres}
    return perimetres or (ancien.texte, ancien.audience, ancien.point_id) != (voulu.texte, voulu.audience, voulu.point)


def _reprendre(anciens: Sequence[Any], voulus: Sequence[Any], texte: str, champ: str) -> list[Any]:
    """For each line wanted, the row that it designates, each one once: by its number, else by its text; None for a new one."""
    par_numero = {ancien.pk: ancien for ancien in anciens}
    libres = {pk: a for pk, a in par_numero.items() if pk not in {v.numero for v in voulus}}
    repris: list[Any] = []
    for rang, voulu in enumerate(voulus):
        if voulu.numero is None:
            ancien = next((a for a in libres.values() if getattr(a, texte) == getattr(voulu, texte)), None)
            if ancien is not None:
                del libres[ancien.pk]
        else:
            ancien = par_numero.pop(voulu.numero, None)
            if ancien is None:
                raise RegleEnfreinte(
                    "Cette ligne n’est pas, ou plus, dans cette réunion, ou elle est citée deux fois : relisez-la, ou retirez son "
                    "`id` pour en ajouter une.",
                    champ=f"{champ}.{rang}.id",
                    code="ligne_inconnue",
                )
        repris.append(ancien)
    return repris
