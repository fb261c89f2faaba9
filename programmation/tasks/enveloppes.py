"""The nightly check of the envelopes."""

from __future__ import annotations

import logging
from typing import Any

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..lectures.enveloppes import verifier_enveloppes

journal = logging.getLogger("programmation.enveloppes")


@travail("programmation.verifier_enveloppes", chaque_jour_a=3)
def verifier_les_enveloppes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Compare each envelope's counters with the sum of its rows."""
    ecarts = verifier_enveloppes()
    for ecart in ecarts:
        journal.error("an envelope's counters are not the sum of its rows: %s", ecart)
    return {"ecarts": [str(ecart) for ecart in ecarts]}
