"""Envelopes: their opening, their notification, their movements and overruns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from acteurs.models import Organisme
from commun.formulaires import ChampMontant, SaisieDate
from contrats.models import Contrat, NatureMoyens, Section, Signataire

from ..actions import SENS_DU_MOUVEMENT
from ..models import DemandeFinancement, Dispositif, Enveloppe
from .organisme import ChampFichier


class _DateeForm(forms.Form):
    """What is dated starts from today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"jour": timezone.localdate()} | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, **kwargs)


class _MontantLu(forms.HiddenInput):
    """The amount of the envelope as the page shows it now, even when the form comes back with an older one."""

    def __init__(self, montant: Decimal) -> None:
        super().__init__()
        self.montant = montant

    def format_value(self, value: Any) -> str:
        return str(self.montant)


class EnveloppeForm(forms.Form):
    """An envelope expected from a funder."""

    financeur = forms.ModelChoiceField(label="Financeur", queryset=Organisme.objects.none(), empty_label="Choisissez")
    dispositif = forms.ModelChoiceField(
        label="Dispositif",
        queryset=Dispositif.objects.none(),
        empty_label="Choisissez",
        help_text="Ses demandes se prennent sur l’enveloppe de sa section, fonctionnement ou investissement.",
    )
    section = forms.ChoiceField(
        label="Section",
        choices=[("", "Celle du dispositif"), *Section.choices],
        required=False,
        help_text="Changez-la si le financeur donne l’autre section : cet argent attendra d’être redéployé.",
    )
    nature = forms.ChoiceField(label="Nature", choices=NatureMoyens.choices)
    montant = ChampMontant(label="Montant attendu")
    motif = forms.CharField(
        label="D’où vient ce montant",
        required=False,
        max_length=250,
        help_text="Budget primitif, échange avec le financeur, montant de l’an passé…",
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: dict[str, Any] = self.fields
        champs["financeur"].queryset = Organisme.objects.filter(
            Q(pk__in=Signataire.objects.filter(contrat=contrat).values("organisme"))
            | Q(pk__in=DemandeFinancement.objects.filter(dossier__contrat=contrat).values("financeur"))
            | Q(pk__in=Enveloppe.objects.filter(contrat=contrat).values("financeur"))
            | Q(pk=contrat.pilote_id)
        ).order_by("nom")
        champs["financeur"].label_from_instance = lambda organisme: organisme.nom_court
        champs["dispositif"].queryset = Dispositif.objects.filter(
            Q(contrat__isnull=True) | Q(contrat=contrat)
        ).order_by("nom")
        champs["dispositif"].label_from_instance = lambda d: f"{d.nom} ({d.get_section_display().lower()})"


class NotificationEnveloppeForm(_DateeForm):
    """What the funder wrote."""

    montant = ChampMontant(label="Montant notifié", help_text="Le total de l’enveloppe, non la différence.")
    attendu = forms.DecimalField(required=False)
    jour = forms.DateField(label="Date de la lettre", widget=SaisieDate)
    reference = forms.CharField(
        label="Référence de la lettre", max_length=120, help_text="Numéro, ou « courriel du 12/03/2026 »."
    )
    lettre = ChampFichier(label="Lettre de notification", required=False)

    def __init__(self, *args: Any, enveloppe: Enveloppe, **kwargs: Any) -> None:
        super().__init__(*args, initial={"montant": enveloppe.montant}, **kwargs)
        self.fields["attendu"].widget = _MontantLu(enveloppe.montant)


class MouvementForm(_DateeForm):
    """A change of an envelope."""

    genre = forms.ChoiceField(
        label="Mouvement",
        choices=[(genre.value, genre.label) for genre in SENS_DU_MOUVEMENT],
        widget=forms.RadioSelect,
    )
    montant = ChampMontant(label="Montant")
    motif = forms.CharField(label="Motif", max_length=250)
    jour = forms.DateField(label="Date", widget=SaisieDate)


class RedeploiementForm(_DateeForm):
    """Money moved between two envelopes of one funder."""

    vers = forms.ModelChoiceField(label="Vers l’enveloppe", queryset=Enveloppe.objects.none(), empty_label="Choisissez")
    montant = ChampMontant(label="Montant à redéployer")
    motif = forms.CharField(label="Motif", max_length=250)
    jour = forms.DateField(label="Date", widget=SaisieDate)

    def __init__(self, *args: Any, enveloppe: Enveloppe, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["vers"]
        champ.queryset = (
            Enveloppe.objects.filter(
                contrat=enveloppe.contrat_id, financeur=enveloppe.financeur_id, annee=enveloppe.annee
            )
            .exclude(pk=enveloppe.pk)
            .select_related("dispositif", "financeur")
        )
        champ.label_from_instance = lambda e: f"{e.dispositif}, {e.get_nature_display().lower()}"


class DepassementForm(forms.Form):
    """An overrun, signed and explained."""

    montant = ChampMontant(label="Dépassement autorisé")
    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
