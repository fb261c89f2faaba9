"""Two people on one form: what each typed is kept, and nobody writes over the other unknowingly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django import forms

from commun.typographie import date_chiffres

from ..regles.pages import Sort, empreinte, sort

OUVERTURE = "ouverture"  # what the page showed when it was opened: its revision, a mark of each answer


class FormulaireADeux(forms.BaseForm):
    """A form of an object that somebody else may write meanwhile; `tenir` is called once its fields are known.

    An answer that the sender has not touched takes the other's. One that both have written is refused once, beside what
    the other wrote; sent again, it stands.
    """

    revision: int | None = None  # that of the object read; None for a new one
    en_conflit: Mapping[str, str] = MappingProxyType({})  # fields that both have written: what the other wrote

    def tenir(self, revision: int, qui: Callable[[], str]) -> None:
        """`revision` is that of the object just read; `qui` names who wrote it last."""
        self.revision, self._qui = revision, qui
        self.fields[OUVERTURE] = forms.CharField(required=False, widget=forms.HiddenInput)
        if not self.is_bound:
            self.initial[OUVERTURE] = self._ouverture()
            return
        lue, marques = ouverture_lue(self.data.get(self.add_prefix(OUVERTURE), ""))
        if lue is not None and lue != revision:
            self._reunir(marques)

    @property
    def valeurs(self) -> dict[str, Any]:
        """What is typed, for the action."""
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom != OUVERTURE}

    def clean(self) -> dict[str, Any]:
        """Say beside each answer that two people have written what the other one wrote."""
        lues: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]
        for nom, ecrit in self.en_conflit.items():
            self.add_error(nom, f"{self._qui()} a écrit ici : {ecrit}")
        return lues

    def _reunir(self, marques: Mapping[str, str]) -> None:
        donnees, en_conflit = self.data.copy(), {}
        for nom, champ in self.fields.items():
            if nom == OUVERTURE or nom not in marques:
                continue
            actuelle = self._montree(nom)
            issue = sort(connue=marques[nom], actuelle=empreinte(actuelle), tapee=empreinte(self[nom].data))
            if issue is Sort.DE_L_AUTRE:
                poser(donnees, self.add_prefix(nom), actuelle)
            elif issue is Sort.CONFLIT:
                en_conflit[nom] = en_clair(champ, actuelle)
        donnees[self.add_prefix(OUVERTURE)] = self._ouverture()  # what the page shows from now on
        self.data, self.en_conflit = donnees, en_conflit

    def _ouverture(self) -> str:
        marques = {nom: empreinte(self._montree(nom)) for nom in self.fields if nom != OUVERTURE}
        return json.dumps({"revision": self.revision, "marques": marques})

    def _montree(self, nom: str) -> Any:
        """An answer kept, as its page writes it."""
        return self.fields[nom].prepare_value(self.get_initial_for_field(self.fields[nom], nom))


def ouverture_lue(texte: str) -> tuple[int | None, dict[str, str]]:
    """(revision, marks) that a page sends back; (None, {}) when it sends none that can be read."""
    try:
        lue = json.loads(texte)
        return int(lue["revision"]), {str(nom): str(marque) for nom, marque in lue["marques"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, {}


def poser(donnees: Any, nom: str, valeur: Any) -> None:
    """Put an answer among those that were sent, as if its page had sent it."""
    if isinstance(valeur, list | tuple):
        donnees.setlist(nom, [str(un) for un in valeur])
    elif valeur is None or valeur is False or valeur == "":
        donnees.pop(nom, None)
    else:
        donnees[nom] = str(valeur)


def en_clair(champ: forms.Field, valeur: Any) -> str:
    """An answer in words, for somebody who wrote another."""
    if isinstance(champ, forms.BooleanField):
        return "case cochée" if valeur else "case décochée"
    if valeur in (None, "", []):
        return "rien."
    if not isinstance(champ, forms.ChoiceField):
        return f"« {date_chiffres(valeur) if isinstance(valeur, date) else valeur} »"
    noms = {str(cle): str(nom) for cle, nom in _aplatis(champ.choices)}
    choisis = valeur if isinstance(valeur, list | tuple) else [valeur]
    return f"« {', '.join(noms.get(str(un), str(un)) for un in choisis)} »"


def _aplatis(choix: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for cle, nom in choix:
        if isinstance(nom, list | tuple):
            yield from nom
        else:
            yield cle, nom
