"""Identifiers of organisations (regles.md 2.10 and 8)."""

from __future__ import annotations

import re

from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret

_RNA = re.compile(r"W\d[A-Z\d]\d{7}")


def siren_valide(siren: str) -> bool:
    """True for 9 digits that follow Luhn."""
    return len(siren) == 9 and siren.isdigit() and bool(_siren.is_valid(siren))


def siret_valide(siret: str) -> bool:
    """True for 14 digits that follow Luhn on the whole and on the SIREN; La Poste's also by the sum of digits."""
    if len(siret) != 14 or not siret.isdigit() or not siren_valide(siret[:9]):
        return False
    if siret.startswith("356000000") and sum(map(int, siret)) % 5 == 0:
        return True
    return bool(_siret.is_valid(siret))


def rna_valide(rna: str) -> bool:
    """True for a real RNA number, letter in third place included."""
    return _RNA.fullmatch(rna) is not None
