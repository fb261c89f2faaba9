"""System checks of the house."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register

from .creneaux import CRENEAUX


@register()
def creneaux_remplis(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Each slot has an answer."""
    return [
        Error(
            f"Nobody fills the slot {c.nom}: {c.question}",
            hint="Fill it in the ready() of the app that knows the answer.",
            id="commun.E001",
        )
        for c in CRENEAUX.values()
        if c.reponse is None
    ]
