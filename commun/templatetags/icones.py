"""The `{% icone "house" %}` tag: a Bootstrap icon drawn in the page, in the colour of the text around it."""

from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def icone(nom: str) -> SafeString:
    """Draw the icon of that name, hidden from screen readers: a word always stands beside it.

    Drawn in the page rather than linked, so that it takes the text's colour and costs no request. Raises `LookupError`
    for a name that does not exist: a missing icon is a fault to mend, not to ship.
    """
    return _dessin(nom)


@cache
def _dessin(nom: str) -> SafeString:
    try:
        source = Path(settings.RACINE_ICONES, f"{nom}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as erreur:
        raise LookupError(f"No icon named {nom!r}") from erreur
    contenu = source[source.index(">") + 1 :].replace("\n", "").replace("  ", "").strip()
    return mark_safe(f'<svg class="icone" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{contenu}')
