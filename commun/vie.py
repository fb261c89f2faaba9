"""Takes an object through its table of states in memory, then writes its journal in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .auteur import Auteur
from .etats import ModeleAEtats
from .journal import preparer
from .models import LigneJournal


@dataclass(slots=True)
class Vie:
    """The acts of one object not yet saved, each checked against the object's own table of transitions."""

    objet: ModeleAEtats
    actes: list[dict[str, Any]] = field(default_factory=list)

    def faire(
        self, acte: str, le: datetime, par: Auteur, *, motif: str = "", champs: Mapping[str, Any] | None = None
    ) -> None:
        """Change the state and the fields, as `ModeleAEtats.changer_etat` would; the journal line waits."""
        champs = dict(champs or {})
        transition = self.objet.verifier_transition(acte)
        avant = {"etat": str(self.objet.etat)} | {nom: _simple(getattr(self.objet, nom)) for nom in champs}
        self.objet.etat = transition.vers
        for nom, valeur in champs.items():
            setattr(self.objet, nom, valeur)
        apres = {"etat": str(self.objet.etat)} | {nom: _simple(valeur) for nom, valeur in champs.items()}
        self.actes.append(
            {
                "acte": acte,
                "libelle": transition.libelle,
                "par": par,
                "le": le,
                "motif": motif,
                "avant": avant,
                "apres": apres,
            }
        )

    def noter(self, acte: str, libelle: str, le: datetime, par: Auteur, *, motif: str = "") -> None:
        """A line that changes no state, such as an opinion."""
        self.actes.append({"acte": acte, "libelle": libelle, "par": par, "le": le, "motif": motif})

    def lignes(self) -> list[LigneJournal]:
        """The journal lines in order of time, once the object has its number."""
        return [preparer(self.objet, **acte) for acte in sorted(self.actes, key=lambda acte: acte["le"])]


def _simple(valeur: Any) -> Any:
    return valeur if valeur is None or isinstance(valeur, bool | int | str) else str(valeur)
