"""What a file of some schemes says besides the common form, for its page: the operation, the holidays, who pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..models import Dossier
from ..regles.investissement import FondsDeConcours, Participation
from .comparaison import SectionLue, en_mots
from .demande import demande_de, sections_du_dossier

_SECTIONS = frozenset({"operation", "vacances"})


@dataclass(frozen=True, slots=True)
class Annexes:
    """Its own sections in words; the shares that the law watches (S-21, S-22)."""

    sections: tuple[SectionLue, ...]
    participation: Participation | None
    fonds_de_concours: FondsDeConcours | None


def annexes_de(dossier: Dossier, le: date) -> Annexes | None:
    """None for a file whose form has no section of its own."""
    if not _SECTIONS & {section.code for section in sections_du_dossier(dossier)}:
        return None
    demande = demande_de(dossier, le)
    return Annexes(
        sections=tuple(lue for lue in en_mots(demande) if lue.section.code in _SECTIONS),
        participation=demande.participation,
        fonds_de_concours=demande.fonds_de_concours,
    )
