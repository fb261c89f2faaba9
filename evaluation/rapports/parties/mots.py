"""Words shared by the parts: amounts in sentences, differences, shares, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from commun import typographie as typo
from contrats.models import NatureMoyens

NON_RENSEIGNE = "Non renseigné"
NON_COMMUNIQUE = "non communiqué"
ZERO = Decimal(0)

NATURES = {NatureMoyens.DROIT_COMMUN.value: "Droit commun", NatureMoyens.SPECIFIQUE.value: "Crédits spécifiques"}


def part(portion: Decimal | int, tout: Decimal | int) -> Decimal | None:
    """A share in %, to the tenth; None of nothing."""
    if not tout:
        return None
    return (Decimal(portion) * 100 / Decimal(tout)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def en_pourcent(taux: Decimal | int | float | None, decimales: int = 0) -> str:
    """A share already in %, with at most `decimales` decimals: « 48 % », « 46,6 % »."""
    if taux is None:
        return typo.ABSENT
    return f"{typo.nombre(typo.nombre_utile(Decimal(taux), decimales), None)}{typo.INSECABLE}%"


def evolution(valeur: Decimal | int, avant: Decimal | int, annee: int, *, euros: bool = False) -> str:
    """« 1,48 M€ en 2025 (+ 3 %) »: last year's figure and the change; without last year, says so."""
    if not avant:
        return f"aucune donnée en {annee}"
    ecrit = typo.euros(avant) if euros else typo.nombre(avant)
    ecart = part(Decimal(valeur) - Decimal(avant), avant)
    return f"{ecrit} en {annee} ({typo.ecart(ecart, 0)}{typo.INSECABLE}%)"


def enumerer(mots: Sequence[str]) -> str:
    """« Denain, Raismes et Escaudain »."""
    if len(mots) < 2:
        return "".join(mots)
    return f"{', '.join(mots[:-1])} et {mots[-1]}"


def phrase(*morceaux: str) -> str:
    """Sentences set by the French rules, one after the other; empty ones are left out."""
    return typo.typographie(" ".join(m for m in morceaux if m))


def millions(montant: Decimal | int | float | None) -> str:
    """An amount for a chart or a big figure: « 1,52 M€ »."""
    return typo.euros_abreges(montant)


def compter(nombre: int, singulier: str, pluriel: str | None = None, *, aucun: str = "aucun") -> str:
    """« aucun dossier », « 1 dossier », « 12 dossiers »; `aucun` gives the feminine."""
    return typo.pluriel(nombre, singulier, pluriel) if nombre else f"{aucun} {singulier}"


def capitale(texte: str) -> str:
    """The first letter of a sentence, raised."""
    return texte[:1].upper() + texte[1:]
