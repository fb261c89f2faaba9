"""Cursor pagination: the last page costs what the first does, and a row written meanwhile is never skipped."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from rest_framework import exceptions, serializers

PAR_PAGE, PAR_PAGE_MAX = 100, 1000
_GRAND = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: when it last changed, and its number."""

    modifie_le: datetime
    pk: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.modifie_le.isoformat()}|{self.pk}".encode()).decode().rstrip("=")

    @classmethod
    def lue(cls, texte: str) -> Position:
        """Raises `ValueError` when `texte` is not a cursor that we gave."""
        if len(texte) > 100:
            raise ValueError("not a cursor")
        try:
            clair = base64.urlsafe_b64decode(texte + "=" * (-len(texte) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError) as erreur:
            raise ValueError("not a cursor") from erreur
        quand, _, pk = clair.partition("|")
        moment = datetime.fromisoformat(quand)
        if moment.tzinfo is None or not pk.isdecimal() or int(pk) > _GRAND:
            raise ValueError("not a cursor")
        return cls(moment, int(pk))


class CurseurField(serializers.CharField):
    """The `curseur` parameter."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return Position.lue(super().to_internal_value(data))
        except (ValueError, OverflowError) as erreur:
            raise exceptions.ValidationError(
                "Ce curseur n’est pas reconnu : reprenez celui de « suivante »."
            ) from erreur


class PageSerializer(serializers.Serializer[Any]):
    """The parameters of every list."""

    curseur = CurseurField(required=False, help_text="Position de reprise : la valeur reçue dans « suivante ». Opaque.")
    taille = serializers.IntegerField(
        required=False,
        default=PAR_PAGE,
        min_value=1,
        max_value=PAR_PAGE_MAX,
        help_text=f"Nombre d’objets par page ({PAR_PAGE} par défaut, {PAR_PAGE_MAX} au plus).",
    )
    modifie_depuis = serializers.DateTimeField(
        required=False,
        help_text="Ne donne que ce qui a changé depuis cet instant (ISO 8601), retraits compris.",
    )


def tranche(objets: models.QuerySet[Any], *, apres: Position | None, taille: int) -> models.QuerySet[Any]:
    """The rows after `apres`, oldest change first, one more than asked: it tells whether a page follows."""
    if apres is not None:
        # Redundant for the logic; PostgreSQL reads the index from there.
        objets = objets.filter(
            Q(modifie_le__gt=apres.modifie_le) | Q(modifie_le=apres.modifie_le, pk__gt=apres.pk),
            modifie_le__gte=apres.modifie_le,
        )
    return objets.order_by("modifie_le", "pk")[: taille + 1]


def page(lignes: list[dict[str, Any]], *, taille: int, adresse: str, parametres: dict[str, str]) -> dict[str, Any]:
    """The page's body: its rows, and the address of the next page, null on the last one.

    Each row carries `_position`, which is removed here.
    """
    suite = len(lignes) > taille
    lignes = lignes[:taille]
    positions = [ligne.pop("_position") for ligne in lignes]
    suivante = None
    if suite:
        suivante = f"{adresse}?{urlencode({**parametres, 'curseur': str(positions[-1])})}"
    return {"resultats": lignes, "suivante": suivante}
