"""What a session asks: at which meeting, which euros are kept, why a file is put off."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from commun.formulaires import ChampMontant
from commun.typographie import euros
from contrats.etats import EtatReunion
from contrats.models import Contrat, Reunion, TypeComite

from ..actions import SaisieExamen
from ..lectures.listes_de_seance import ORDRES
from ..lectures.seance_directe import ExamenLu, LigneExamen

# A meeting held lately may still take files: its list is often made afterwards.
JOURS_APRES = 60


class MiseEnSeanceForm(forms.Form):
    """On the list of which meeting: one to come, or held lately, of a committee that examines files."""

    reunion = forms.ModelChoiceField(
        label="Réunion",
        queryset=Reunion.objects.none(),
        empty_label=None,
        help_text="Une réunion d’un comité technique, ou de l’instance qui valide la programmation ou les SIP.",
        error_messages={"required": "Aucune réunion à venir n’examine de dossiers : prévoyez-la d’abord."},
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        jour = timezone.localdate()
        champ: Any = self.fields["reunion"]
        champ.queryset = reunions_a_preparer(contrat, le=jour)
        champ.initial = champ.queryset.filter(le__gte=jour).first()


def reunions_a_preparer(contrat: Contrat, *, le: date) -> Any:
    """The meetings whose list may be made around `le`, the next one first."""
    examine = Q(comite__valide_programmation=True) | Q(comite__valide_sip=True) | Q(comite__type=TypeComite.COTECH)
    return (
        Reunion.objects.filter(examine, comite__contrat=contrat, le__gte=le - timedelta(days=JOURS_APRES))
        .exclude(etat=EtatReunion.ANNULEE)
        .select_related("comite__contrat", "commune")
        .order_by("le", "pk")
    )


class OrdreForm(forms.Form):
    """How to put the whole list in order."""

    ordre = forms.ChoiceField(label="Ordre", choices=[(cle, ordre.libelle) for cle, ordre in ORDRES.items()])


class RangForm(forms.Form):
    """A rank on the list: 1 is the first."""

    rang = forms.IntegerField(label="Rang", min_value=1, max_value=9999)


class ExamenForm(forms.Form):
    """What is typed of a file during the meeting."""

    texte = forms.CharField(
        label="Question à arbitrer, ou motif",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Pour « Laisser à arbitrer », « Ajourner » et « Écarter ».",
    )
    retraits = forms.CharField(
        label="Ne prennent pas part",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Une personne par ligne, avec son organisme.",
    )
    note = forms.CharField(
        label="Note de séance", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lu: ExamenLu, **kwargs: Any) -> None:
        examen = lu.examen
        depart = {
            "texte": examen.question or examen.motif,
            "retraits": "\n".join(lu.retraits),
            "note": examen.note,
            "version": examen.version,
        }
        super().__init__(*args, initial=depart, **kwargs)
        self.lignes = lu.lignes
        for ligne in self.saisissables:
            self.fields[f"montant_{ligne.demande}"] = ChampMontant(
                label=f"Montant retenu, {ligne.financeur}, {ligne.credits.lower()}",
                required=False,
                initial=ligne.depart,
                # What the page showed goes back with it: an amount that nobody touched follows the proposal.
                show_hidden_initial=True,
            )

    @property
    def saisissables(self) -> list[LigneExamen]:
        return [ligne for ligne in self.lignes if ligne.saisissable]

    @property
    def rangees(self) -> list[tuple[LigneExamen, Any]]:
        """Each row with its field, None where nothing may be typed."""
        return [(ligne, self[f"montant_{ligne.demande}"] if ligne.saisissable else None) for ligne in self.lignes]

    def clean(self) -> dict[str, Any]:
        """An amount left as the page showed it, when the proposal has changed since, is shown again before it is kept."""
        lues = super().clean() or self.cleaned_data
        if "acte" not in self.data or not self.data["acte"]:
            return lues
        for ligne in self.saisissables:
            nom = f"montant_{ligne.demande}"
            if nom in self.changed_data or ligne.garde is not None or nom not in lues or lues[nom] == ligne.depart:
                continue
            self._montrer_de_nouveau(nom, ligne)
        return lues

    def _montrer_de_nouveau(self, nom: str, ligne: LigneExamen) -> None:
        champ = self[nom]
        donnees = self.data.copy()
        donnees[champ.html_name] = donnees[champ.html_initial_name] = champ.field.prepare_value(ligne.depart) or ""
        self.data = donnees
        depart = euros(ligne.depart) if ligne.depart is not None else "plus rien"
        self.add_error(nom, f"Ce montant a changé entre-temps : {depart}. Vérifiez-le, puis décidez.")

    @property
    def saisie(self) -> SaisieExamen:
        """All that the page says: a decision keeps the amounts that it shows."""
        return self._saisie(self.saisissables)

    @property
    def saisie_touchee(self) -> SaisieExamen:
        """What was typed, and nothing else: an amount left as it was shown is not kept in advance."""
        return self._saisie([ligne for ligne in self.saisissables if f"montant_{ligne.demande}" in self.changed_data])

    def _saisie(self, lignes: list[LigneExamen]) -> SaisieExamen:
        montants: dict[int, Decimal | None] = {
            ligne.demande: self.cleaned_data[f"montant_{ligne.demande}"] for ligne in lignes
        }
        return SaisieExamen(
            montants=montants,
            texte=self.cleaned_data["texte"],
            note=self.cleaned_data["note"],
            retraits=self.cleaned_data["retraits"],
        )
