"""Movements and overruns of envelopes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant, SaisieDate


class MouvementForm(forms.Form):
    """A change of an envelope."""

    montant = ChampMontant(label="Montant", min_value=None, help_text="Négatif pour une baisse : − 5 000.")
    motif = forms.CharField(label="Motif", max_length=250)
    jour = forms.DateField(label="Date", widget=SaisieDate)
    notifiee = forms.BooleanField(label="Le financeur l’a notifiée", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"jour": timezone.localdate()}, **kwargs)


class DepassementForm(forms.Form):
    """An overrun, signed and explained."""

    montant = ChampMontant(label="Dépassement autorisé")
    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
