"""How forms are rendered and what their fields add: our markup, units inside fields, amounts written the French way."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from commun.typographie import nombre

_ESPACES = re.compile(r"[\s\u00a0\u202f]+")


class ChampRendu(forms.BoundField):
    """A field as our templates render it (`templates/composants/champ.html`)."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add Bootstrap's class, and drop a placeholder that only repeats the label written above."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if classe := _classe_bootstrap(widget):
            attrs["class"] = f"{attrs.get('class') or widget.attrs.get('class') or ''} {classe}".strip()
        if widget.attrs.get("placeholder"):
            attrs.setdefault("placeholder", False)
        return attrs

    @property
    def unite(self) -> str:
        """Unit written inside the field (« € », « % »), from the widget's `data-unite` attribute; may be empty."""
        return self.field.widget.attrs.get("data-unite", "")

    @property
    def est_une_case(self) -> bool:
        """A single box to tick, whose label stands after it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def est_court(self) -> bool:
        """A field whose width tells that its value is short (a date, a code): the widget's `data-court` attribute."""
        return bool(self.field.widget.attrs.get("data-court"))

    @property
    def est_requis(self) -> bool:
        """Required now, or before a later act: the widget's `data-attendu` attribute."""
        return self.field.required or bool(self.field.widget.attrs.get("data-attendu"))


def _classe_bootstrap(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) or widget.is_hidden:
        return ""
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class RenduPilotville(TemplatesSetting):
    """Forms rendered with the project's own templates: `{{ form }}`, `{{ form.montant.as_field_group }}`."""

    field_template_name = "composants/champ.html"
    bound_field_class = ChampRendu


class SaisieDate(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # The browser sends and expects ISO dates and shows them in the reader's language.
        super().__init__(attrs={"data-court": "1", **(attrs or {})}, format="%Y-%m-%d")


class ChampMontant(forms.DecimalField):
    """An amount in euros, zero or more, typed as people write it: « 1 234,56 € », « 1234.56 »."""

    def __init__(self, *, max_digits: int = 12, decimal_places: int = 2, **options: Any) -> None:
        options.setdefault("min_value", Decimal(0))
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "data-unite": "€"}))
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs derive it from IntegerField
        if isinstance(value, str):
            value = _ESPACES.sub("", value).removesuffix("€").replace(",", ".").replace("−", "-")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """Write a known amount « 1 234,56 »; what the person typed comes back untouched."""
        if isinstance(value, Decimal | int):
            return nombre(value, 0 if value == int(value) else 2)
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The text field takes spaces and a comma; the number limits of the parent belong to type=number only.
        return {}
