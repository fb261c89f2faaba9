"""Begin a request, answer a correction request, give up, add a paper."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme, TypePiece
from commun.televersement import EXTENSIONS

from ...lectures.depot import dispositifs_proposes, dossiers_a_reconduire
from ...models import Campagne, Dispositif, Dossier
from .base import attendre


class CommencerForm(forms.Form):
    """For whom, in which scheme, from last year's file or blank."""

    porteur = forms.ModelChoiceField(label="Porteur", queryset=Organisme.objects.none(), empty_label="Choisissez")
    precedent = forms.ModelChoiceField(
        label="Repartir d’un dossier déjà déposé",
        queryset=Dossier.objects.none(),
        required=False,
        empty_label="Non, partir d’une demande vide",
        help_text="Ses réponses sont reprises, vous n’aurez qu’à changer ce qui change.",
    )
    dispositif = forms.ModelChoiceField(label="Dispositif", queryset=Dispositif.objects.none(), empty_label=None)
    intitule = forms.CharField(
        label="Intitulé de l’action",
        max_length=250,
        required=False,
        help_text="Vous pourrez le changer. Laissez vide pour garder celui du dossier repris.",
    )

    def __init__(self, *args: Any, campagne: Campagne, porteurs: Any, **kwargs: Any) -> None:
        """`porteurs`: the organisations for which the person may ask; one is not a question."""
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["porteur"].queryset = porteurs
        self.seul = porteurs.first() if porteurs.count() == 1 else None
        if self.seul is not None:
            del champs["porteur"]
        champs["dispositif"].queryset = dispositifs_proposes(campagne, self.seul)
        champs["precedent"].queryset = dossiers_a_reconduire(campagne, self.seul, porteurs=porteurs)
        champs["precedent"].label_from_instance = _en_mots if self.seul else _avec_porteur
        if not champs["precedent"].queryset.exists():
            del champs["precedent"]
            champs["intitule"].help_text = "Vous pourrez le changer."
        attendre(self, "intitule")

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        if self.seul is not None:
            lues["porteur"] = self.seul
        precedent = lues.setdefault("precedent", None)
        if not lues.get("intitule"):
            if precedent is None:
                self.add_error("intitule", "Donnez un intitulé à l’action, même provisoire.")
            else:
                lues["intitule"] = precedent.intitule
        return lues


def _en_mots(dossier: Dossier) -> str:
    return f"{dossier.numero} – {dossier.intitule}"


def _avec_porteur(dossier: Dossier) -> str:
    return f"{dossier.numero} – {dossier.porteur.nom_court} – {dossier.intitule}"


class RepondreForm(forms.Form):
    """What the porteur says with its corrections."""

    reponse = forms.CharField(
        label="Votre message à l’équipe",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Vos corrections sont déjà enregistrées : dites ce que vous avez changé, si besoin.",
    )


class RenoncerForm(forms.Form):
    """Why a porteur gives up."""

    motif = forms.CharField(label="Pourquoi renoncez-vous ?", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, brouillon: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].required = not brouillon


class PieceForm(forms.Form):
    """One paper of the request."""

    type = forms.ChoiceField(label="Pièce", choices=TypePiece)
    fichier = forms.FileField(
        label="Fichier",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{extension}" for extension in EXTENSIONS)}),
        help_text="PDF, image ou document, 10 Mo au plus.",
        error_messages={"required": "Choisissez le fichier à joindre.", "empty": "Ce fichier est vide."},
    )


class PieceRecueForm(PieceForm):
    """A paper that the team received for a porteur."""

    motif = forms.CharField(
        label="D’où vient cette pièce",
        help_text="Par exemple : reçue par courriel du président le 12/12/2026. Le porteur le lira.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=400,
    )
