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
from ..etats import EtatDemande
from ..lectures.actes import LigneARefuser
from ..models import DemandeFinancement
from .motifs import PourLeCompteDeForm

ECARTER = ""
DECISIONS = [(VOTE, "Voté"), (REFUS, "Refusé"), (ECARTER, "Pas dans cet acte")]
REPONSES = [(REFUS, "Refusé"), (ECARTER, "Pas maintenant")]
PROGRAMMATION_CHANGEE = "Le COPIL l’a programmée, ou déprogrammée, depuis que vous l’avez lue : relisez cette ligne."


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
    """For each row programmed, voted with its amount, refused with its reason, or left out; for each row that nobody
    kept, refused or left. A reason given once serves the refusals that give none.

    Each row carries the state in which it was read; `parties` says the rows read that the page cannot decide any more.
    """

    motif_commun = forms.CharField(
        label="Motif commun",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text="Pour les refus qui n’ont pas de motif à eux.",
    )

    def __init__(
        self,
        *args: Any,
        demandes: Iterable[DemandeFinancement],
        a_refuser: Iterable[LigneARefuser] = (),
        parties: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parties = list(parties)
        self.demandes = list(demandes)
        self.a_refuser = list(a_refuser)
        for demande in self.demandes:
            self._ajouter_la_reponse(demande, DECISIONS, VOTE)
            self.fields[f"montant_{demande.pk}"] = ChampMontant(
                label=f"Montant voté du dossier {demande.dossier.numero}",
                required=False,
                initial=demande.montant_programme,
            )
        for ligne in self.a_refuser:
            self._ajouter_la_reponse(ligne.demande, REPONSES, REFUS if ligne.motif else ECARTER, motif=ligne.motif)

    def _ajouter_la_reponse(
        self, demande: DemandeFinancement, choix: list[tuple[str, str]], initiale: str, *, motif: str = ""
    ) -> None:
        de = f"du dossier {demande.dossier.numero}"
        self.fields[f"decision_{demande.pk}"] = forms.ChoiceField(
            label=f"Décision {de}", choices=choix, initial=initiale, required=False
        )
        self.fields[f"motif_{demande.pk}"] = forms.CharField(
            label=f"Motif du refus {de}",
            required=False,
            initial=motif,
            max_length=2000,
            widget=forms.Textarea({"rows": 2}),
        )
        self.fields[f"etat_{demande.pk}"] = forms.CharField(
            required=False, initial=demande.etat, widget=forms.HiddenInput
        )

    def rangees(self) -> Iterator[tuple[DemandeFinancement, Any, Any, Any]]:
        """Each programmed row with its three fields."""
        for demande in self.demandes:
            yield (
                demande,
                self[f"decision_{demande.pk}"],
                self[f"montant_{demande.pk}"],
                self[f"motif_{demande.pk}"],
            )

    def rangees_a_refuser(self) -> Iterator[tuple[LigneARefuser, Any, Any]]:
        """Each row that nobody kept with its two fields."""
        for ligne in self.a_refuser:
            yield ligne, self[f"decision_{ligne.demande.pk}"], self[f"motif_{ligne.demande.pk}"]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if self.parties:
            self.add_error(
                None, f"Changé depuis que vous l’avez lu : {', '.join(self.parties)}. Relisez avant d’enregistrer."
            )
        commun = (donnees.get("motif_commun") or "").strip()
        for demande in self._toutes:
            decision, montant, motif = (f"{nom}_{demande.pk}" for nom in ("decision", "montant", "motif"))
            if self._a_change(demande):
                self.errors.pop(decision, None)
                self.add_error(decision, PROGRAMMATION_CHANGEE)
                continue
            if donnees.get(decision) == REFUS and motif not in self.errors:
                donnees[motif] = (donnees.get(motif) or "").strip() or commun
                if not donnees[motif]:
                    self.add_error(motif, "Donnez le motif : le porteur le lira.")
            if donnees.get(decision) == VOTE and montant not in self.errors and not donnees.get(montant):
                self.add_error(montant, "Donnez un montant supérieur à 0, ou refusez.")
        return donnees

    def _a_change(self, demande: DemandeFinancement) -> bool:
        """Programmed, or no longer so, since its decider read it; a row left out is nobody's concern."""
        lu = self.data.get(self.add_prefix(f"etat_{demande.pk}"))
        if not lu or self.data.get(self.add_prefix(f"decision_{demande.pk}"), ECARTER) == ECARTER:
            return False
        return (lu == EtatDemande.PROGRAMMEE) != (demande.etat == EtatDemande.PROGRAMMEE)

    @property
    def _toutes(self) -> list[DemandeFinancement]:
        return [*self.demandes, *(ligne.demande for ligne in self.a_refuser)]

    @property
    def choisies(self) -> list[DemandeFinancement]:
        """The rows that are decided."""
        return [d for d in self._toutes if self.cleaned_data[f"decision_{d.pk}"] != ECARTER]

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
        votes = self.votes
        return [
            LigneDActe(
                demande=d.pk,
                numero=d.dossier.numero,
                decision=self.cleaned_data[f"decision_{d.pk}"],
                montant=votes.get(d.pk),
                motif="" if d.pk in votes else self.cleaned_data[f"motif_{d.pk}"],
                etat=self.cleaned_data[f"etat_{d.pk}"] or d.etat,
            )
            for d in self.choisies
        ]
