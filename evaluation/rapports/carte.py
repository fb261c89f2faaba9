"""The contract's perimeters as a static map: contours alone, numbered as in the list beside; no tiles, no script."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import mark_safe

from commun import typographie as typo
from commun.graphiques import ACCENT, ENCRE, GRIS, LARGEUR, POLICES, Graphique, TableauDeDonnees
from geographie.lectures import FichePerimetre

HAUTEUR_AU_PLUS = 520
_MARGE = 12

Point = tuple[float, float]


def carte_des_perimetres(perimetres: Sequence[FichePerimetre], annee: int) -> Graphique | None:
    """A drawing of the known contours, QPV filled, other perimeters outlined; None when no contour is known."""
    traces = [(p, list(_anneaux(json.loads(p.contour)))) for p in perimetres if p.contour]
    points = [point for _p, anneaux in traces for anneau in anneaux for point in anneau]
    if not points:
        return None
    ouest, est = min(x for x, _ in points), max(x for x, _ in points)
    sud, nord = min(y for _, y in points), max(y for _, y in points)
    # At this latitude a degree of longitude is shorter than one of latitude: a plane is enough for an agglomeration.
    reduction = math.cos(math.radians((sud + nord) / 2))
    largeur, hauteur = max((est - ouest) * reduction, 1e-6), max(nord - sud, 1e-6)
    echelle = min((LARGEUR - 2 * _MARGE) / largeur, (HAUTEUR_AU_PLUS - 2 * _MARGE) / hauteur)

    def placer(point: Point) -> Point:
        return _MARGE + (point[0] - ouest) * reduction * echelle, _MARGE + (nord - point[1]) * echelle

    dessin = []
    # The widest first, so that a QPV stays visible above what surrounds it.
    for perimetre, anneaux in sorted(traces, key=lambda t: t[0].type == "qpv"):
        chemin = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(placer, anneau)) + "Z" for anneau in anneaux)
        remplissage = f'fill="{ACCENT}" fill-opacity="0.75"' if perimetre.type == "qpv" else 'fill="none"'
        trait = ENCRE if perimetre.type == "qpv" else GRIS
        dessin.append(f'<path d="{chemin}" fill-rule="evenodd" {remplissage} stroke="{trait}" stroke-width="1"/>')
    for rang, (_perimetre, anneaux) in enumerate(traces, start=1):
        x, y = placer(_milieu(max(anneaux, key=len)))
        dessin.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="#ffffff" stroke="{ENCRE}"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" font-weight="600">{rang}</text>'
        )
    haut = hauteur * echelle + 2 * _MARGE
    titre = (
        f"{typo.nombre(len(traces))} {typo.accord(len(traces), 'périmètre')} sur {typo.nombre(len(perimetres))} "
        f"{typo.accord(len(traces), 'a', 'ont')} un contour connu"
    )
    sous_titre = f"Contours des périmètres du contrat en vigueur en {annee} ; quartiers prioritaires en plein"
    svg = (
        f'<svg class="graphique-svg" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {LARGEUR} {haut:.0f}" '
        f'width="{LARGEUR}" height="{haut:.0f}" font-family="{POLICES}" fill="{ENCRE}">'
        f"<title>{escape(f'Carte. {titre}. {sous_titre}. La liste jointe donne les mêmes périmètres.')}</title>"
        f"{''.join(dessin)}</svg>"
    )
    tableau = TableauDeDonnees(
        ("N°", "Périmètre"), tuple((str(rang), p.nom) for rang, (p, _a) in enumerate(traces, start=1))
    )
    # Safe: the only text is escaped, the rest is numbers.
    return Graphique(titre, sous_titre, mark_safe(svg), tableau)


def _anneaux(geometrie: dict) -> Iterator[list[Point]]:
    """The rings of a GeoJSON geometry, feature or collection."""
    match geometrie.get("type"):
        case "Feature":
            yield from _anneaux(geometrie["geometry"])
        case "FeatureCollection":
            for element in geometrie["features"]:
                yield from _anneaux(element)
        case "GeometryCollection":
            for element in geometrie["geometries"]:
                yield from _anneaux(element)
        case "Polygon":
            yield from ([(x, y) for x, y, *_ in anneau] for anneau in geometrie["coordinates"])
        case "MultiPolygon":
            for polygone in geometrie["coordinates"]:
                yield from ([(x, y) for x, y, *_ in anneau] for anneau in polygone)


def _milieu(anneau: list[Point]) -> Point:
    return sum(x for x, _ in anneau) / len(anneau), sum(y for _, y in anneau) / len(anneau)
