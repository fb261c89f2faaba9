"""Jobs of published calls: each answer is one e-mail."""

from __future__ import annotations

from typing import Any

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import besoins


@travail(besoins.REPONDRE_AU_CANDIDAT)
def repondre_au_candidat(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person what became of its organisation's answer."""
    return {"parti": besoins.expedier_la_reponse(rangee)}
