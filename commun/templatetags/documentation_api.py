"""Template filter of the API's documentation page."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def paragraphes(texte: str) -> list[list[tuple[bool, str]]]:
    """The paragraphs of a description, each as runs of words: True for code, which is written between backticks."""
    blocs = [" ".join(bloc.split()) for bloc in texte.split("\n\n")]
    return [
        [(bool(rang % 2), morceau) for rang, morceau in enumerate(bloc.split("`")) if morceau] for bloc in blocs if bloc
    ]
