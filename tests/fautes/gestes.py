"""What each process of a crowd does; apart from the tests, so that it starts with little to import."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte
from contrats.models import ActeDecision, Reunion
from programmation import actions
from programmation.actions import actes
from programmation.models import Dossier, Enveloppe

ACTES = 25
ZERO = Decimal(0)
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)


def prendre(rang: int, lots: list[list[int]], copil: int, acte: int) -> dict[str, int]:
    """One process: program, or vote, each of its files; how each act ended."""
    reunion, decision = Reunion.objects.get(pk=copil), ActeDecision.objects.get(pk=acte)
    auteur = systeme(Canal.COMMANDE)
    issues: Counter[str] = Counter()
    for dossier in Dossier.objects.filter(pk__in=lots[rang]):
        try:
            if dossier.etat == "programme":
                actions.voter(
                    dossier.demandes.get(), acte=decision, montant=Decimal(15), par=auteur, le=LE, piece_source="CP"
                )
            else:
                actions.programmer(dossier, reunion=reunion, par=auteur, le=LE)
        except RegleEnfreinte as refus:
            issues[refus.code] += 1
        except Exception as erreur:
            issues[repr(erreur)] += 1
        else:
            issues["fait"] += 1
    return dict(issues)


def voter_sans_garde(rang: int, lots: list[list[int]], copil: int, acte: int) -> dict[str, int]:
    """The same votes with the guarded UPDATE replaced by what one would write without thinking: read, then write."""

    def lire_puis_ecrire(enveloppe: Enveloppe, *, programme: Decimal = ZERO, vote: Decimal = ZERO) -> None:
        lue = Enveloppe.objects.get(pk=enveloppe.pk)
        time.sleep(0.002)
        if lue.disponible < programme + vote:
            raise RegleEnfreinte("L’enveloppe ne suffit pas.", code="enveloppe_insuffisante")
        Enveloppe.objects.filter(pk=enveloppe.pk).update(
            montant_programme=lue.montant_programme + programme, montant_vote=lue.montant_vote + vote
        )

    garde, actes.deplacer = actes.deplacer, lire_puis_ecrire
    try:
        return prendre(rang, lots, copil, acte)
    finally:
        actes.deplacer = garde
