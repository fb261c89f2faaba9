"""An indicator of the library."""

from __future__ import annotations

from typing import Any

from django import forms

from contrats.models import Contrat, NatureOrientation, Orientation

from ..models import IndicateurAction


class IndicateurForm(forms.ModelForm):
    """What is counted, in which unit, for which orientation."""

    class Meta:
        model = IndicateurAction
        fields = ["libelle", "unite", "definition", "orientation", "actif"]
        widgets = {"definition": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "libelle": "Ce qu’un habitant comprend : « Jeunes accompagnés vers un stage ».",
            "unite": "Personnes, ateliers, heures, euros…",
            "definition": "Qui compte, quand, une seule fois ou à chaque venue : le porteur le lit en choisissant.",
            "orientation": "Sans choix, proposé pour toutes les orientations.",
            "actif": "Décoché, il n’est plus proposé ; les demandes qui l’ont choisi le gardent.",
        }

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["orientation"]
        champ.queryset = Orientation.objects.filter(contrat=contrat, nature=NatureOrientation.THEMATIQUE)
        champ.empty_label = "Toutes les orientations"
