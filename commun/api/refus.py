"""Refusals of the protocol, whatever the trade; `problemes.py` writes them."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions, status


class Refus(exceptions.APIException):
    """An error of the protocol: its status, its sentence, its stable name."""

    def __init__(self, statut: int, detail: str, *, code: str, attendre: int | None = None) -> None:
        super().__init__(detail, code)
        self.status_code = statut
        self.code = code
        if attendre is not None:
            self.wait = attendre  # DRF's handler turns it into `Retry-After`


class LignesRefusees(exceptions.APIException):
    """A batch of which some lines are wrong, when all or nothing was asked: nothing was written."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, erreurs: list[dict[str, Any]]) -> None:
        super().__init__("Aucune ligne n’est enregistrée : corrigez celles qui sont citées, puis renvoyez le lot.")
        self.erreurs = erreurs
