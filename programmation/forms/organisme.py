"""Forms of the card and the papers of an organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.models import fields_for_model

from acteurs.models import PIECES_DE_L_ORGANISME, FicheOrganisme, Organisme, TypePiece
from acteurs.regles import bic_valide, chiffres, iban_valide, rna_valide, siret_valide
from commun.erreurs import RegleEnfreinte
from commun.formulaires import SaisieDate
from commun.televersement import EXTENSIONS, controler, verifier_taille

from ..regles.organisme import Section

_AIDES = {
    "siret": "14 chiffres, avec ou sans espaces. Il figure sur l’avis de situation SIRENE.",
    "rna": "W suivi de 9 chiffres ou lettres ; il figure sur le récépissé de déclaration.",
    "objet": "L’objet inscrit dans les statuts.",
    "adresse": "Numéro et rue.",
    "adresse_de_correspondance": "Si elle diffère de celle du siège.",
    "telephone": "Lu par ceux qui instruisent vos demandes, jamais publié.",
    "courriel": "Lu par ceux qui instruisent vos demandes, jamais publié.",
    "public_telephone": "Imprimé dans le catalogue des actions et lu par tous : un numéro d’accueil plutôt que celui d’une personne.",
    "public_courriel": "Imprimé dans le catalogue des actions et lu par tous : une adresse de l’organisme plutôt que celle d’une personne.",
    "public_site": "Imprimé dans le catalogue des actions et lu par tous.",
    "agrements": "Type d’agrément, autorité qui l’a donné, date. Un par ligne.",
    "salaries_etpt": "En équivalents temps plein travaillés, par exemple 2,5.",
    "iban": "27 caractères pour un compte français, avec ou sans espaces.",
    "bic": "8 ou 11 caractères.",
}
_COURTS = ("siret", "rna", "code_postal", "telephone", "public_telephone", "representant_telephone", "bic")
_OUI_NON = [("", "Non renseigné"), ("oui", "Oui"), ("non", "Non")]


class _OuiNon(forms.TypedChoiceField):
    """Yes, no, or not said."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=_OUI_NON,
            coerce={"oui": True, "non": False}.get,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "oui", False: "non", None: ""}.get(value, value)


