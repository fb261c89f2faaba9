"""Codes of the perimeters (regles.md 1.1 and 8)."""

from __future__ import annotations

import re
from datetime import date

QPV_2015 = re.compile(r"QP(?:0(?:\d{2}|2[AB])|9[78]\d)\d{3}")
QPV_2024 = re.compile(r"QN(?:0(?:\d{2}|2[AB])|9[78]\d)\d{2}[NMI]")
COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}")

# Dates of entry in force of the 2024 list (décrets 2023-1314 and 2024-1212), Q-02.
ENTREE_2024_METROPOLE = date(2024, 1, 1)
ENTREE_2024_OUTRE_MER = date(2025, 1, 1)


def generation_du_code(code: str) -> int | None:
    """2015 or 2024 for a well-formed QPV code, None for a malformed one (Q-01)."""
    if QPV_2015.fullmatch(code):
        return 2015
    if QPV_2024.fullmatch(code):
        return 2024
    return None


def generation_attendue(annee: int, *, outre_mer: bool) -> int:
    """The generation of perimeters that a file of `annee` refers to (Q-02)."""
    entree = ENTREE_2024_OUTRE_MER if outre_mer else ENTREE_2024_METROPOLE
    return 2024 if annee >= entree.year else 2015


def departement_de(commune: str) -> str:
    """The département of a commune, from its INSEE code: three characters overseas (974), two elsewhere (59, 2A)."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def parts_completes(parts: list[float], *, tolerance: float = 0.1) -> bool:
    """True when shares in % add up to 100 within `tolerance` (S-17)."""
    return abs(sum(parts) - 100) <= tolerance
