"""What people type: proposals, opinions, acts, validations, movements of envelopes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from acteurs.models import Organisme
from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import ActeDecision, Contrat, Reunion

from .etats import SensAvis
from .lectures.dossier import LigneFinanceur
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
    organisme = forms.ModelChoiceField(
        label="Au nom de", queryset=Organisme.objects.none(), required=False, empty_label="Votre organisme"
    )
    piece_source = forms.CharField(
        label="Document qui fait foi",
        required=False,
        max_length=200,
        help_text="Quand vous écrivez au nom d’un autre : courriel du 12 mars, compte rendu…",
    )

    def __init__(self, *args: Any, autres: Any = None, **kwargs: Any) -> None:
        """`autres`: the organisations for which the person may write besides its own; none for most."""
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["organisme"]
        if autres is None:
            del self.fields["organisme"], self.fields["piece_source"]
        else:
            champ.queryset = autres


class MotifForm(forms.Form):
    """The reason of an act that somebody will have to explain."""

    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class RefusForm(_PourLeCompteDe, MotifForm):
    """A funder's refusal."""

    field_order = ["motif", "piece_source"]


class ProgrammationForm(forms.Form):
    """At which meeting the COPIL validated: one that has been held, the latest first."""

    reunion = forms.ModelChoiceField(
        label="Réunion",
        queryset=Reunion.objects.none(),
        empty_label=None,
        help_text="Une réunion déjà tenue de l’instance qui valide la programmation.",
        error_messages={"required": "Aucune réunion de validation ne s’est encore tenue pour cette programmation."},
    )

    def __init__(self, *args: Any, contrat: Contrat, annee: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["reunion"]
        champ.queryset = reunions_de_programmation(contrat, annee, le=timezone.localdate())


def reunions_de_programmation(contrat: Contrat, annee: int, *, le: date) -> Any:
    """Meetings held by `le` at which the programming of `annee` may have been validated, since the autumn before."""
    return (
        Reunion.objects.filter(
            comite__contrat=contrat,
            comite__valide_programmation=True,
            le__gte=date(annee - 1, 9, 1),
            le__lte=min(le, date(annee, 12, 31)),
        )
        .select_related("comite")
        .order_by("-le")
    )


class ValidationForm(ProgrammationForm):
    """What the COPIL kept for each proposal on its table; the proposal unless changed, 0 to leave it as it is."""

    def __init__(self, *args: Any, lignes: list[LigneFinanceur], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lignes = lignes
        for ligne in lignes:
            self.fields[f"montant_{ligne.pk}"] = ChampMontant(
                label=f"{ligne.financeur}, {ligne.nature_libelle.lower()}", initial=ligne.propose
            )

    @property
    def rangees(self) -> list[tuple[LigneFinanceur, Any]]:
        """Each row with its field, for the table."""
        return [(ligne, self[f"montant_{ligne.pk}"]) for ligne in self.lignes]

    @property
    def montants(self) -> dict[int, Decimal]:
        """Euros kept, by request."""
        return {ligne.pk: self.cleaned_data[f"montant_{ligne.pk}"] for ligne in self.lignes}


class AjournementForm(ProgrammationForm, MotifForm):
    """At which meeting, and until what."""

    field_order = ["reunion", "motif"]


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
