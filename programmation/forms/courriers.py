"""The words of a letter, and those of a template."""

from __future__ import annotations

from typing import Any

from django import forms

from ..regles.courriers import CHAMPS_DU_COURRIER, TexteDeCourrier
from ..regles.fusion import fautes_de_fusion


class CourrierForm(forms.Form):
    """One letter, as its porteur will read it; `lue` is the mark of the text that was shown."""

    objet = forms.CharField(label="Objet", max_length=300)
    corps = forms.CharField(
        label="Texte",
        widget=forms.Textarea(attrs={"rows": 20}),
        max_length=10_000,
        help_text="Une ligne vide sépare deux paragraphes.",
    )
    qualite = forms.CharField(label="Qualité du signataire", max_length=250)
    lue = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ModeleForm(forms.Form):
    """A template, with its merge fields; `depuis` is the version that was shown."""

    objet = forms.CharField(label="Objet", max_length=200)
    corps = forms.CharField(
        label="Texte",
        widget=forms.Textarea(attrs={"rows": 18}),
        max_length=8_000,
        help_text="Une ligne vide sépare deux paragraphes. Un champ qui ne donne rien sur un dossier disparaît.",
    )
    qualite = forms.CharField(
        label="Qualité du signataire", max_length=200, help_text="Une fonction, sans nom de personne."
    )
    depuis = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_objet(self) -> str:
        return self._sans_faute("objet")

    def clean_corps(self) -> str:
        return self._sans_faute("corps").replace("\r\n", "\n").strip()

    def clean_qualite(self) -> str:
        return self._sans_faute("qualite")

    def _sans_faute(self, nom: str) -> str:
        """Refuse a merge field that is not in the list, where it was typed."""
        texte: str = self.cleaned_data[nom]
        if fautes := fautes_de_fusion(texte, CHAMPS_DU_COURRIER):
            raise forms.ValidationError(fautes, code="champ_inconnu")
        return texte

    @property
    def texte(self) -> TexteDeCourrier:
        """What goes to the action."""
        lu: dict[str, Any] = self.cleaned_data
        return TexteDeCourrier(lu["objet"], lu["corps"], lu["qualite"])
