"""The scores of a file, criterion by criterion."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.formulaires import ChampMontant

from ..actions.notation import NoteSaisie
from ..lectures.notation import Grille, LigneGrille


class GrilleForm(forms.Form):
    """One score and one reason per criterion; a reading may be saved before it is whole."""

    commentaire = forms.CharField(
        label="Appréciation d’ensemble",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )

    def __init__(self, *args: Any, grille: Grille, **kwargs: Any) -> None:
        super().__init__(*args, initial={"commentaire": grille.commentaire}, **kwargs)
        self.lignes = grille.lignes
        for ligne in grille.lignes:
            critere = ligne.critere
            connue = grille.miennes.get(critere.pk)
            self.fields[f"note_{critere.pk}"] = ChampMontant(
                label=f"Note sur {critere.note_max}",
                required=False,
                max_digits=4,
                decimal_places=1,
                max_value=critere.note_max,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "data-unite": f"/ {critere.note_max}", "data-court": "1"}
                ),
                initial=_ecrite(connue.note) if connue else None,
                error_messages={
                    "max_value": f"La note va de 0 à {critere.note_max}.",
                    "min_value": f"La note va de 0 à {critere.note_max}.",
                },
            )
            self.fields[f"justification_{critere.pk}"] = forms.CharField(
                label="Ce qui la justifie",
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=connue.justification if connue else "",
            )
        self.order_fields([*(nom for nom in self.fields if nom != "commentaire"), "commentaire"])

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        for cle, saisie in self.notes.items():
            if saisie.note is not None and not saisie.justification.strip():
                self.add_error(f"justification_{cle}", "Justifiez la note en quelques mots.")
            elif saisie.note is None and saisie.justification.strip() and f"note_{cle}" not in self.errors:
                self.add_error(f"note_{cle}", "Donnez aussi la note.")
        if "valider" in self.data:
            self._exiger_chaque_note()
        return donnees

    def _exiger_chaque_note(self) -> None:
        """Say of each criterion without a score that it lacks one, beside it."""
        for ligne in self.lignes:
            nom = f"note_{ligne.critere.pk}"
            if self.cleaned_data.get(nom) is None and nom not in self.errors:
                self.add_error(nom, f"Pour valider, notez « {ligne.critere.libelle} ».")

    @property
    def rangees(self) -> list[tuple[LigneGrille, Any, Any]]:
        """Each criterion with its two fields."""
        return [
            (ligne, self[f"note_{ligne.critere.pk}"], self[f"justification_{ligne.critere.pk}"])
            for ligne in self.lignes
        ]

    @property
    def notes(self) -> dict[int, NoteSaisie]:
        """What was typed, by criterion."""
        return {
            ligne.critere.pk: NoteSaisie(
                self.cleaned_data.get(f"note_{ligne.critere.pk}"),
                self.cleaned_data.get(f"justification_{ligne.critere.pk}", ""),
            )
            for ligne in self.lignes
        }


def _ecrite(note: Any) -> str:
    """A score as people write it: « 4 », « 3,5 »."""
    return f"{note.normalize():f}".replace(".", ",")
