"""What the team types while it instructs: a correction request, points checked, who follows, whose opinion is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.formulaires import CasesParGroupe, SaisieDate

from ..actions import COMMUNES, Constat, Consulte
from ..lectures.recevabilite import PointLu
from ..lectures.sollicitations import COMMUNES_DE_L_ACTION, GroupeDeCandidats
from ..models import PointAVerifier
from ..regles.champs import choix_par_section
from .avis import AvisForm
from .depot.base import attendre


class ComplementForm(forms.Form):
    """What the porteur must correct, until when."""

    motif = forms.CharField(
        label="Ce qui manque ou doit être corrigé",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        help_text="Le porteur lira ce texte : dites ce que vous attendez, point par point.",
    )
    champs = forms.MultipleChoiceField(
        label="Ce que le porteur pourra modifier",
        choices=choix_par_section,
        widget=CasesParGroupe,
        help_text="Le reste du dossier reste fermé.",
        error_messages={"required": "Choisissez au moins un champ à ouvrir."},
    )
    echeance = forms.DateField(
        label="Réponse attendue le",
        widget=SaisieDate,
        help_text="Un rappel part trois jours avant.",
    )


class CompletForm(forms.Form):
    """Why a file is declared complete although a check finds something missing."""

    motif = forms.CharField(
        label="Pourquoi passer outre",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="Gardé au journal du dossier.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attendre(self, "motif")


REPONSES = (("oui", "Conforme"), ("non", "Non conforme"), ("", "À vérifier"))


class PointsForm(forms.Form):
    """The points that a person checks: each conform or not, and what is wrong."""

    def __init__(self, *args: Any, points: Iterable[PointLu], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lus = {lu.point: lu for lu in points}
        self.points = [PointAVerifier(point) for point in self.lus]
        for point in self.points:
            lu = self.lus[point.value]
            connu = {True: "oui", False: "non", None: ""}[lu.conforme]
            self.fields[point.value] = forms.ChoiceField(
                label=point.label, choices=REPONSES, required=False, initial=connu, widget=forms.RadioSelect
            )
            self.fields[f"{point.value}_remarque"] = forms.CharField(
                label="Remarque", required=False, max_length=400, initial=lu.remarque
            )

    @property
    def rangees(self) -> list[tuple[Any, Any, PointLu]]:
        """Each point with its remark, and what was found before."""
        return [(self[p.value], self[f"{p.value}_remarque"], self.lus[p.value]) for p in self.points]

    @property
    def constats(self) -> dict[str, Constat]:
        """What was answered; a point left aside is not there."""
        return {
            p.value: Constat(reponse == "oui", self.cleaned_data[f"{p.value}_remarque"].strip())
            for p in self.points
            if (reponse := self.cleaned_data[p.value])
        }

    def clean(self) -> dict[str, Any]:
        """A point that is not right says what is wrong."""
        propres = super().clean() or {}
        for point in self.points:
            if propres.get(point.value) == "non" and not propres.get(f"{point.value}_remarque", "").strip():
                self.add_error(f"{point.value}_remarque", "Dites ce qui n’est pas conforme.")
        return propres


def _nom(personne: Any) -> str:
    return str(personne)


class AffectationForm(forms.Form):
    """Who follows a file."""

    instructeur = forms.ModelChoiceField(
        label="Suivi par", queryset=Utilisateur.objects.none(), required=False, empty_label="Personne"
    )

    def __init__(self, *args: Any, possibles: Iterable[Utilisateur], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["instructeur"]
        champ.queryset = Utilisateur.objects.filter(pk__in=[p.pk for p in possibles]).order_by(
            "last_name", "first_name"
        )
        champ.label_from_instance = _nom


class SollicitationForm(forms.Form):
    """Whose opinion is asked, what for, until when."""

    consultes = forms.MultipleChoiceField(
        label="Demander l’avis de",
        widget=CasesParGroupe,
        error_messages={"required": "Choisissez au moins un destinataire."},
    )
    question = forms.CharField(
        label="Ce que vous demandez",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple : l’action répond-elle à un besoin du quartier ?",
    )
    echeance = forms.DateField(
        label="Réponse attendue le",
        widget=SaisieDate,
        help_text="Un rappel part trois jours avant.",
    )

    def __init__(self, *args: Any, groupes: Iterable[GroupeDeCandidats], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groupes = list(groupes)
        self._candidats = {c.cle: c for groupe in groupes for c in groupe.candidats}
        champ: Any = self.fields["consultes"]
        champ.choices = [(g.titre, [(c.cle, c.libelle) for c in g.candidats]) for g in groupes]

    def clean_consultes(self) -> list[Consulte]:
        """The people asked, as the action takes them."""
        choisis = [self._candidats[cle] for cle in self.cleaned_data["consultes"]]
        return [Consulte(c.organisme, c.qualite, c.comite) for c in choisis]


class SollicitationEnLotForm(SollicitationForm):
    """The same on a selection: the communes asked are those of each action. Plain values, for the job."""

    def __init__(self, *args: Any, groupes: Iterable[GroupeDeCandidats], **kwargs: Any) -> None:
        super().__init__(*args, groupes=groupes, **kwargs)
        champ: Any = self.fields["consultes"]
        champ.choices = [(COMMUNES_DE_L_ACTION, [(COMMUNES, "Celles de chaque action")]), *champ.choices]

    def clean_consultes(self) -> Any:
        """The keys of those chosen: who they are on each file is read there."""
        return list(self.cleaned_data["consultes"])

    def clean_echeance(self) -> Any:
        """The day, to come, as the job keeps it."""
        echeance = self.cleaned_data["echeance"]
        if echeance <= timezone.localdate():
            raise forms.ValidationError("Laissez au moins un jour pour répondre : choisissez une date à venir.")
        return echeance.isoformat()


class ReponseAvisForm(AvisForm):
    """The opinion that was asked; the document read when the team writes it in another's place."""

    def __init__(self, *args: Any, pour_un_autre: bool, **kwargs: Any) -> None:
        super().__init__(*args, autres=None, **kwargs)
        if pour_un_autre:
            self.fields["piece_source"] = forms.CharField(
                label="Document qui fait foi",
                max_length=200,
                help_text="Vous écrivez en son nom : courriel du 12 mars, compte rendu…",
            )
