"""Slots: a lower app names a question, a higher app answers it from its `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

CRENEAUX: dict[str, Creneau] = {}


class Creneau(Generic[P, R]):
    """A question asked upwards. A system check fails while nobody answers it; ARCHITECTURE.md lists them."""

    def __init__(self, nom: str, question: str) -> None:
        self.nom = nom
        self.question = question
        self.reponse: Callable[P, R] | None = None
        if CRENEAUX.setdefault(nom, self) is not self:
            raise RuntimeError(f"Two slots are called {nom}.")

    def remplir(self, reponse: Callable[P, R]) -> None:
        if self.reponse is not None:
            raise RuntimeError(f"The slot {self.nom} is already filled.")
        self.reponse = reponse

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.reponse is None:
            raise RuntimeError(f"Nobody fills the slot {self.nom}.")
        return self.reponse(*args, **kwargs)
