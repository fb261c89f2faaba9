"""The two forms of a right: `peut_x` answers with its reason, `verifier` raises; and what a view declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required

from .erreurs import ActeRefuse

Vue = TypeVar("Vue", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reponse:
    """Yes, or no with the reason that the person reads beside the disabled button."""

    permis: bool
    motif: str = ""

    def __bool__(self) -> bool:
        return self.permis


OUI = Reponse(True)


def non(motif: str) -> Reponse:
    return Reponse(False, motif)


def verifier(reponse: Reponse) -> None:
    """Raise `ActeRefuse` with the reason when the answer is no."""
    if not reponse:
        raise ActeRefuse(reponse.motif)


class Acces(StrEnum):
    """Who reaches a view, declared on the view itself; a test walks the URLs for those that do not."""

    PUBLIC = "public"
    CONNECTE = "connecté"


def acces(niveau: Acces) -> Callable[[Vue], Vue]:
    """Declare who reaches a view that belongs to no contract."""

    def decorer(vue: Vue) -> Vue:
        vue.acces = niveau  # type: ignore[attr-defined]
        return login_not_required(vue) if niveau is Acces.PUBLIC else vue

    return decorer
