"""Errors that people read: their message is a French sentence that says what is wrong and what to do."""

from django.core.exceptions import PermissionDenied


class RegleEnfreinte(Exception):
    """A rule of the trade is broken: 409 in the API, beside the field or on top of the page in the browser."""

    def __init__(self, message: str, *, champ: str | None = None, code: str = "regle_enfreinte") -> None:
        super().__init__(message)
        self.message = message
        self.champ = champ
        self.code = code


class ActeRefuse(PermissionDenied):
    """The person may see the object but not do this: 403, with the reason."""

    def __init__(self, motif: str) -> None:
        super().__init__(motif)
        self.motif = motif


class RevisionDepassee(RegleEnfreinte):
    """Somebody else changed the object since it was read: 412 in the API, told on top of the page in the browser."""
