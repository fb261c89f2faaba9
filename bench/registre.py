"""Where a measure registers itself, and how its answer is written."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ligne:
    """One line of the answer: what was measured, how many times, against which goal, and whether it holds."""

    libelle: str
    valeur: str
    n: int
    objectif: str = ""
    tenu: bool | None = None


Banc = Callable[[int], Iterable[Ligne]]
BANCS: dict[str, Banc] = {}


def banc(nom: str) -> Callable[[Banc], Banc]:
    """Register a function that takes a number of repetitions and returns lines.

    A module of this package is found by itself: `bench/tableau.py` with one decorated function is enough.
    """

    def inscrire(fonction: Banc) -> Banc:
        if nom in BANCS:
            raise ValueError(f"two measures are called {nom!r}")
        BANCS[nom] = fonction
        return fonction

    return inscrire


def rapport(libelle: str, numerateurs: Sequence[float], denominateurs: Sequence[float], *, plafond: float) -> Ligne:
    """Return the median of the ratios of paired measures, taken in turns, against its highest accepted value."""
    quotient = statistics.median(a / b for a, b in zip(numerateurs, denominateurs, strict=True))
    return Ligne(libelle, f"{quotient:.2f} ×", len(numerateurs), f"≤ {plafond:.2f} ×", quotient <= plafond)


def mediane(libelle: str, valeurs: Sequence[float], unite: str, *, plafond: float | None = None) -> Ligne:
    """Return a median with its spread, against its highest accepted value if there is one."""
    milieu = statistics.median(valeurs)
    texte = f"{milieu:.2f} {unite} ({min(valeurs):.2f}–{max(valeurs):.2f})"
    if plafond is None:
        return Ligne(libelle, texte, len(valeurs))
    return Ligne(libelle, texte, len(valeurs), f"≤ {plafond:g} {unite}", milieu <= plafond)


def tableau(resultats: dict[str, list[Ligne]]) -> str:
    """Return the answers as a table of text."""
    rangees = [("banc", "mesure", "médiane", "n", "objectif", "tenu")]
    for nom, lignes in resultats.items():
        for ligne in lignes:
            verdict = {True: "oui", False: "NON", None: ""}[ligne.tenu]
            rangees.append((nom, ligne.libelle, ligne.valeur, str(ligne.n), ligne.objectif, verdict))
    largeurs = [max(len(rangee[i]) for rangee in rangees) for i in range(6)]
    textes = ["  ".join(mot.ljust(largeur) for mot, largeur in zip(r, largeurs, strict=True)).rstrip() for r in rangees]
    return "\n".join([textes[0], "-" * (sum(largeurs) + 10), *textes[1:]])
