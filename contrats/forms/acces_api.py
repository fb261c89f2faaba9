"""What a manager types to open the API to its organisation: a key, a subscription."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from acteurs.etats import PorteeApi
from acteurs.models import Organisme
from commun.formulaires import SaisieDate

from ..etats import EvenementSortant


class _PourUnOrganisme(forms.Form):
    """For which organisation; not asked when the person manages one only."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), label="Organisme", empty_label=None)

    def __init__(self, *args: Any, organismes: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.geres = Organisme.objects.filter(pk__in=organismes).order_by("nom")
        self.fields["organisme"].queryset = self.geres  # type: ignore[attr-defined]
        if len(organismes) == 1:
            del self.fields["organisme"]

    @property
    def organisme_choisi(self) -> Organisme:
        """The organisation of a valid form."""
        return self.cleaned_data["organisme"] if "organisme" in self.fields else self.geres.get()


def _dans_six_mois() -> date:
    return timezone.localdate() + timedelta(days=182)


class CreerCleForm(_PourUnOrganisme):
    """A new key: its name, what it may be used for, its last day."""

    nom = forms.CharField(
        label="Nom de la clé",
        max_length=80,
        help_text="Le système qui l’emploiera, par exemple « Extraction mensuelle du SIG ». Une clé par système.",
    )
    portees = forms.MultipleChoiceField(
        label="Usages permis",
        choices=PorteeApi.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Cochez le moins possible : la clé ne fera jamais plus que votre organisme ne peut faire.",
    )
    expire_le = forms.DateField(
        label="Dernier jour",
        initial=_dans_six_mois,
        widget=SaisieDate,
        help_text="Un an au plus. Les gestionnaires sont prévenus quinze jours avant.",
    )

    field_order = ["organisme", "nom", "portees", "expire_le"]


class AbonnerForm(_PourUnOrganisme):
    """An address to call, and what to tell it of."""

    adresse = forms.URLField(
        label="Adresse à appeler",
        max_length=500,
        assume_scheme="https",
        help_text="En https, joignable depuis internet : les réseaux privés ne sont pas appelés.",
    )
    evenements = forms.MultipleChoiceField(
        label="Événements", choices=EvenementSortant.choices, widget=forms.CheckboxSelectMultiple
    )

    field_order = ["organisme", "adresse", "evenements"]
