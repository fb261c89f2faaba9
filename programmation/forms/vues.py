"""A view of the table, given a name."""

from __future__ import annotations

from typing import Any

from django import forms

from commun.auteur import Auteur
from contrats.models import Contrat

from ..models import PartageVue
from ..permissions import peut_partager_une_vue


class VueForm(forms.Form):
    """How the view is called, and who finds it."""

    nom = forms.CharField(label="Nom de la vue", max_length=60)
    partage = forms.ChoiceField(label="Visible par", choices=PartageVue.choices, initial=PartageVue.MOI)
    parametres = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def __init__(self, *args: Any, pour: Auteur, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["partage"]
        champ.choices = [choix for choix in PartageVue.choices if peut_partager_une_vue(pour, contrat, choix[0])]
