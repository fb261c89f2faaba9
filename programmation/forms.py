"""What people type: proposals, opinions, acts, validations, movements of envelopes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import ActeDecision, Contrat, Reunion

from .etats import SensAvis
from .models import DemandeFinancement


class _PourLeCompteDe(forms.Form):
    """Adds the document that is read when one writes in another's place; required then only."""

    piece_source = forms.CharField(
        label="Document qui fait foi",
        max_length=200,
        help_text="Vous écrivez pour le compte du financeur : courriel du 12 mars, délibération n° 24-118…",
    )

    def __init__(self, *args: Any, pour_le_compte: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pour_le_compte:
            del self.fields["piece_source"]


class PropositionForm(_PourLeCompteDe):
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


class AvisForm(forms.Form):
    """An opinion."""

    sens = forms.ChoiceField(label="Avis", choices=SensAvis, widget=forms.RadioSelect)
    texte = forms.CharField(
        label="Ce qui le fonde",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="Lu par les cofinanceurs du dossier ; le porteur ne le voit pas.",
    )


class MotifForm(forms.Form):
    """The reason of an act that somebody will have to explain."""

    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class RefusForm(_PourLeCompteDe, MotifForm):
    """A funder's refusal."""

    field_order = ["motif", "piece_source"]


class ProgrammationForm(forms.Form):
    """At which meeting the COPIL validated."""

    reunion = forms.ModelChoiceField(
        label="Réunion", queryset=Reunion.objects.none(), help_text="L’instance qui valide la programmation."
    )

    def __init__(self, *args: Any, contrat: Contrat, annee: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["reunion"]
        champ.queryset = reunions_de_programmation(contrat, annee)
        champ.initial = champ.queryset.first()


def reunions_de_programmation(contrat: Contrat, annee: int) -> Any:
    """Meetings at which the programming of `annee` may be validated: from the autumn before to the end of the year."""
    return (
        Reunion.objects.filter(
            comite__contrat=contrat, comite__valide_programmation=True, le__year__gte=annee - 1, le__year__lte=annee
        )
        .select_related("comite")
        .order_by("-le")
    )


class VoteForm(_PourLeCompteDe):
    """The funder's own act: an existing one, or a new one described here."""

    montant = ChampMontant(label="Montant voté")
    acte = forms.ModelChoiceField(
        label="Acte déjà enregistré", queryset=ActeDecision.objects.none(), required=False, empty_label="Nouvel acte"
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
            contrat=demande.dossier.contrat, organisme=demande.financeur, pris_le__gte=demande.programme_le
        )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if not donnees.get("acte"):
            for nom in ("instance", "numero", "pris_le"):
                if not donnees.get(nom) and nom not in self.errors:
                    self.add_error(nom, "Choisissez un acte enregistré, ou décrivez le nouvel acte.")
        return donnees


class NotificationForm(forms.Form):
    """When the porteur was told."""

    jour = forms.DateField(label="Notifiée le", widget=SaisieDate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"jour": timezone.localdate()}, **kwargs)


class MouvementForm(forms.Form):
    """A change of an envelope."""

    montant = ChampMontant(label="Montant", min_value=None, help_text="Négatif pour une baisse : − 5 000.")
    motif = forms.CharField(label="Motif", max_length=250)
    jour = forms.DateField(label="Date", widget=SaisieDate)
    notifiee = forms.BooleanField(label="Le financeur l’a notifiée", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"jour": timezone.localdate()}, **kwargs)


class DepassementForm(forms.Form):
    """An overrun, signed and explained."""

    montant = ChampMontant(label="Dépassement autorisé")
    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