class SectionForm(forms.Form):
    """The fields of one section of the card. Everything may be left empty: what a request needs is told beside."""

    def __init__(
        self, *args: Any, section: Section, association: bool = False, figes: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        attendus = section.requis + (section.requis_d_une_association if association else ())
        for champ in section.champs:
            modele = Organisme if champ in _DE_L_ORGANISME else FicheOrganisme
            self.fields[champ] = _champ(modele, champ)
            if champ in attendus and not self.fields[champ].required:
                aide = self.fields[champ].help_text
                self.fields[champ].help_text = f"{aide} Nécessaire pour déposer une demande.".strip()
                self.fields[champ].attendu = True  # type: ignore[attr-defined]
        for champ in figes:
            self.fields[champ].disabled = True

    def clean_siret(self) -> str:
        siret = chiffres(self.cleaned_data["siret"])
        if siret and not siret_valide(siret):
            raise forms.ValidationError("Ce SIRET n’est pas valide : vérifiez ses 14 chiffres.")
        return siret

    def clean_rna(self) -> str:
        rna = chiffres(self.cleaned_data["rna"]).upper()
        if rna and not rna_valide(rna):
            raise forms.ValidationError("Un numéro RNA commence par W et compte 10 caractères, par exemple W595012345.")
        return rna

    def clean_iban(self) -> str:
        iban = chiffres(self.cleaned_data["iban"]).upper()
        if iban and not iban_valide(iban):
            raise forms.ValidationError(
                "Cet IBAN n’est pas valide : recopiez-le depuis le RIB, du premier au dernier signe."
            )
        return iban

    def clean_bic(self) -> str:
        bic = chiffres(self.cleaned_data["bic"]).upper()
        if bic and not bic_valide(bic):
            raise forms.ValidationError(
                "Un BIC compte 8 ou 11 caractères, par exemple AGRIFRPP882 : recopiez-le depuis le RIB."
            )
        return bic

    def clean_emplois_aides(self) -> int | None:
        aides: int | None = self.cleaned_data["emplois_aides"]
        salaries = self.cleaned_data.get("salaries")
        if aides is not None and salaries is not None and aides > salaries:
            raise forms.ValidationError("Les emplois aidés font partie des salariés : vérifiez les deux nombres.")
        return aides


_DE_L_ORGANISME = ("nom", "sigle", "siret", "rna", "forme_juridique")
_CODE_POSTAL = RegexValidator(r"^\d{5}$", "Un code postal compte 5 chiffres.")


def _champ(modele: Any, nom: str) -> forms.Field:
    """The field of the model, typed as people write it."""
    etiquette = str(modele._meta.get_field(nom).verbose_name)
    etiquette = etiquette[:1].upper() + etiquette[1:]
    if nom == "impots_commerciaux":
        return _OuiNon(label=etiquette)
    if nom in ("site", "public_site"):
        return forms.URLField(
            label=etiquette, required=False, max_length=200, assume_scheme="https", help_text=_AIDES.get(nom, "")
        )
    champ = fields_for_model(modele, [nom])[nom]
    assert champ is not None
    champ.label, champ.help_text = etiquette, _AIDES.get(nom, "")
    champ.required = nom in ("nom", "forme_juridique")
    if isinstance(champ, forms.DateField):
        champ.widget = SaisieDate()
    elif isinstance(champ, forms.CharField) and isinstance(champ.widget, forms.Textarea):
        champ.widget.attrs["rows"] = 3
    if isinstance(champ, forms.DecimalField):
        champ.localize, champ.widget = True, forms.TextInput({"inputmode": "decimal", "data-court": "1"})
    elif isinstance(champ, forms.IntegerField):
        champ.widget.attrs["data-court"] = "1"
    if nom in ("siret", "rna", "iban", "bic") and isinstance(champ, forms.CharField):
        # Typed with spaces: the model's own length is checked once they are taken away.
        champ.max_length, champ.validators = None, []
        champ.widget = forms.TextInput({"autocomplete": "off", "inputmode": "numeric" if nom == "siret" else "text"})
    if nom == "code_postal":
        champ.validators.append(_CODE_POSTAL)
        champ.widget.attrs["inputmode"] = "numeric"
    if nom in _COURTS:
        champ.widget.attrs["data-court"] = "1"
    return champ


class ChampFichier(forms.FileField):
    """One file, checked before anything is written; its value is its name and its content."""

    def __init__(self, **options: Any) -> None:
        accept = ",".join(f".{e}" for e in EXTENSIONS)
        options.setdefault("help_text", "PDF, image ou document, 10 Mo au plus.")
        super().__init__(widget=forms.ClearableFileInput(attrs={"accept": accept}), **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        fichier = super().clean(data, initial)
        if not fichier:
            return None  # optional, and left empty
        try:
            verifier_taille(fichier.name, fichier.size)
            contenu = fichier.read()
            controler(fichier.name, contenu)
        except RegleEnfreinte as refus:
            raise forms.ValidationError(refus.message, code=refus.code) from refus
        return fichier.name, contenu


class PieceForm(forms.Form):
    """A paper of the organisation and how long it holds."""

    type = forms.ChoiceField(label="Pièce", choices=[(t.value, t.label) for t in PIECES_DE_L_ORGANISME])
    fichier = ChampFichier(label="Fichier")
    valable_du = forms.DateField(label="Valable du", required=False, widget=SaisieDate)
    valable_au = forms.DateField(
        label="Valable jusqu’au",
        required=False,
        widget=SaisieDate,
        help_text="Laissez vide si la pièce ne se périme pas. Des comptes valent d’ordinaire jusqu’à l’approbation des suivants.",
    )

    def __init__(self, *args: Any, type_fige: TypePiece | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if type_fige is not None:
            del self.fields["type"]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        debut, fin = donnees.get("valable_du"), donnees.get("valable_au")
        if debut and fin and fin < debut:
            self.add_error("valable_au", "La validité d’une pièce finit après son début.")
        return donnees
