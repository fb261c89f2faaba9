"""What the COPIL decided, and at which meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant
from commun.typographie import date_chiffres
from contrats.models import Comite, Reunion

from ..lectures.dossier import LigneFinanceur
from ..lectures.proximite import reunions_validant
from .motifs import MotifForm


class ChampReunion(forms.ModelChoiceField):
    """A meeting, its day first: the names of bodies are long, and the end of a line may be out of sight."""

    def label_from_instance(self, obj: Reunion) -> str:
        return f"{date_chiffres(obj.le)} · {obj.comite.nom}"


class ProgrammationForm(forms.Form):
    """At which meeting it was validated: one that has been held, of these bodies, the latest first.

    Where several bodies have met, nobody chooses for who answers: each programmes its own rows only.
    """

    reunion = ChampReunion(
        label="Réunion",
        queryset=Reunion.objects.none(),
        empty_label=None,
        help_text="Une réunion déjà tenue de l’instance qui valide la programmation.",
        error_messages={"required": "Aucune réunion de validation ne s’est encore tenue pour cette programmation."},
    )

    def __init__(self, *args: Any, comites: list[Comite], annee: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["reunion"]
        champ.queryset = reunions_validant(comites, annee, le=timezone.localdate())
        reunis = set(champ.queryset.order_by().values_list("comite", flat=True).distinct())
        self.comites = comites
        self.instances = [comite for comite in comites if comite.pk in reunis]
        if not any(comite.valide_programmation for comite in comites):
            champ.help_text = "Une réunion déjà tenue de l’instance qui décide des initiatives."
        if len(self.instances) > 1:
            champ.empty_label = "Choisissez"

    @property
    def instances_choisies(self) -> list[Comite]:
        """The body of the meeting chosen; before that, those that have met, else all of them."""
        reunion = getattr(self, "cleaned_data", {}).get("reunion")
        return [reunion.comite] if reunion else self.instances or self.comites


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
