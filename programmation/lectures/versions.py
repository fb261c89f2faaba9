"""Which version of a funder's row somebody has read: the rank of the last line of its journal."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from commun.models import LigneJournal

from ..models import DemandeFinancement


def versions(demandes: Iterable[int]) -> dict[int, int]:
    """The version of each of these requests (by number); 0 for one that nobody has touched. One query.

    Each act on a row writes a line in the act's own transaction: two readings of one version read the same row.
    """
    cles = list(demandes)
    lues = (
        LigneJournal.objects.filter(cible_type=DemandeFinancement._meta.label_lower, cible_id__in=cles)
        .order_by()
        .values_list("cible_id")
        .annotate(rang=Max("numero"))
    )
    return dict.fromkeys(cles, 0) | dict(lues)


def version(demande: DemandeFinancement) -> int:
    """The version of one request; a caller that holds its lock compares it with the one that was read."""
    return versions([demande.pk])[demande.pk]
