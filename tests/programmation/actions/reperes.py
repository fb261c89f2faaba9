"""What the tests of acts share: an act, a document, amounts, an object's journal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from commun.models import LigneJournal
from programmation.actions import NouvelActe
from programmation.models import Enveloppe

ACTE = NouvelActe("Commission permanente", "CP-2026-118", date(2026, 6, 15))
PIECE = "Courriel du 12 mars 2026"


def vie(objet: Any) -> list[LigneJournal]:
    """The lines of an object's journal, the oldest first."""
    return list(LigneJournal.objects.de(objet))


def euros(texte: str | int) -> Decimal:
    """An amount."""
    return Decimal(texte)


def compteurs(enveloppe: Enveloppe) -> tuple[Decimal, Decimal]:
    """Euros programmed and voted, as the database counts them."""
    enveloppe.refresh_from_db()
    return enveloppe.montant_programme, enveloppe.montant_vote
