"""Which line of a budget a funder's money falls on when no request of the call asks for it."""

from __future__ import annotations

from .plans_budget import AIDES_PRIVEES

# Lines of account 74 outside this call, by kind of organisation (S-04).
_COMPTES = {
    "etat": "74etat",
    "service_etat": "74etat",
    "region": "74region",
    "departement": "74dep",
    "epci": "74epci",
    "commune": "74com",
    "ccas": "74com",
    "caf": "74orgasoc",
    "cpam": "74orgasoc",
    "bailleur": AIDES_PRIVEES,
    "entreprise": AIDES_PRIVEES,
    "association": AIDES_PRIVEES,
}
_AUTRES_ORGANISMES = "74x"


def compte_attendu(type_organisme: str) -> str:
    """The account of what an organisation of this kind is expected to give outside the call."""
    return _COMPTES.get(type_organisme, _AUTRES_ORGANISMES)
