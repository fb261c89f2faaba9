"""Ratios of the TFPB programmes (regles 4.3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from .etats import AxeTfpb, FamilleTfpb

_CENTIEME = Decimal("0.01")


def famille_de_l_axe(axe: AxeTfpb) -> FamilleTfpb:
    """Axes 1 to 4 reinforce ordinary management, 5 to 8 are specific (T-03)."""
    return FamilleTfpb.DROIT_COMMUN_RENFORCE if axe <= AxeTfpb.DECHETS else FamilleTfpb.SPECIFIQUE


def taux_de_couverture(valorise: Decimal, abattement: Decimal | None) -> Decimal | None:
    """Valued expense over the abatement, in %; None when the abatement is unknown or zero."""
    if not abattement:
        return None
    return (valorise * 100 / abattement).quantize(_CENTIEME, ROUND_HALF_UP)


def effet_de_levier(depense: Decimal, valorise: Decimal) -> Decimal | None:
    """Expense mobilised for 1 € valued (national reference 1.3 to 1.4); None when nothing is valued."""
    if not valorise:
        return None
    return (depense / valorise).quantize(_CENTIEME, ROUND_HALF_UP)


def valorise_par_logement(valorise: Decimal, logements: int | None) -> Decimal | None:
    """Valued euros per dwelling (national reference 183 €); None when the dwellings are unknown."""
    if not logements:
        return None
    return (valorise / logements).quantize(_CENTIEME, ROUND_HALF_UP)
