"""The nightly check of the envelopes."""

from __future__ import annotations

from typing import Any

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..lectures.enveloppes import verifier_enveloppes


@travail("programmation.verifier_enveloppes", chaque_jour_a=3)
def verifier_les_enveloppes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Compare each envelope's counters with the sum of its rows."""
    ecarts = verifier_enveloppes()
    return {"ecarts": [str(ecart) for ecart in ecarts]}
