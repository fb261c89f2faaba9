"""The spreadsheet of a funder's rows, sent back."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.tableur import EXTENSIONS

from .motifs import PourLeCompteDeForm


class FichierSaisieForm(PourLeCompteDeForm):
    """The file that was filled, and the document read when one writes in another's place."""

    fichier = forms.FileField(
        label="Tableau rempli",
        help_text="Le fichier téléchargé d’ici, avec vos colonnes complétées (XLSX, ODS ou CSV).",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{extension}" for extension in EXTENSIONS)}),
        error_messages={"empty": "Le fichier est vide."},
    )

    field_order = ["fichier", "piece_source"]


class ConfirmationSaisieForm(forms.Form):
    """The lines read again: those changed by others are written only when ticked."""

    lignes = forms.CharField(widget=forms.HiddenInput)
    piece_source = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    remplacer = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What may be ticked is what the sealed lines hold: any other number changes nothing.
        self.fields["remplacer"].valid_value = lambda valeur: str(valeur).isdigit()  # type: ignore[attr-defined]
