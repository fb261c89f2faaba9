"""The nightly check of the envelopes, and the e-mail to each person who keeps them."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import enveloppes as actions
from ..lectures.enveloppes import verifier_enveloppes

journal = logging.getLogger("programmation.enveloppes")


@travail("programmation.verifier_enveloppes", chaque_jour_a=3)
def verifier_les_enveloppes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Compare each envelope's figures with the sums of its rows and movements; those who keep it are told."""
    ecarts = verifier_enveloppes()
    for ecart in ecarts:
        journal.error("figures of an envelope do not add up: %s", ecart)
    prevenus = actions.prevenir_des_ecarts({ecart.contrat_id for ecart in ecarts}, le=timezone.now())
    return {"ecarts": [str(ecart) for ecart in ecarts], "prevenus": prevenus}


@travail(actions.PREVENIR_D_UN_ECART)
def prevenir_d_un_ecart(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person which envelopes of its contract no longer add up."""
    return {"parti": actions.expedier_les_ecarts(rangee)}
