"""Neighbourhood initiatives (regles 2.13): who comes first, which body decides, when support is offered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Priorite:
    """Does the association come first? The French sentence says why."""

    prioritaire: bool | None  # None: it has not said yet how it is run
    motif: str

    @property
    def ordre(self) -> int:
        """Rank on a list: those that come first, those that have not said, the others."""
        return {True: 0, None: 1, False: 2}[self.prioritaire]


def priorite(*, benevole: bool | None, dossiers_a_l_appel: int) -> Priorite:
    """Volunteers who did not answer the yearly call come first; the others are admitted after them."""
    if dossiers_a_l_appel:
        return Priorite(
            False, "Son association a répondu à l’appel à projets de l’année : elle passe après les autres."
        )
    if benevole is None:
        return Priorite(None, "L’association n’a pas dit si elle est surtout animée par des bénévoles.")
    if not benevole:
        return Priorite(
            False, "L’association n’est pas surtout animée par des bénévoles : elle passe après les autres."
        )
    return Priorite(True, "Association animée par des bénévoles, qui n’a pas répondu à l’appel à projets.")


def instance_competente(*, sip: bool, valide_programmation: bool, valide_sip: bool, sip_confie: bool) -> bool:
    """May this body validate the file? `sip`: the file is a neighbourhood initiative; `sip_confie`: some body of the
    contract is in charge of them.

    That body alone validates them; where there is none, the one that validates the programming does.
    """
    if not sip:
        return valide_programmation
    return valide_sip if sip_confie else valide_programmation
