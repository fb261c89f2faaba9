"""A person withdraws from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from acteurs.models import Utilisateur


class DeportForm(forms.Form):
    """Who withdraws, and why; the person itself unless the team writes for another."""

    personne = forms.ModelChoiceField(
        label="Qui se déporte, si ce n’est pas vous",
        queryset=Utilisateur.objects.none(),
        required=False,
        empty_label="Vous-même",
    )
    motif = forms.CharField(
        label="Motif",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Membre du bureau du porteur, parent d’un salarié… Lu par l’équipe du contrat seulement.",
    )

    def __init__(self, *args: Any, autres: Sequence[Utilisateur], **kwargs: Any) -> None:
        """`autres`: the people for whom the team may write it down; none for most."""
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["personne"]
        if not autres:
            del self.fields["personne"]
            return
        champ.queryset = Utilisateur.objects.filter(pk__in=[personne.pk for personne in autres])
