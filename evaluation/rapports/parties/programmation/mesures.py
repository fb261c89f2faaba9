"""What every part of the programming shows: four amounts, the one that charts tell, their source."""

from __future__ import annotations

from decimal import Decimal

from commun.colonnes import TypeColonne
from programmation.lectures.programmation_annuelle import Montants

from ....lectures.synthese import Synthese
from ...blocs import Col
from ..mots import phrase

EUROS, NOMBRE, POURCENT = TypeColonne.EUROS, TypeColonne.NOMBRE, TypeColonne.POURCENT
MONTANTS = (
    Col("Demandé", EUROS, 12),
    Col("Proposé", EUROS, 12),
    Col("Programmé", EUROS, 12),
    Col("Voté", EUROS, 12),
)


def quatre(m: Montants) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Asked, proposed, programmed and voted, in euros: the cells under `MONTANTS`."""
    return m.demande, m.propose, m.programme, m.vote


def mesure(s: Synthese) -> tuple[str, str]:
    """What the charts show: the amount programmed or, before the COPIL, the amount asked; the field and its word."""
    return ("programme", "programmé") if s.programmation.chiffres.programme else ("demande", "demandé")


def montants_totaux(s: Synthese) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The same four for the whole year."""
    c = s.programmation.chiffres
    return c.demande, c.propose, c.programme, c.vote


def source_des_montants(s: Synthese) -> str:
    """Where the amounts come from, below each table."""
    return phrase(
        f"Source : dossiers et demandes de financement {s.annee}, à la date d’extraction. "
        "Programmé : validé par le COPIL. Voté : décidé par l’acte du financeur."
    )
