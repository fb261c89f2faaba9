"""The log files of what runs in the background."""

from pathlib import Path
from typing import BinaryIO

TAILLE_MAX = 5 * 1024 * 1024


def ouvrir_journal(chemin: Path) -> BinaryIO:
    """Open a log for appending; a long one is first put aside, in place of the one put aside before."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    if chemin.exists() and chemin.stat().st_size > TAILLE_MAX:
        chemin.replace(chemin.with_suffix(".precedent.log"))
    return chemin.open("ab")


def fin_du_journal(chemin: Path, lignes: int = 15) -> str:
    """The last lines of a log, indented for a message."""
    try:
        with chemin.open("rb") as fichier:
            fichier.seek(max(0, chemin.stat().st_size - 16_384))
            texte = fichier.read().decode(errors="replace")
    except OSError:
        return "    (journal absent)"
    return "\n".join(f"    {ligne}" for ligne in texte.splitlines()[-lignes:]) or "    (journal vide)"
