"""Each funder's row: its proposal, its act, its refusal, the porteur told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import ActeDecision, Position

from ..models import DemandeFinancement
from .motifs import MotifForm, PourLeCompteDeForm


class PropositionForm(PourLeCompteDeForm):
    """One funder's proposal on one file."""

    montant = ChampMontant(label="Montant proposé")
    conditions = forms.CharField(
        label="Conditions", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    partagee = forms.BooleanField(
        label="Visible des cofinanceurs",
        required=False,
        initial=True,
        help_text="Décochez pour garder un brouillon que seul votre organisme voit.",
    )

    field_order = ["montant", "conditions", "partagee", "piece_source"]

    def __init__(self, *args: Any, demande: Any, pour_le_compte: bool, **kwargs: Any) -> None:
        # `demande` comes from `avec_montants_vus`: another funder's private draft is not shown to who writes for it.
        connu = demande.propose_vu is not None
        initial = {
            "montant": demande.propose_vu if connu else demande.montant_demande,
            "conditions": demande.conditions if connu else "",
            "partagee": demande.proposition_partagee,
        }
        super().__init__(*args, initial=initial, pour_le_compte=pour_le_compte, **kwargs)
        if pour_le_compte:
            del self.fields["partagee"]

    def suivre_l_equilibre(self, url: str) -> None:
        """Ask `url` what the amount does to the budget, as it is typed."""
        self.fields["montant"].widget.attrs |= {
            "hx-get": url,
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#equilibre",
            "hx-sync": "this:replace",
        }


class RefusForm(PourLeCompteDeForm, MotifForm):
    """A funder's refusal."""

    field_order = ["motif", "piece_source"]


# What describes an act that is not registered yet, and what to say when it lacks.
_DU_NOUVEL_ACTE = {
    "instance": "Dites quelle instance a pris le nouvel acte.",
    "numero": "Donnez le numéro du nouvel acte.",
    "pris_le": "Donnez la date du nouvel acte.",
}


class VoteForm(PourLeCompteDeForm):
    """The funder's own act: an existing one, or a new one described here."""

    montant = ChampMontant(label="Montant voté")
    acte = forms.ModelChoiceField(
        label="Acte déjà enregistré",
        queryset=ActeDecision.objects.none(),
        required=False,
        empty_label="Nouvel acte",
        help_text="Il dispense de décrire l’acte ci-dessous.",
    )
    instance = forms.CharField(
        label="Instance",
        required=False,
        max_length=160,
        help_text="Conseil communautaire, commission permanente, préfet…",
    )
    numero = forms.CharField(label="Numéro de l’acte", required=False, max_length=60)
    pris_le = forms.DateField(label="Pris le", required=False, widget=SaisieDate)

    field_order = ["montant", "acte", "instance", "numero", "pris_le", "piece_source"]

    def __init__(self, *args: Any, demande: DemandeFinancement, pour_le_compte: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"montant": demande.montant_programme}, pour_le_compte=pour_le_compte, **kwargs)
        champ: Any = self.fields["acte"]
        champ.queryset = ActeDecision.objects.filter(
            contrat=demande.dossier.contrat,
            organisme=demande.financeur,
            position=Position.RETIENT,
            pris_le__gte=demande.programme_le,
        )
        for nom in _DU_NOUVEL_ACTE:
            self.fields[nom].attendu = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if not donnees.get("acte"):
            for nom, manque in _DU_NOUVEL_ACTE.items():
                if not donnees.get(nom) and nom not in self.errors:
                    self.add_error(nom, manque)
        return donnees


class EngagementForm(PourLeCompteDeForm):
    """The number under which the funder committed the money."""

    numero_ej = forms.CharField(
        label="Numéro d’engagement",
        required=False,
        max_length=20,
        help_text="Pour l’État, le numéro d’engagement juridique (EJ) de Chorus.",
    )

    field_order = ["numero_ej", "piece_source"]

    def __init__(self, *args: Any, demande: DemandeFinancement, pour_le_compte: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"numero_ej": demande.numero_ej}, pour_le_compte=pour_le_compte, **kwargs)


class NotificationForm(forms.Form):
    """When the porteur was told."""

    jour = forms.DateField(label="Notifiée le", widget=SaisieDate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"jour": timezone.localdate()}, **kwargs)
