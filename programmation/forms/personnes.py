"""The form by which a porteur's manager invites somebody of its organisation."""

from __future__ import annotations

from django import forms


class InviterPorteurForm(forms.Form):
    """Whom to invite; the role is known."""

    email = forms.EmailField(
        label="Adresse électronique",
        help_text="L’invitation part à cette adresse ; son lien y est le seul à ouvrir le compte.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    gestionnaire = forms.BooleanField(
        label="Cette personne gère aussi les accès de l’organisme",
        required=False,
        help_text="Elle pourra inviter et retirer des personnes.",
    )
