"""Forms of the communal documents: a volet, one content of the priorities."""

from __future__ import annotations

from typing import Any

from django import forms

from ..models import Contrat, Objectif, Rubrique


class ObjectifsChoisis(forms.ModelMultipleChoiceField):
    """Objectives ticked by orientation; one selected as a priority by the partners says so."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.nom}{' — prioritaire' if obj.prioritaire else ''}"


class VoletForm(forms.Form):
    """The text of a volet and the objectives that the commune selects."""

    texte = forms.CharField(
        label="Texte du volet",
        required=False,
        widget=forms.Textarea({"rows": 12}),
        help_text="Ce que la commune retient du contrat et comment elle le décline chez elle.",
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        retenus = set(self.initial.get("objectifs", ()))
        self._groupes = []
        for orientation in contrat.orientations.prefetch_related("objectifs").order_by("nature", "ordre"):
            objectifs = list(orientation.objectifs.all())
            if not objectifs:
                continue
            nom = f"orientation_{orientation.pk}"
            self.fields[nom] = ObjectifsChoisis(
                Objectif.objects.filter(orientation=orientation).select_related("orientation"),
                label=f"{orientation.code} {orientation.nom}",
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[o.pk for o in objectifs if o.pk in retenus],
            )
            # The rows are already read: no query per orientation to draw the boxes.
            self.fields[nom].choices = [  # type: ignore[attr-defined]
                (o.pk, self.fields[nom].label_from_instance(o))
                for o in objectifs  # type: ignore[attr-defined]
            ]
            self._groupes.append(nom)

    @property
    def groupes(self) -> list[forms.BoundField]:
        """The objectives to tick, one field per orientation."""
        return [self[nom] for nom in self._groupes]

    @property
    def objectifs(self) -> list[Objectif]:
        """The objectives ticked."""
        return [objectif for nom in self._groupes for objectif in self.cleaned_data[nom]]


# What each content is expected to say.
AIDES = {
    Rubrique.DIAGNOSTIC: "Commune et quartier par quartier : ce qui a changé, ce qui pèse, ce qui va mieux.",
    Rubrique.CARTE: "Les quartiers prioritaires et les poches de pauvreté, et ce qui les relie au reste de la ville.",
    Rubrique.EQUIPEMENTS: "Ceux que les habitants fréquentent, dans le quartier ou autour.",
    Rubrique.SERVICES: "Commune, Département, CAF, associations : qui intervient, avec quels dispositifs.",
    Rubrique.PRIORITES: "Ce que la commune veut traiter d’abord, et pourquoi.",
    Rubrique.PROGRAMMATION: "Les actions de l’année sur la commune, communales ou intercommunales.",
    Rubrique.TFPB: "Les actions menées avec les bailleurs au titre de l’abattement, validées par la commune.",
    Rubrique.PARTICIPATION: "Comment les habitants sont associés, à quelles étapes, avec quelles instances.",
    Rubrique.GOUVERNANCE: "Les instances locales, celles de la TFPB et de la rénovation comprises.",
    Rubrique.INGENIERIE: "Ce que la commune attend de l’équipe de l’agglomération, et quand.",
    Rubrique.INDICATEURS: "Le socle d’indicateurs suivis sur la durée du contrat.",
}


class RubriqueForm(forms.Form):
    """One of the eleven contents."""

    texte = forms.CharField(required=False, widget=forms.Textarea({"rows": 8}))

    def __init__(self, *args: Any, rubrique: Rubrique, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{rubrique.value}_%s")
        super().__init__(*args, **kwargs)
        self.fields["texte"].label = rubrique.label
        self.fields["texte"].help_text = AIDES[rubrique]
