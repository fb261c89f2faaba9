"""What a session asks of plain values: texts cut to a page, what an envelope has left, in words."""

from __future__ import annotations

from decimal import Decimal

from commun.typographie import euros

SUITE = "… suite au dossier"


def couper(texte: str, signes: int) -> str:
    """`texte` on one line, cut at a word before `signes` characters, and then said to go on in the file."""
    ligne = " ".join(texte.split())
    if len(ligne) <= signes:
        return ligne
    garde = ligne[: signes - len(SUITE)]
    debut = garde.rpartition(" ")[0] or garde
    return debut.rstrip(" ,;:.") + SUITE


def reste_en_mots(reste: Decimal) -> str:
    """What is left of an envelope, in euros; a negative amount is said as what is missing (S-19)."""
    if reste < 0:
        return f"il manque {euros(-reste)}"
    return f"il reste {euros(reste)}" if reste else "tout est pris"


def rang_de(rang: int, sur: int) -> str:
    """« 34 sur 118 »."""
    return f"{rang} sur {sur}"
