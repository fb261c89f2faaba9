"""What a person types to join a contract as a porteur, and what the team answers."""

from __future__ import annotations

from typing import Any

from django import forms

from acteurs.models import Organisme
from acteurs.regles import chiffres, siret_valide


class SiretForm(forms.Form):
    """The number by which the organisation is found."""

    siret = forms.CharField(
        label="SIRET de votre organisme",
        max_length=30,
        help_text="14 chiffres, avec ou sans espaces. Il figure sur l’avis de situation SIRENE ou sur vos factures.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-court": "1"}),
    )

    def clean_siret(self) -> str:
        siret = chiffres(self.cleaned_data["siret"])
        if not siret_valide(siret):
            raise forms.ValidationError("Ce SIRET n’est pas valide : vérifiez ses 14 chiffres.")
        return siret


class InscriptionForm(forms.Form):
    """Who asks, for which organisation."""

    nom_organisme = forms.CharField(
        label="Nom de l’organisme", max_length=250, widget=forms.TextInput({"autocomplete": "organization"})
    )
    prenom = forms.CharField(
        label="Votre prénom", max_length=150, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    nom = forms.CharField(label="Votre nom", max_length=150, widget=forms.TextInput({"autocomplete": "family-name"}))
    fonction = forms.CharField(
        label="Votre fonction dans l’organisme",
        max_length=200,
        help_text="Par exemple « présidente » ou « chargé de projets ».",
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )
    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="Un courriel y part aussitôt : son lien confirme votre demande.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    telephone = forms.CharField(
        label="Votre téléphone",
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "data-court": "1"}),
    )
    projet = forms.CharField(
        label="Votre projet en quelques mots",
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    accord = forms.BooleanField(
        label="Je parle au nom de cet organisme et j’accepte que l’équipe du contrat vérifie ces informations"
    )

    def __init__(self, *args: Any, nom_connu: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if nom_connu:
            self.fields["nom_organisme"].initial = nom_connu
            self.fields["nom_organisme"].disabled = True
        self.fields["accord"].error_messages["required"] = "Cochez cette case pour envoyer votre demande."


class AccepterInscriptionForm(forms.Form):
    """The organisation that joins, and whether the person manages its accesses."""

    organisme = forms.ModelChoiceField(
        Organisme.objects.none(),
        label="Organisme",
        required=False,
        empty_label="Aucun de ceux-là : créer l’organisme",
        widget=forms.RadioSelect,
        help_text="Ces organismes sans SIRET lui ressemblent : choisissez-en un pour ne pas le créer deux fois.",
    )
    gestionnaire = forms.BooleanField(
        label="Cette personne gère les accès de l’organisme",
        required=False,
        help_text="Elle pourra inviter d’autres personnes de son organisme.",
    )

    def __init__(self, *args: Any, ressemblants: tuple[Organisme, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["organisme"]
        champ.queryset = Organisme.objects.filter(pk__in=[o.pk for o in ressemblants])
        if not ressemblants:
            del self.fields["organisme"]


class RefuserInscriptionForm(forms.Form):
    """The reason, which the person will read."""

    motif = forms.CharField(
        label="Motif du refus",
        max_length=1000,
        help_text="La personne le lira dans un courriel.",
        widget=forms.Textarea({"rows": 3}),
    )
