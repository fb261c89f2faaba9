"""What every act on a meeting does before it writes: its row locked, its time, the next rank, what the journal keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ...etats import REUNION_A_VENIR
from ...models import Reunion
from ...permissions import peut_conduire


def verrouiller(reunion: Reunion, par: Auteur) -> Reunion:
    """The meeting's row, locked, once it is known that the author runs it."""
    reunion = (
        Reunion.objects.select_for_update(of=("self",))
        .select_related("comite__contrat", "comite__orientation", "commune")
        .get(pk=reunion.pk)
    )
    verifier(peut_conduire(par, reunion))
    return reunion


def verifier_a_venir(reunion: Reunion) -> None:
    """A meeting is prepared only before it is held or called off."""
    if reunion.etat not in REUNION_A_VENIR:
        raise RegleEnfreinte("La réunion n’est plus à venir : elle ne se prépare plus.", code="reunion_passee")


def rang_suivant(dernier: int | None) -> int:
    """The rank after `dernier`; 1 where there is none."""
    return (dernier or 0) + 1


def dit(objet: Model, champs: Iterable[str]) -> dict[str, Any]:
    """Fields as the journal keeps them."""
    valeurs = {nom: getattr(objet, nom) for nom in champs}
    return {n: v if v is None or isinstance(v, bool | int | str) else str(v) for n, v in valeurs.items()}
