"""The state engine: a table of transitions per model, and the one way to go through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from .auteur import Auteur
from .erreurs import RegleEnfreinte
from .journal import inscrire


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an act may start, the state it leads to, and how people call it."""

    de: tuple[str, ...]
    vers: str
    libelle: str


Transitions = Mapping[str, Transition]


class TransitionImpossible(RegleEnfreinte):
    """The act does not start from the present state, often because somebody else acted first."""


class ModeleAEtats(models.Model):
    """A model whose `etat` changes through its table only.

    A concrete model declares `etat` (with its choices) and `TRANSITIONS`.
    """

    TRANSITIONS: ClassVar[Transitions]

    class Meta:
        abstract = True

    def transition_possible(self, acte: str) -> bool:
        """True when `acte` may start from the present state."""
        return self.etat in self.TRANSITIONS[acte].de  # type: ignore[attr-defined]

    def verifier_transition(self, acte: str) -> Transition:
        """The transition named `acte`; raises `TransitionImpossible` when it does not start from here."""
        transition = self.TRANSITIONS[acte]
        if self.etat not in transition.de:  # type: ignore[attr-defined]
            libelles = dict(self._meta.get_field("etat").flatchoices)  # type: ignore[union-attr,misc]
            attendus = " ou ".join(f"« {libelles[etat]} »" for etat in transition.de)
            raise TransitionImpossible(
                f"« {transition.libelle} » demande l’état {attendus} ; "
                f"l’état actuel est « {libelles[self.etat]} ». Rechargez la page.",  # type: ignore[attr-defined]
                code="transition_impossible",
            )
        return transition

    def changer_etat(
        self,
        acte: str,
        *,
        par: Auteur,
        le: datetime,
        motif: str = "",
        champs: Mapping[str, Any] | None = None,
    ) -> None:
        """Go through the table, save the state with `champs`, write the journal line: one transaction, one act.

        The caller holds the row lock. `champs` are set on the object and shown in the journal, before and after.
        """
        transition = self.verifier_transition(acte)
        champs = dict(champs or {})
        avant = {"etat": self.etat} | {nom: _simple(getattr(self, nom)) for nom in champs}  # type: ignore[has-type]
        self.etat = transition.vers
        for nom, valeur in champs.items():
            setattr(self, nom, valeur)
        self.save(update_fields=["etat", *champs, *self._instants()])  # type: ignore[misc]
        apres = {"etat": self.etat} | {nom: _simple(getattr(self, nom)) for nom in champs}
        inscrire(self, acte=acte, libelle=transition.libelle, par=par, le=le, motif=motif, avant=avant, apres=apres)

    @classmethod
    def _instants(cls) -> list[str]:
        """The fields that tell when the row last changed: whoever follows changes learns of this one too."""
        return [c.name for c in cls._meta.concrete_fields if getattr(c, "auto_now", False)]  # type: ignore[attr-defined]


def _simple(valeur: Any) -> Any:
    """A value as the journal keeps it."""
    return valeur if valeur is None or isinstance(valeur, bool | int | str) else str(valeur)


def diagramme(transitions: Transitions, libelles: Mapping[str, str], depart: str) -> str:
    """The table as a Mermaid state diagram that begins in `depart`, for the generated pages of docs/etats/."""
    lignes = ["stateDiagram-v2"]
    lignes += [f"    {etat} : {libelle}" for etat, libelle in libelles.items()]
    lignes.append(f"    [*] --> {depart}")
    for acte, transition in transitions.items():
        lignes += [f"    {de} --> {transition.vers} : {acte}" for de in transition.de]
    return "\n".join(lignes)
