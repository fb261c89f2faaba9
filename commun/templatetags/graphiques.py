"""Template tag that shows a chart, its message and its data: `{% graphique g %}`, `{% graphique g imprime=True %}`."""

from django import template

from commun.graphiques import Graphique

register = template.Library()


@register.inclusion_tag("composants/graphique.html")
def graphique(graphique: Graphique, imprime: bool = False) -> dict:
    """Show a chart; its table is folded on screen and always open in a printed document."""
    return {"graphique": graphique, "imprime": imprime}
