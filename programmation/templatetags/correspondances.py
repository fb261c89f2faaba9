"""What a page finds by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def de_la_cle(valeurs: Mapping[Any, Any], cle: Any) -> Any:
    """The value under `cle`; None when there is none."""
    return valeurs.get(cle)
