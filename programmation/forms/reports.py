"""Where requests are deposited; what was entered again elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from acteurs.models import Organisme
from commun.formulaires import SaisieDate
from contrats.models import Contrat

from ..imports.reperes import dispositifs_du_contrat, financeurs_possibles
from ..lectures.reports import CanalVu, LigneAReporter
from ..models import CanalDepot, Dispositif, Teleservice

_CHAMPS = ("canal", "adresse", "consigne")
_ADRESSE = {"invalid": "Écrivez une adresse entière, comme https://exemple.fr."}


class CanauxForm(forms.Form):
    """Every scheme × funder, each with its channel; a last line adds one. Fields `r0_canal`, `r0_adresse`…"""

    nouveau_dispositif = forms.ModelChoiceField(
        Dispositif.objects.none(), label="Dispositif", required=False, empty_label="À choisir"
    )
    nouveau_financeur = forms.ModelChoiceField(
        Organisme.objects.none(), label="Financeur", required=False, empty_label="À choisir"
    )
    nouveau_canal = forms.ChoiceField(
        label="Canal de dépôt", choices=Teleservice.choices, initial=Teleservice.DAUPHIN, required=False
    )
    nouveau_adresse = forms.URLField(label="Adresse", required=False, assume_scheme="https", error_messages=_ADRESSE)
    nouveau_consigne = forms.CharField(label="Consigne", required=False, max_length=300)

    def __init__(self, *args: Any, contrat: Contrat, canaux: Sequence[CanalVu], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.canaux = canaux
        dispositifs, financeurs = dispositifs_du_contrat(contrat), financeurs_possibles(contrat)
        self.fields["nouveau_dispositif"].queryset = Dispositif.objects.filter(pk__in=[d.pk for d in dispositifs])  # type: ignore[attr-defined]
        self.fields["nouveau_financeur"].queryset = Organisme.objects.filter(pk__in=[o.pk for o in financeurs])  # type: ignore[attr-defined]
        for rang, canal in enumerate(canaux):
            qui = f"{canal.dispositif.nom}, {canal.financeur.nom_court}"
            self.fields[f"r{rang}_canal"] = forms.ChoiceField(
                label=f"Canal : {qui}", choices=Teleservice.choices, initial=canal.canal
            )
            self.fields[f"r{rang}_adresse"] = forms.URLField(
                label=f"Adresse : {qui}",
                required=False,
                initial=canal.adresse,
                assume_scheme="https",
                error_messages=_ADRESSE,
            )
            self.fields[f"r{rang}_consigne"] = forms.CharField(
                label=f"Consigne : {qui}",
                required=False,
                initial=canal.consigne,
                max_length=CanalDepot._meta.get_field("consigne").max_length,
            )

    def clean(self) -> dict[str, Any]:
        valeurs = super().clean() or {}
        if bool(valeurs.get("nouveau_dispositif")) != bool(valeurs.get("nouveau_financeur")):
            manquant = "nouveau_financeur" if valeurs.get("nouveau_dispositif") else "nouveau_dispositif"
            self.add_error(manquant, "Choisissez le dispositif et le financeur.")
        return valeurs

    @property
    def lignes(self) -> list[tuple[CanalVu, Any, Any, Any]]:
        return [
            (canal, self[f"r{rang}_canal"], self[f"r{rang}_adresse"], self[f"r{rang}_consigne"])
            for rang, canal in enumerate(self.canaux)
        ]

    @property
    def reglages(self) -> list[tuple[Dispositif, Organisme, dict[str, str]]]:
        """What each line says, the new one included."""
        v = self.cleaned_data
        dits = [
            (canal.dispositif, canal.financeur, {nom: v[f"r{rang}_{nom}"] for nom in _CHAMPS})
            for rang, canal in enumerate(self.canaux)
        ]
        if v["nouveau_dispositif"]:
            nouveau = {nom: v[f"nouveau_{nom}"] for nom in _CHAMPS}
            dits.append((v["nouveau_dispositif"], v["nouveau_financeur"], nouveau))
        return dits


class ReportForm(forms.Form):
    """The day on which the ticked rows were entered elsewhere."""

    reporte_le = forms.DateField(label="Reporté le", widget=SaisieDate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("reporte_le", timezone.localdate())


class FiltreReportsForm(forms.Form):
    """Which rows are shown: still to do by default."""

    canal = forms.ChoiceField(label="Téléservice", required=False)
    financeur = forms.ChoiceField(label="Financeur", required=False)
    reste = forms.ChoiceField(
        label="Ce qui est", required=False, choices=[("", "à reporter"), ("faits", "reporté"), ("tous", "tout")]
    )

    def __init__(self, *args: Any, lignes: Sequence[LigneAReporter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        canaux = sorted({(ligne.canal, ligne.teleservice) for ligne in lignes}, key=lambda c: c[1])
        financeurs = sorted({(str(ligne.financeur_pk), ligne.financeur) for ligne in lignes}, key=lambda c: c[1])
        self.fields["canal"].choices = [("", "Tous"), *canaux]  # type: ignore[attr-defined]
        self.fields["financeur"].choices = [("", "Tous"), *financeurs]  # type: ignore[attr-defined]

    def garder(self, lignes: Sequence[LigneAReporter]) -> list[LigneAReporter]:
        """The rows that the filters keep; an unreadable filter keeps all."""
        v = self.cleaned_data if self.is_valid() else {}
        reste = v.get("reste", "")
        return [
            ligne
            for ligne in lignes
            if v.get("canal") in (None, "", ligne.canal)
            and v.get("financeur") in (None, "", str(ligne.financeur_pk))
            and (reste == "tous" or ligne.a_faire == (reste != "faits"))
        ]
