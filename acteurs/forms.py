"""Forms of the accounts."""

from __future__ import annotations

from django import forms

from .models import Utilisateur


class ProfilForm(forms.ModelForm):
    """One's own name and function."""

    class Meta:
        model = Utilisateur
        fields = ["first_name", "last_name", "fonction"]
        help_texts = {"fonction": "Par exemple « chargée de mission politique de la ville »."}
        widgets = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
            "fonction": forms.TextInput({"autocomplete": "organization-title"}),
        }
