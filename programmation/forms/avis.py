"""Opinions."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme

from ..etats import SensAvis


class AvisForm(forms.Form):
    """An opinion."""

    sens = forms.ChoiceField(label="Avis", choices=SensAvis, widget=forms.RadioSelect)
    texte = forms.CharField(
        label="Ce qui le fonde",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="Lu par les cofinanceurs du dossier ; le porteur ne le voit pas.",
    )
    organisme = forms.ModelChoiceField(
        label="Au nom de", queryset=Organisme.objects.none(), required=False, empty_label="Votre organisme"
    )
    piece_source = forms.CharField(
        label="Document qui fait foi",
        required=False,
        max_length=200,
        help_text="Quand vous écrivez au nom d’un autre : courriel du 12 mars, compte rendu…",
    )

    def __init__(self, *args: Any, autres: Any = None, **kwargs: Any) -> None:
        """`autres`: the organisations for which the person may write besides its own; none for most."""
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["organisme"]
        if autres is None:
            del self.fields["organisme"], self.fields["piece_source"]
        else:
            champ.queryset = autres
