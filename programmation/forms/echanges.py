"""Notes and messages on a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from acteurs.models import Utilisateur
from contrats.forms.engagements import ChampPreuves

from ..models import PartageNote
from ..regles.fusion import fautes_de_fusion


class NoteForm(forms.Form):
    """A note, who reads it, who is told."""

    texte = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    partage = forms.ChoiceField(
        label="Lue par", choices=PartageNote, initial=PartageNote.ORGANISME, widget=forms.RadioSelect
    )
    mentions = forms.ModelMultipleChoiceField(
        label="Prévenir",
        queryset=Utilisateur.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ces personnes reçoivent un courriel, sans le texte de la note.",
    )

    def __init__(self, *args: Any, gens: Sequence[Utilisateur], **kwargs: Any) -> None:
        super().__init__(*args, prefix="note", **kwargs)
        champ: Any = self.fields["mentions"]
        if not gens:
            del self.fields["mentions"]
            return
        champ.queryset = Utilisateur.objects.filter(pk__in=[personne.pk for personne in gens])


class MessageForm(forms.Form):
    """A message to the porteur, or its answer."""

    objet = forms.CharField(label="Objet", max_length=200)
    texte = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 6}), max_length=10_000)
    pieces = ChampPreuves(
        label="Pièces jointes", required=False, help_text="PDF, image ou document, 10 Mo au plus chacun, cinq au plus."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="message", **kwargs)


class EnvoiForm(forms.Form):
    """A message to the porteurs of many files, with its merge fields."""

    objet = forms.CharField(label="Objet", max_length=160)
    corps = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 10}), max_length=10_000)

    def clean_objet(self) -> str:
        return self._sans_faute("objet")

    def clean_corps(self) -> str:
        return self._sans_faute("corps")

    def _sans_faute(self, nom: str) -> str:
        """Refuse a merge field that is not in the list, where it was typed."""
        texte: str = self.cleaned_data[nom]
        if fautes := fautes_de_fusion(texte):
            raise forms.ValidationError(fautes, code="champ_inconnu")
        return texte
