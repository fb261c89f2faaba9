"""A funder's act, and what it decides row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms

from commun.erreurs import RegleEnfreinte
from commun.formulaires import ChampMontant, SaisieDate
from commun.televersement import controler, verifier_taille
from contrats.models import ActeDecision

from ..actions.actes_financeurs import REFUS, VOTE, LigneDActe
from ..models import DemandeFinancement
from .motifs import PourLeCompteDeForm

ECARTER = ""
DECISIONS = [(VOTE, "Voté"), (REFUS, "Refusé"), (ECARTER, "Pas dans cet acte")]


class ChampPiece(forms.FileField):
    """One paper, as its name and its content, checked before anything is written."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        fichier = super().clean(data, initial)
        if not fichier:
            return None
        try:
            verifier_taille(fichier.name, fichier.size)
            contenu = fichier.read()
            controler(fichier.name, contenu)
        except RegleEnfreinte as refus:
            raise forms.ValidationError(refus.message, code=refus.code) from refus
        return fichier.name, contenu


class ActeDuFinanceurForm(PourLeCompteDeForm, forms.ModelForm):
    """Body, number, date, vote, withdrawals, receipt by the préfecture, paper."""

    piece = ChampPiece(
        label="Document",
        required=False,
        help_text="La délibération ou l’arrêté signé : PDF, image ou document, 10 Mo au plus.",
    )

    class Meta:
        model = ActeDecision
        fields = [
            "instance",
            "numero",
            "pris_le",
            "position",
            "voix_pour",
            "voix_contre",
            "abstentions",
            "deports",
            "recu_prefecture_le",
        ]
        widgets = {
            "pris_le": SaisieDate,
            "recu_prefecture_le": SaisieDate,
            "numero": forms.TextInput({"data-court": "1"}),
            "voix_pour": forms.NumberInput({"data-court": "1", "min": "0"}),
            "voix_contre": forms.NumberInput({"data-court": "1", "min": "0"}),
            "abstentions": forms.NumberInput({"data-court": "1", "min": "0"}),
            "deports": forms.Textarea({"rows": 2}),
        }
        help_texts = {
            "instance": "Conseil communautaire, commission permanente, préfet…",
            "deports": "Qui n’a pas pris part au vote, et sur quels dossiers.",
            "position": "« Prend acte » n’adopte pas : seul un acte qui retient rend des montants fermes.",
        }

    @property
    def champs(self) -> dict[str, Any]:
        """What the act is, for the action; its paper and the document read go beside."""
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom in self._meta.fields}


class LignesDActeForm(PourLeCompteDeForm):
    """For each row, voted with its amount, refused with its reason, or left out."""

    def __init__(self, *args: Any, demandes: Iterable[DemandeFinancement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.demandes = list(demandes)
        for demande in self.demandes:
            de = f"du dossier {demande.dossier.numero}"
            self.fields[f"decision_{demande.pk}"] = forms.ChoiceField(
                label=f"Décision {de}", choices=DECISIONS, initial=VOTE, required=False
            )
            self.fields[f"montant_{demande.pk}"] = ChampMontant(
                label=f"Montant voté {de}", required=False, initial=demande.montant_programme
            )
            self.fields[f"motif_{demande.pk}"] = forms.CharField(
                label=f"Motif du refus {de}", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
            )

    def rangees(self) -> Iterator[tuple[DemandeFinancement, Any, Any, Any]]:
        """Each row with its three fields."""
        for demande in self.demandes:
            yield (
                demande,
                self[f"decision_{demande.pk}"],
                self[f"montant_{demande.pk}"],
                self[f"motif_{demande.pk}"],
            )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        for demande in self.demandes:
            decision, montant, motif = (f"{nom}_{demande.pk}" for nom in ("decision", "montant", "motif"))
            if donnees.get(decision) == REFUS and not (donnees.get(motif) or "").strip():
                self.add_error(motif, "Donnez le motif : le porteur le lira.")
            if donnees.get(decision) == VOTE and montant not in self.errors and not donnees.get(montant):
                self.add_error(montant, "Donnez un montant supérieur à 0, ou refusez.")
        return donnees

    @property
    def choisies(self) -> list[DemandeFinancement]:
        """The rows that the act decides."""
        return [d for d in self.demandes if self.cleaned_data[f"decision_{d.pk}"] != ECARTER]

    @property
    def votes(self) -> dict[int, Decimal]:
        """Euros by row voted."""
        return {
            d.pk: self.cleaned_data[f"montant_{d.pk}"]
            for d in self.demandes
            if self.cleaned_data[f"decision_{d.pk}"] == VOTE
        }

    @property
    def lignes(self) -> list[LigneDActe]:
        """What goes to the action."""
        return [
            LigneDActe(
                demande=d.pk,
                numero=d.dossier.numero,
                decision=self.cleaned_data[f"decision_{d.pk}"],
                montant=self.votes.get(d.pk),
                motif="" if d.pk in self.votes else self.cleaned_data[f"motif_{d.pk}"].strip(),
            )
            for d in self.choisies
        ]
