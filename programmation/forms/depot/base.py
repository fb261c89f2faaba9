"""What the pages of a request share: fields of their own, answers that are kept although others are wrong."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from commun.formulaires import ChampMontant
from commun.typographie import nombre

from ...models import Dossier
from ...regles.champs import section


class ChampEntier(ChampMontant):
    """A whole number, zero or more: « 1 200 »."""

    message = "Écrivez un nombre entier, par exemple 120."

    def __init__(self, *, unite: str = "", **options: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off"} | ({"data-unite": unite} if unite else {})
        options.setdefault("widget", forms.TextInput(attrs=attrs if unite else attrs | {"data-court": "1"}))
        options.setdefault("required", False)
        super().__init__(max_digits=9, decimal_places=0, **options)
        self.error_messages |= {
            "invalid": self.message,
            "max_decimal_places": self.message,
            "min_value": "Écrivez un nombre positif.",
            "max_digits": "Ce nombre est trop grand.",
            "max_whole_digits": "Ce nombre est trop grand.",
        }
        for controle in self.validators:
            for code in ("max_decimal_places", "max_digits", "max_whole_digits"):
                if hasattr(controle, "messages") and code in controle.messages:
                    controle.messages = controle.messages | {code: self.error_messages[code]}

    def clean(self, value: Any) -> Any:
        lu = super().clean(value)
        return None if lu is None else int(lu)


class ChampEuros(ChampEntier):
    """Whole euros (S-03); blank is nothing."""

    message = "Écrivez des euros entiers, sans centimes (S-03)."

    def __init__(self, **options: Any) -> None:
        super().__init__(unite="€", **options)


class ChampPart(ChampMontant):
    """A share in %, above 0."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "data-unite": "%", "autocomplete": "off"})
        super().__init__(
            max_digits=5, decimal_places=2, max_value=Decimal(100), required=False, widget=widget, **options
        )

    def prepare_value(self, value: Any) -> Any:
        return nombre(value, None) if isinstance(value, Decimal) else value


class SectionForm(forms.Form):
    """One page of the request. What is wrong is said and not kept; all the rest is kept."""

    section: ClassVar[str]
    use_required_attribute = False

    def __init__(self, data: Any = None, *, dossier: Dossier, ouverts: frozenset[str]) -> None:
        """`ouverts`: the names that this person may write now; the others are shown and closed."""
        self.dossier = dossier
        self.ouverts = ouverts
        super().__init__(data, initial=self.initiales(dossier))
        self.construire()
        for nom in self.noms:
            for champ in self.champs_de(nom):
                self.fields[champ].disabled = nom not in ouverts

    @property
    def noms(self) -> list[str]:
        """The answers of this page, as the actions name them."""
        trouvee = section(self.section)
        return [nom for champ in trouvee.champs for nom in champ.noms] if trouvee else []

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        """What is known already, by form field."""
        return {}

    def construire(self) -> None:
        """Add the fields that depend on the file."""

    def champs_de(self, nom: str) -> list[str]:
        """The form fields that make up an answer."""
        return [nom] if nom in self.fields else []

    def valeur(self, nom: str) -> Any:
        """An answer whose fields are all right, as the action takes it."""
        return self.cleaned_data[nom]

    def valeurs(self) -> dict[str, Any]:
        """The answers to keep: those open, whose fields, and those that only make sense with them, are right."""
        trouvee = section(self.section)
        gardees: dict[str, Any] = {}
        for champ in trouvee.champs if trouvee else ():
            presents = [nom for nom in champ.noms if self.champs_de(nom) and nom in self.ouverts]
            if not any(fautif in self.errors for nom in presents for fautif in self.champs_de(nom)):
                gardees |= {nom: self.valeur(nom) for nom in presents}
        return gardees

    def groupe(self, champs: Iterable[str]) -> list[forms.BoundField]:
        """These fields, for the page."""
        return [self[nom] for nom in champs]


def attendre(form: forms.Form, *noms: str) -> None:
    """Say that these answers are expected in the end, though a draft may leave them empty."""
    for nom in noms:
        form.fields[nom].attendu = True  # type: ignore[attr-defined]
