"""Jobs of the support offered to associations: each offer is one e-mail."""

from __future__ import annotations

from typing import Any

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import proximite


@travail(proximite.ANNONCER_UN_APPUI)
def annoncer_un_appui(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person of the association that support is offered."""
    return {"parti": proximite.expedier_l_offre(rangee)}
