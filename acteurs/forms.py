"""Forms of the accounts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.forms import ActivateTOTPForm
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


class RelierApplicationForm(ActivateTOTPForm):
    """The first code of an authenticator application; allauth's label has a straight apostrophe."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code de l’authentificateur"
