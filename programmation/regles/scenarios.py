"""What-if programmings: amounts changed together, euros for a part of the public, cents that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.db import models

from commun.typographie import INSECABLE, nombre

from .argent import centimes_sans_perte

_EURO = Decimal(1)
_CENTIEME = Decimal("0.01")
_DIXIEME = Decimal("0.1")


class Ajustement(models.TextChoices):
    """How many amounts are changed at once."""

    POURCENT = "pourcent", "Augmenter ou baisser de …\u202f%"
    ZERO = "zero", "Mettre à 0"
    AN_PASSE = "an_passe", "Plafonner au montant de l’an passé"
    PROPOSITION = "proposition", "Reprendre la proposition d’aujourd’hui"
    DEMANDE = "demande", "Donner tout ce qui est demandé"


def ajuste(
    ajustement: Ajustement,
    montant: Decimal | None,
    *,
    taux: Decimal = Decimal(0),
    an_passe: Decimal | None = None,
    propose: Decimal | None = None,
    demande: Decimal = Decimal(0),
    cout: Decimal,
) -> Decimal | None:
    """The amount once adjusted, in euros, never above the cost of the action; None leaves the row without an amount.

    `taux` is in %, negative to lower; the result is rounded to the euro. A row without an amount gets one only from
    what is asked or proposed, or 0. A cost of 0 is one that nobody gave: it is no ceiling.
    """
    match ajustement:
        case Ajustement.ZERO:
            return Decimal(0)
        case Ajustement.DEMANDE:
            return sous_le_cout(demande, cout)
        case Ajustement.PROPOSITION:
            return montant if propose is None else sous_le_cout(propose, cout)
        case Ajustement.AN_PASSE:
            return montant if montant is None or an_passe is None else min(montant, an_passe)
        case Ajustement.POURCENT:
            if montant is None:
                return None
            voulu = (montant * (100 + taux) / 100).quantize(_EURO, ROUND_HALF_UP)
            return max(Decimal(0), sous_le_cout(voulu, cout))


def sous_le_cout(montant: Decimal, cout: Decimal) -> Decimal:
    """`montant` brought down to the cost of the action when that is known, in euros."""
    return min(montant, cout) if cout else montant


def part_du_public(nombre: int | None, public: int | None) -> Decimal | None:
    """The share, from 0 to 1, of the expected public that `nombre` people are; None when either is unknown (regles 2.9).

    Euros of an action « for women » are its euros times this share; an action whose public is unknown stands apart.
    """
    if nombre is None or not public:
        return None
    return min(Decimal(1), Decimal(nombre) / Decimal(public))


def en_pourcent(portion: Decimal, tout: Decimal) -> Decimal | None:
    """A share in %, to the tenth, rounding half up; None over nothing."""
    return (portion * 100 / tout).quantize(_DIXIEME, ROUND_HALF_UP) if tout else None


def manque_a_la_part(portion: Decimal, tout: Decimal, visee: Decimal) -> Decimal:
    """Euros that `portion` lacks to be `visee` % of `tout`, to the cent; 0 once it is. Compared on exact values."""
    return max(Decimal(0), tout * visee / 100 - portion).quantize(_CENTIEME, ROUND_HALF_UP)


def taux_en_mots(taux: Decimal) -> str:
    """How a change is told: « Augmenter de 5 % », « Baisser de 12,5 % »."""
    sens = "Baisser" if taux < 0 else "Augmenter"
    return f"{sens} de {nombre(abs(taux), None)}{INSECABLE}%"


def au_centime(exacts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Shares of `total` brought to the cent so that they add up to it, whatever small part their shares left out (S-17)."""
    trouve = sum(exacts, Decimal(0))
    if trouve and trouve != total:
        exacts = [exact * total / trouve for exact in exacts]
    return centimes_sans_perte(exacts)
