"""Support offered to a financed association, and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms


class AccompagnementForm(forms.Form):
    """Who would help, with what."""

    structure = forms.CharField(
        label="Structure d’appui",
        max_length=200,
        help_text="Une structure du réseau Guid’Asso : maison des associations, fédération, point d’appui…",
    )
    note = forms.CharField(
        label="Ce qui est proposé",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Conventions, formation des bénévoles, comptabilité… L’association le lit.",
    )


class SuiteAppuiForm(forms.Form):
    """A word with the answer, or what was done."""

    texte = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Lu par l’association, l’équipe et les financeurs.",
    )

    def __init__(self, *args: Any, reponse: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["texte"]
        champ.required = not reponse
        champ.label = "Un mot de réponse" if reponse else "Ce qui a été fait"
