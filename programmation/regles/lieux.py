"""Where each funder may pay: the warnings on a file's places (S-18, and the contract's own rules of eligibility)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OUI, EXCEPTION, NON = "oui", "exception", "non"
SPECIFIQUE = "specifique"


@dataclass(frozen=True, slots=True)
class LieuDeDossier:
    """One place of a file: the kind of its perimeter, empty for a commune or an action without territory."""

    nom: str
    type: str = ""
    perimetre: int | None = None


@dataclass(frozen=True, slots=True)
class DemandeSituee:
    """Who is asked, with which article (« l’État »), for which nature of credits; is it the State?"""

    financeur: int
    nom: str
    nature: str
    etat: bool = False


@dataclass(frozen=True, slots=True)
class RegleDEligibilite:
    """Whether a funder pays in a kind of place, or in one by its number; `nature` empty: whatever the credits."""

    financeur: int
    nature: str
    type: str
    perimetre: int | None
    admission: str
    condition: str = ""


def regle_applicable(
    demande: DemandeSituee, lieu: LieuDeDossier, regles: Iterable[RegleDEligibilite]
) -> RegleDEligibilite | None:
    """The most precise rule: a place by its number before its kind, then a nature of credits before all of them."""
    candidates = [
        regle
        for regle in regles
        if regle.financeur == demande.financeur
        and regle.nature in ("", demande.nature)
        and regle.type == lieu.type
        and regle.perimetre in (None, lieu.perimetre)
    ]
    return max(candidates, key=lambda r: (r.perimetre is not None, r.nature != ""), default=None)


def alertes_de_lieu(
    lieux: Sequence[LieuDeDossier], demandes: Sequence[DemandeSituee], regles: Sequence[RegleDEligibilite]
) -> list[str]:
    """Warnings, in French sentences, for places where a funder does not pay or pays by exception; each once.

    Without any rule for a funder and a kind of place, nothing is said.
    """
    alertes = []
    if not any(lieu.type for lieu in lieux) and any(d.etat and d.nature == SPECIFIQUE for d in demandes):
        alertes.append(
            "Aucun quartier ni territoire du contrat n’est indiqué : l’action ne peut être financée sur le "
            "programme 147 qu’avec un motif écrit, à noter dans les échanges du dossier."
        )
    groupes: dict[tuple[str, str, str], list[str]] = {}
    for demande in demandes:
        for lieu in lieux:
            regle = regle_applicable(demande, lieu, regles)
            if regle is not None and regle.admission != OUI:
                noms = groupes.setdefault((demande.nom, regle.admission, regle.condition), [])
                if lieu.nom not in noms:
                    noms.append(lieu.nom)
    return alertes + [_phrase(*cle, noms) for cle, noms in groupes.items()]


def _phrase(financeur: str, admission: str, condition: str, lieux: list[str]) -> str:
    ou = ", ".join(lieux)
    sujet = financeur[0].upper() + financeur[1:]
    suite = f" {condition}" if condition else ""
    if admission == NON:
        return f"{sujet} ne finance pas ce lieu\u202f: {ou}.{suite}"
    return f"{sujet} ne finance ce lieu qu’à titre exceptionnel\u202f: {ou}.{suite}"
