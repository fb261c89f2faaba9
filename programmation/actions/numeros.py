"""The numbers that files receive, one after another within a year."""

from __future__ import annotations

import re

from ..models import Campagne, Dossier

_NUMERO = re.compile(r"(\d{4})-(\d+)")


def prochains_numeros(campagne: Campagne, nombre: int) -> list[str]:
    """The next `nombre` numbers of the year: « 2026-190 ».

    The campaign's row is held until the end of the transaction, so that two authors never draw the same.
    """
    Campagne.objects.select_for_update(of=("self",), no_key=True).get(pk=campagne.pk)
    pris = Dossier.objects.filter(contrat=campagne.contrat_id, numero__startswith=f"{campagne.annee}-")
    rangs = (_NUMERO.fullmatch(numero) for numero in pris.values_list("numero", flat=True))
    dernier = max((int(rang[2]) for rang in rangs if rang), default=0)
    return [f"{campagne.annee}-{dernier + rang:03d}" for rang in range(1, nombre + 1)]
