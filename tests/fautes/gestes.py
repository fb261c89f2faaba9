"""What each process of a crowd does; apart from the tests, so that it starts with little to import."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte
from contrats.models import ActeDecision, Reunion
from programmation import actions
from programmation.models import Dossier

ACTES = 25
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


def prendre_sans_garde(rang: int) -> int:
    """One process of the control: read what is left, then write."""
    faits = 0
    for _ in range(ACTES):
        with connection.cursor() as curseur:
            curseur.execute("SELECT plafond - pris FROM temoin_enveloppe")
            (reste,) = curseur.fetchone()
            time.sleep(0.002)
            if reste > 0:
                curseur.execute("UPDATE temoin_enveloppe SET pris = pris + 1")
                faits += 1
    return faits
