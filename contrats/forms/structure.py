"""Forms of the contract's structure: orientations, objectives, signatories, acts, avenants."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.formulaires import SaisieDate

from ..lectures.structure import actes, organismes_du_contrat
from ..models import ActeDecision, Avenant, Contrat, Objectif, Orientation, Signataire, ThemeP147

POIDS_MAXIMAL = 20 * 1024 * 1024


class OrientationForm(forms.ModelForm):
    """An orientation and its counterparts in the State's vocabulary."""

    class Meta:
        model = Orientation
        fields = ["code", "nom", "nom_court", "theme_etat", "theme_p147", "source"]
        widgets = {"code": forms.TextInput({"data-court": "1"})}
        help_texts = {
            "code": "Le numéro que porte l’orientation dans le contrat.",
            "nom_court": "Celui des tableaux et des filtres.",
            "source": "Page ou ligne du contrat.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme_p147"].queryset = ThemeP147.objects.all()  # type: ignore[attr-defined]
        self.fields["theme_p147"].empty_label = "Aucun"  # type: ignore[attr-defined]


class ObjectifForm(forms.ModelForm):
    """An objective, its ambition, and whether the partners selected it."""

    class Meta:
        model = Objectif
        fields = ["code", "nom", "ambition", "prioritaire", "source"]
        widgets = {"code": forms.TextInput({"data-court": "1"}), "nom": forms.Textarea({"rows": 2})}
        help_texts = {
            "ambition": "Les objectifs d’une même ambition sont montrés ensemble.",
            "source": "Page ou ligne du contrat.",
        }


class SignataireForm(forms.ModelForm):
    """In which quality an organisation signs, and when."""

    class Meta:
        model = Signataire
        fields = ["qualite", "signe_le", "siege_au_copil", "source"]
        widgets = {"signe_le": SaisieDate}
        help_texts = {"signe_le": "Laissez vide tant que l’organisme n’a pas signé."}


class ActeForm(forms.ModelForm):
    """The act of a body: délibération or arrêté, its vote, its receipt by the préfecture."""

    piece = forms.FileField(
        label="Document (PDF)",
        required=False,
        help_text="20 Mo au plus. Il remplace celui qui est déjà déposé.",
        widget=forms.FileInput({"accept": "application/pdf"}),
    )

    class Meta:
        model = ActeDecision
        fields = [
            "organisme",
            "instance",
            "numero",
            "pris_le",
            "position",
            "voix_pour",
            "voix_contre",
            "abstentions",
            "deports",
            "recu_prefecture_le",
            "source",
        ]
        widgets = {
            "pris_le": SaisieDate,
            "recu_prefecture_le": SaisieDate,
            "numero": forms.TextInput({"data-court": "1"}),
            "voix_pour": forms.NumberInput({"data-court": "1"}),
            "voix_contre": forms.NumberInput({"data-court": "1"}),
            "abstentions": forms.NumberInput({"data-court": "1"}),
            "deports": forms.Textarea({"rows": 2}),
        }
        help_texts = {
            "instance": "Conseil municipal, conseil communautaire, commission permanente…",
            "position": "« Prend acte » n’adopte pas : la distinction compte pour un rapport ou un bilan.",
        }

    def __init__(self, *args: Any, contrat: Contrat, fige: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = organismes_du_contrat(contrat)  # type: ignore[attr-defined]
        self.fields["organisme"].empty_label = "Choisir une autorité"  # type: ignore[attr-defined]
        if fige:
            for nom in [n for n in self.fields if n not in ("recu_prefecture_le", "piece")]:
                del self.fields[nom]

    def clean_piece(self) -> Any:
        piece = self.cleaned_data["piece"]
        if piece and piece.size > POIDS_MAXIMAL:
            raise forms.ValidationError("Ce document dépasse 20 Mo.")
        return piece

    @property
    def champs(self) -> dict[str, Any]:
        """What goes to the action; the document goes beside."""
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom in self._meta.fields}

    @property
    def document(self) -> dict[str, Any]:
        """The document given, for the action; nothing when none was."""
        piece = self.cleaned_data.get("piece")
        return {"piece": piece.read(), "nom": piece.name} if piece else {}


class AvenantForm(forms.ModelForm):
    """An avenant: what it is about, when it was signed, the act that approves it."""

    class Meta:
        model = Avenant
        fields = ["objet", "resume", "signe_le", "acte"]
        widgets = {"signe_le": SaisieDate, "resume": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acte"].queryset = actes(contrat)  # type: ignore[attr-defined]
        self.fields["acte"].empty_label = "Pas encore enregistrée"  # type: ignore[attr-defined]


class NouvelAvenantForm(AvenantForm):
    """A new avenant also annexes what the communes have adopted since."""

    volets = forms.ModelMultipleChoiceField(
        None, label="Volets communaux adoptés, à annexer", required=False, widget=forms.CheckboxSelectMultiple
    )
    priorites = forms.ModelMultipleChoiceField(
        None, label="Priorités communales adoptées, à annexer", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, contrat=contrat, **kwargs)
        for nom in ("volets", "priorites"):
            adoptes = getattr(contrat, nom).filter(etat="adopte").select_related("commune")
            self.fields[nom].queryset = adoptes  # type: ignore[attr-defined]
            if not adoptes.exists():
                del self.fields[nom]

    @property
    def documents(self) -> list[Any]:
        """The communal documents ticked."""
        return [*self.cleaned_data.pop("volets", ()), *self.cleaned_data.pop("priorites", ())]


class AdopterForm(ActeForm):
    """The act by which a commune adopts: one already recorded, or a new one."""

    acte = forms.ModelChoiceField(
        ActeDecision.objects.none(),
        label="Délibération déjà enregistrée",
        required=False,
        empty_label="Non : je la saisis ci-dessous",
    )

    field_order = ["acte"]

    def __init__(self, *args: Any, contrat: Contrat, autorite: Organisme | None, **kwargs: Any) -> None:
        super().__init__(*args, contrat=contrat, **kwargs)
        del self.fields["source"], self.fields["piece"]
        existants = actes(contrat).filter(organisme=autorite) if autorite else ActeDecision.objects.none()
        self.fields["acte"].queryset = existants  # type: ignore[attr-defined]
        if not existants.exists():
            del self.fields["acte"]
        elif self.data.get("acte"):
            for champ in self.fields.values():
                champ.required = False
        if autorite:
            self.fields["organisme"].queryset |= Organisme.objects.filter(pk=autorite.pk)  # type: ignore[attr-defined]
            self.initial.setdefault("organisme", autorite.pk)
        self.initial.setdefault("instance", "Conseil municipal")

    def _post_clean(self) -> None:
        """An act already recorded is not built again from the empty fields."""
        if not self.cleaned_data.get("acte"):
            super()._post_clean()  # type: ignore[misc]

    def clean_piece(self) -> None:
        """No document here: it is added on the act's own page."""

    @property
    def reponse(self) -> dict[str, Any]:
        """The act chosen or the new one's fields, for the action."""
        existant = self.cleaned_data.get("acte")
        return {"acte": existant} if existant else {"nouvel_acte": self.champs}
