"""Forms of the contract: inviting a person, answering an invitation, changing an habilitation, filtering lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.formulaires import SaisieDate
from geographie.models import Commune, Perimetre

from ..etats import EtatEngagement, Role
from ..lectures.equipe import Situation
from ..models import Contrat, Orientation, Signataire
from ..permissions import Limites, peut_accorder, roles
from ..regles import CE_QUE_VOIT


def _choix_de_roles() -> list[tuple[str, Any]]:
    return [
        (role.value, format_html("<span><strong>{}</strong><br>{}</span>", role.label, phrase))
        for role, phrase in CE_QUE_VOIT.items()
    ]


class LimitesForm(forms.Form):
    """The places and orientations that an habilitation is limited to, among those of the contract."""

    communes = forms.ModelMultipleChoiceField(
        Commune.objects.none(), label="Communes", required=False, widget=forms.CheckboxSelectMultiple
    )
    perimetres = forms.ModelMultipleChoiceField(
        Perimetre.objects.none(), label="Périmètres", required=False, widget=forms.CheckboxSelectMultiple
    )
    orientations = forms.ModelMultipleChoiceField(
        Orientation.objects.none(), label="Orientations", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contrat: Contrat, auteur: Auteur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limites_imposees = not peut_accorder(auteur, contrat, Limites())
        communes, perimetres = contrat.communes.all(), Perimetre.objects.filter(contrats__contrat=contrat)
        orientations = contrat.orientations.all()
        if self.limites_imposees:
            # Whoever is limited is only offered what it holds.
            tenues = [h.limites for h in roles(auteur, contrat).habilitations if h.role == Role.CHEF_DE_PROJET]
            communes = communes.filter(pk__in=frozenset().union(*(t.communes for t in tenues)))
            perimetres = perimetres.filter(pk__in=frozenset().union(*(t.perimetres for t in tenues)))
            if all(t.orientations for t in tenues):
                orientations = orientations.filter(pk__in=frozenset().union(*(t.orientations for t in tenues)))
        for nom, choix in (("communes", communes), ("perimetres", perimetres), ("orientations", orientations)):
            self.fields[nom].queryset = choix  # type: ignore[attr-defined]
        for nom in ("communes", "perimetres", "orientations"):
            if not self.fields[nom].queryset.exists():  # type: ignore[attr-defined]
                del self.fields[nom]

    @property
    def limites(self) -> Limites:
        """What was ticked."""
        return Limites(*(frozenset(x.pk for x in self.cleaned_data.get(n, ())) for n in _LIMITES))

    @property
    def champs_de_limites(self) -> list[forms.BoundField]:
        return [self[nom] for nom in _LIMITES if nom in self.fields]

    @property
    def limites_ouvertes(self) -> bool:
        """True when the limits must be seen at once: something is ticked, or must be."""
        return self.limites_imposees or any(champ.value() for champ in self.champs_de_limites)


_LIMITES = ("communes", "perimetres", "orientations")


class InviterForm(LimitesForm):
    """Who is invited to act for the organisation already chosen, and as what."""

    email = forms.EmailField(
        label="Adresse électronique",
        help_text="L’invitation part à cette adresse ; son lien y est le seul à ouvrir le compte.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Rôle", choices=_choix_de_roles, widget=forms.RadioSelect)

    field_order = ["email", "role", *_LIMITES]


class HabilitationForm(LimitesForm):
    """What may change in an habilitation: its limits and its planned last day."""

    valide_au = forms.DateField(
        label="Dernier jour",
        required=False,
        widget=SaisieDate,
        help_text="Laissez vide si aucune fin n’est prévue.",
    )


class AccepterForm(forms.Form):
    """The account that the invited person opens for itself."""

    prenom = forms.CharField(label="Prénom", max_length=150, widget=forms.TextInput({"autocomplete": "given-name"}))
    nom = forms.CharField(label="Nom", max_length=150, widget=forms.TextInput({"autocomplete": "family-name"}))
    mot_de_passe = forms.CharField(
        label="Mot de passe", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    confirmation = forms.CharField(
        label="Le même mot de passe, une seconde fois",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["mot_de_passe"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        mot_de_passe = donnees.get("mot_de_passe")
        if not mot_de_passe:
            return donnees
        if donnees.get("confirmation") and donnees["confirmation"] != mot_de_passe:
            self.add_error("confirmation", "Les deux mots de passe diffèrent : saisissez-les de nouveau.")
        personne = Utilisateur(email=self.email, first_name=donnees.get("prenom", ""), last_name=donnees.get("nom", ""))
        try:
            validate_password(mot_de_passe, personne)
        except ValidationError as erreur:
            self.add_error("mot_de_passe", erreur)
        return donnees


class FiltreEquipeForm(forms.Form):
    """Filters of the team's list."""

    q = forms.CharField(label="Nom, adresse ou organisme", required=False, widget=forms.TextInput({"type": "search"}))
    role = forms.ChoiceField(label="Rôle", required=False, choices=[("", "Tous"), *Role.choices])
    situation = forms.ChoiceField(
        label="Habilitations",
        required=False,
        choices=[(Situation.EN_VIGUEUR, "En vigueur"), (Situation.TERMINEES, "Terminées ou à venir")],
    )


class FiltreEngagementsForm(forms.Form):
    """Filters of the list of commitments."""

    q = forms.CharField(label="Mots ou référence", required=False, widget=forms.TextInput({"type": "search"}))
    signataire = forms.ModelChoiceField(Signataire.objects.none(), required=False, empty_label="Tous")
    orientation = forms.ModelChoiceField(Orientation.objects.none(), required=False, empty_label="Toutes")
    etat = forms.ChoiceField(
        label="Dernier état déclaré", required=False, choices=[("", "Tous"), *EtatEngagement.choices]
    )

    def __init__(self, *args: Any, contrat: Contrat, declarations: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signataire"].queryset = contrat.signataires.select_related("organisme")  # type: ignore[attr-defined]
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]
        if not declarations:
            del self.fields["etat"]


class RechercheOrganismeForm(forms.Form):
    """The organisation to invite somebody for."""

    q = forms.CharField(label="Organisme", widget=forms.TextInput({"type": "search"}), help_text="Nom, sigle ou SIRET.")
