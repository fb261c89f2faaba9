"""What several forms ask: a reason, the document read when one writes in another's place."""

from __future__ import annotations

from typing import Any

from django import forms


class PourLeCompteDeForm(forms.Form):
    """Adds the document that is read when one writes in another's place; required then only."""

    piece_source = forms.CharField(
        label="Document qui fait foi",
        max_length=200,
        help_text="Vous écrivez pour le compte du financeur : courriel du 12 mars, délibération n° 24-118…",
    )

    def __init__(self, *args: Any, pour_le_compte: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pour_le_compte:
            del self.fields["piece_source"]


class MotifForm(forms.Form):
    """The reason of an act that somebody will have to explain."""

    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
