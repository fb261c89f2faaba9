"""What the COPIL decided, and at which meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant
from contrats.models import Contrat, Reunion

from ..lectures.dossier import LigneFinanceur
from ..lectures.proximite import comites_validant, reunions_validant
from ..models import Dossier
from .motifs import MotifForm


class ProgrammationForm(forms.Form):
    """At which meeting it was validated: one that has been held, the latest first; for a file, of the body it is for."""

    reunion = forms.ModelChoiceField(
        label="Réunion",
        queryset=Reunion.objects.none(),
        empty_label=None,
        help_text="Une réunion déjà tenue de l’instance qui valide la programmation.",
        error_messages={"required": "Aucune réunion de validation ne s’est encore tenue pour cette programmation."},
    )

    def __init__(self, *args: Any, contrat: Contrat, annee: int, dossier: Dossier | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["reunion"]
        champ.queryset = reunions_validant(comites_validant(contrat, dossier), annee, le=timezone.localdate())


class ValidationForm(ProgrammationForm):
    """What the COPIL kept for each proposal on its table; the proposal unless changed, 0 to leave it as it is."""

    def __init__(self, *args: Any, lignes: list[LigneFinanceur], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lignes = lignes
        for ligne in lignes:
            self.fields[f"montant_{ligne.pk}"] = ChampMontant(
                label=f"{ligne.financeur}, {ligne.nature_libelle.lower()}", initial=ligne.propose
            )

    @property
    def rangees(self) -> list[tuple[LigneFinanceur, Any]]:
        """Each row with its field, for the table."""
        return [(ligne, self[f"montant_{ligne.pk}"]) for ligne in self.lignes]

    @property
    def montants(self) -> dict[int, Decimal]:
        """Euros kept, by request."""
        return {ligne.pk: self.cleaned_data[f"montant_{ligne.pk}"] for ligne in self.lignes}


class AjournementForm(ProgrammationForm, MotifForm):
    """At which meeting, and until what."""

    field_order = ["reunion", "motif"]
