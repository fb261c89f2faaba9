"""Accessible SVG charts drawn on the server, the same for the page and the PDF, each with its table of data.

Presentation attributes only: no script, no style attribute, nothing that a content security policy or WeasyPrint
would refuse. Shapes and patterns, not colour alone, tell the series apart. Baselines are at zero.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from commun import typographie as typo

LARGEUR = 642  # user units: the 170 mm between the margins of an A4 page, at 96 per inch
CORPS = 12  # 9 pt on paper
ENCRE, ACCENT, GRIS, FILET, TEXTE_DISCRET = (
    "#14233a",
    "#0b6e6e",
    "#8b959d",
    "#d5d1cb",
    "#5c5a57",
)
POLICES = "Pilotville Sans, Pilotville Sans Ext, Source Sans 3, sans-serif"
PARTS_MAXIMUM = 5
LETTRES_ETROITES = frozenset("ijltfrI.,;:’'!|()[]-·/ \u202f\u00a0")
LETTRES_LARGES = frozenset("mwMW%€œŒ—@")

Chiffre = Decimal | int | float
Ecriture = Callable[[Chiffre | None], str]


@dataclass(frozen=True)
class TableauDeDonnees:
    """The figures of a chart, already written; the first column names the row."""

    entetes: tuple[str, ...]
    lignes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Graphique:
    """A chart: its message, what it counts (unit, year, source), its drawing and its data."""

    titre: str
    sous_titre: str
    svg: SafeString
    tableau: TableauDeDonnees


@dataclass(frozen=True)
class Barre:
    """A bar: its name, its value (None: unknown), the same a year before, and whether it is the one spoken of."""

    libelle: str
    valeur: Chiffre | None
    precedent: Chiffre | None = None
    accent: bool = False


def barres_horizontales(
    barres: Sequence[Barre],
    *,
    titre: str,
    sous_titre: str,
    ecrire: Ecriture = typo.nombre,
    entete: str,
    nom_valeur: str = "Valeur",
    nom_precedent: str = "",
    cible: Chiffre | None = None,
    nom_cible: str = "",
    ordonner: bool = True,
) -> Graphique:
    """Draw bars from the largest to the smallest, with their value at the end.

    `nom_precedent` shows last year's values as a mark across the bar; `cible` draws a dashed line on all rows.
    """
    if ordonner:
        barres = sorted(barres, key=lambda b: (b.valeur is None, -(b.valeur or 0)))
    avec_precedent = bool(nom_precedent)
    marge = min(
        230,
        14 + max((largeur_texte(b.libelle, gras=b.accent) for b in barres), default=0),
    )
    libelles = [couper(b.libelle, marge - 12, gras=b.accent) for b in barres]
    fin = LARGEUR - 10 - max((largeur_texte(ecrire(b.valeur), gras=True) for b in barres), default=0)
    bornes = [b.valeur for b in barres] + [cible] + ([b.precedent for b in barres] if avec_precedent else [])
    echelle = Echelle.pour(bornes, marge, fin)
    mettre_en_avant = any(b.accent for b in barres)

    dessin: list[str] = []
    y = 4.0
    if avec_precedent:
        dessin += [
            _rectangle(marge, y + 2, 18, 10, ACCENT),
            _texte(marge + 24, y + 11, nom_valeur),
            _trait(marge + 42 + largeur_texte(nom_valeur), y - 1, None, y + 15, ENCRE, 2.5),
            _texte(marge + 50 + largeur_texte(nom_valeur), y + 11, nom_precedent),
        ]
        y += 24
    if cible is not None:
        dessin.append(_etiquette_cible(echelle(cible), y + 10, f"{nom_cible} {ecrire(cible)}".strip()))
        y += 18
    haut = y
    for barre, lignes in zip(barres, libelles, strict=True):
        hauteur = 24 if len(lignes) == 1 else 32
        milieu = y + hauteur / 2
        dessin += _libelle(marge - 10, milieu, lignes, gras=barre.accent)
        bout = echelle.zero
        if barre.valeur is not None:
            bout = echelle(barre.valeur)
            couleur = ACCENT if barre.accent or not mettre_en_avant else GRIS
            dessin.append(
                _rectangle(
                    min(bout, echelle.zero),
                    milieu - 7,
                    abs(bout - echelle.zero),
                    14,
                    couleur,
                )
            )
        if avec_precedent and barre.precedent is not None:
            repere = echelle(barre.precedent)
            # A white edge keeps the mark visible on a dark bar printed in grey.
            dessin.append(_trait(repere, milieu - 10, None, milieu + 10, "#ffffff", 5))
            dessin.append(_trait(repere, milieu - 10, None, milieu + 10, ENCRE, 2.5))
            bout = max(bout, repere)
        bout = max(bout, echelle.zero)
        if cible is not None and bout < echelle(cible) < bout + 10 + largeur_texte(ecrire(barre.valeur), gras=True):
            bout = echelle(cible)  # beyond the target's line, which would cross the value
        dessin.append(_texte(bout + 6, milieu + 4, ecrire(barre.valeur), gras=True))
        y += hauteur
    dessin.append(_trait(echelle.zero, haut, None, y, ENCRE, 1))
    if cible is not None:
        dessin.append(_trait(echelle(cible), haut, None, y, ENCRE, 1.2, tirets="4 3"))

    entetes = (entete, nom_valeur, nom_precedent) if avec_precedent else (entete, nom_valeur)
    lignes_donnees = tuple(
        (b.libelle, ecrire(b.valeur), ecrire(b.precedent)) if avec_precedent else (b.libelle, ecrire(b.valeur))
        for b in barres
    )
    return _graphique(titre, sous_titre, y + 4, dessin, TableauDeDonnees(entetes, lignes_donnees))


def barres_empilees(
    lignes: Sequence[tuple[str, Sequence[Chiffre | None]]],
    *,
    parts: Sequence[str],
    titre: str,
    sous_titre: str,
    ecrire: Ecriture = typo.nombre,
    entete: str,
    nom_total: str = "Total",
    en_part: bool = False,
    ordonner: bool = False,
) -> Graphique:
    """Draw the parts of a whole, at most five, told apart by patterns; `en_part` stretches each row to 100 %."""
    if len(parts) > PARTS_MAXIMUM:
        raise ValueError(f"{len(parts)} parts: more than {PARTS_MAXIMUM} cannot be told apart")
    totaux = {nom: sum(v or 0 for v in valeurs) for nom, valeurs in lignes}
    if ordonner:
        lignes = sorted(lignes, key=lambda ligne: -totaux[ligne[0]])
    prefixe = _prefixe(titre, sous_titre, lignes)
    marge = min(200, 14 + max((largeur_texte(nom) for nom, _ in lignes), default=0))
    fin = LARGEUR - 10 - max((largeur_texte(ecrire(t), gras=True) for t in totaux.values()), default=0)
    echelle = Echelle.pour([1] if en_part else list(totaux.values()), marge, fin)

    dessin = [_motifs(prefixe)]
    y, dessin_legende = _legende(marge, prefixe, parts)
    dessin += dessin_legende
    haut = y
    for nom, valeurs in lignes:
        lignes_libelle = couper(nom, marge - 12)
        hauteur = 28 if len(lignes_libelle) == 1 else 34
        milieu = y + hauteur / 2
        dessin += _libelle(marge - 10, milieu, lignes_libelle)
        x = echelle.zero
        base = float(totaux[nom] or 1) if en_part else 1
        for rang, valeur in enumerate(valeurs):
            if not valeur:
                continue
            largeur = echelle(float(valeur) / base) - echelle.zero
            dessin.append(
                _rectangle(
                    x,
                    milieu - 9,
                    max(largeur - 1.2, 0.4),
                    18,
                    _remplissage(prefixe, rang),
                    ENCRE,
                )
            )
            dessin += _valeur_dans(x, milieu, largeur, ecrire(valeur), rang)
            x += largeur
        dessin.append(_texte(x + 6, milieu + 4, ecrire(totaux[nom]), gras=True))
        y += hauteur
    dessin.append(_trait(echelle.zero, haut, None, y, ENCRE, 1))
    donnees = tuple((nom, *(ecrire(v) for v in valeurs), ecrire(totaux[nom])) for nom, valeurs in lignes)
    return _graphique(
        titre,
        sous_titre,
        y + 4,
        dessin,
        TableauDeDonnees((entete, *parts, nom_total), donnees),
    )


def pente(
    lignes: Sequence[Barre],
    *,
    annees: tuple[str, str],
    titre: str,
    sous_titre: str,
    ecrire: Ecriture = typo.nombre,
    entete: str,
    hauteur: int = 210,
) -> Graphique:
    """Draw the change between two years: one line per row, from `precedent` at left to `valeur` at right.

    A slope shows directions, not quantities: the scale runs from the least to the largest value, with no axis.
    """
    complets = [ligne for ligne in lignes if ligne.valeur is not None and ligne.precedent is not None]
    gauche, droite, haut = 120, LARGEUR - 290, 34
    connues = [float(v) for ligne in complets for v in (ligne.precedent, ligne.valeur) if v is not None] or [0.0]
    vertical = Echelle(min(connues), max(max(connues), min(connues) + 1e-9), hauteur - 12, haut)
    mettre_en_avant = any(ligne.accent for ligne in lignes)
    dessin = [
        _texte(gauche, 16, annees[0], gras=True, ancre="end"),
        _texte(droite, 16, annees[1], gras=True),
        _trait(gauche, haut - 8, None, hauteur, FILET, 1),
        _trait(droite, haut - 8, None, hauteur, FILET, 1),
    ]
    places_gauche = _ecarter([vertical(ligne.precedent or 0) for ligne in complets], haut, hauteur)
    places_droite = _ecarter([vertical(ligne.valeur or 0) for ligne in complets], haut, hauteur)
    for ligne, y_gauche, y_droite in zip(complets, places_gauche, places_droite, strict=True):
        fort = ligne.accent or not mettre_en_avant
        couleur = ACCENT if fort else GRIS
        avant, apres = vertical(ligne.precedent or 0), vertical(ligne.valeur or 0)
        dessin += [
            _trait(gauche, avant, droite, apres, couleur, 2.4 if fort else 1.4),
            _point(gauche, avant, couleur),
            _point(droite, apres, couleur),
            _texte(
                gauche - 8,
                y_gauche + 4,
                ecrire(ligne.precedent),
                gras=fort,
                ancre="end",
            ),
            _texte(droite + 8, y_droite + 4, ecrire(ligne.valeur), gras=fort),
        ]
        retrait = 16 + max(largeur_texte(ecrire(autre.valeur), gras=True) for autre in complets)
        nom = couper(ligne.libelle, LARGEUR - droite - retrait, maximum=1, gras=ligne.accent)[0]
        dessin.append(_texte(droite + retrait, y_droite + 4, nom, gras=ligne.accent))
    donnees = tuple((ligne.libelle, ecrire(ligne.precedent), ecrire(ligne.valeur)) for ligne in lignes)
    return _graphique(
        titre,
        sous_titre,
        hauteur + 10,
        dessin,
        TableauDeDonnees((entete, *annees), donnees),
    )


def petits_multiples(
    series: Sequence[tuple[str, Sequence[Chiffre | None]]],
    *,
    annees: Sequence[str],
    titre: str,
    sous_titre: str,
    ecrire: Ecriture = typo.nombre,
    entete: str,
    par_rangee: int = 3,
    meme_echelle: bool = True,
) -> Graphique:
    """Draw one small column chart per series, side by side, the last year in accent."""
    ecart, hauteur_cadre = 26, 128
    largeur_cadre = (LARGEUR - ecart * (par_rangee - 1)) / par_rangee
    toutes = [v for _nom, valeurs in series for v in valeurs]
    dessin: list[str] = []
    for rang, (nom, valeurs) in enumerate(series):
        x0 = (rang % par_rangee) * (largeur_cadre + ecart)
        y0 = (rang // par_rangee) * (hauteur_cadre + 18)
        lignes = couper(nom, largeur_cadre, gras=True)
        for numero, ligne in enumerate(lignes):
            dessin.append(_texte(x0, y0 + 12 + 14 * numero, ligne, gras=True))
        dessin += _colonnes(
            x0,
            y0 + 46,
            largeur_cadre,
            64,
            annees,
            valeurs,
            toutes if meme_echelle else valeurs,
            ecrire,
        )
    rangees = -(-len(series) // par_rangee)
    donnees = tuple((nom, *(ecrire(v) for v in valeurs)) for nom, valeurs in series)
    hauteur = rangees * (hauteur_cadre + 18) - 14
    return _graphique(titre, sous_titre, hauteur, dessin, TableauDeDonnees((entete, *annees), donnees))


def colonnes_par_annee(
    valeurs: Sequence[Chiffre | None],
    *,
    annees: Sequence[str],
    titre: str,
    sous_titre: str,
    ecrire: Ecriture = typo.nombre,
    entete: str = "Année",
    nom_valeur: str = "Valeur",
) -> Graphique:
    """Draw one column per year, the last one in accent."""
    dessin = _colonnes(0, 24, LARGEUR, 150, annees, valeurs, valeurs, ecrire)
    donnees = tuple((annee, ecrire(valeur)) for annee, valeur in zip(annees, valeurs, strict=True))
    return _graphique(titre, sous_titre, 200, dessin, TableauDeDonnees((entete, nom_valeur), donnees))


@dataclass(frozen=True)
class Echelle:
    """A linear scale whose domain always holds zero."""

    bas: float
    haut: float
    depart: float
    arrivee: float

    @classmethod
    def pour(cls, valeurs: Sequence[Chiffre | None], depart: float, arrivee: float) -> "Echelle":
        connues = [float(v) for v in valeurs if v is not None]
        bas, haut = min([0.0, *connues]), max([0.0, *connues])
        return cls(bas, haut if haut > bas else bas + 1, depart, arrivee)

    def __call__(self, valeur: Chiffre) -> float:
        part = (float(valeur) - self.bas) / (self.haut - self.bas)
        return self.depart + part * (self.arrivee - self.depart)

    @property
    def zero(self) -> float:
        return self(0)


def largeur_texte(texte: str, corps: float = CORPS, gras: bool = False) -> float:
    """Estimate a width in user units, from three classes of letters; good to 5 % for Source Sans."""
    cadratins = sum(
        0.27 if lettre in LETTRES_ETROITES else 0.8 if lettre in LETTRES_LARGES else 0.6 if lettre.isupper() else 0.5
        for lettre in texte
    )
    return cadratins * corps * (1.06 if gras else 1)


def couper(texte: str, largeur: float, maximum: int = 2, gras: bool = False) -> list[str]:
    """Cut a label into lines no wider than `largeur`; the rest gives way to an ellipsis, for the table has it all."""
    lignes = [""]
    for mot in texte.split(" "):
        essai = f"{lignes[-1]} {mot}".strip()
        if not lignes[-1] or largeur_texte(essai, gras=gras) <= largeur:
            lignes[-1] = essai
        else:
            lignes.append(mot)
    reste = lignes[maximum:]
    lignes = lignes[:maximum]
    if reste or largeur_texte(lignes[-1], gras=gras) > largeur:
        derniere = lignes[-1]
        while derniere and largeur_texte(f"{derniere}…", gras=gras) > largeur:
            derniere = derniere[:-1]
        lignes[-1] = f"{derniere.rstrip(' ,;')}…"
    return lignes


def _graphique(
    titre: str,
    sous_titre: str,
    hauteur: float,
    dessin: Sequence[str],
    tableau: TableauDeDonnees,
) -> Graphique:
    # The name of the picture is a child `title`: WeasyPrint takes it as alternative text, aria-label it does not.
    nom = f"Graphique. {titre}. {sous_titre}. Les données figurent dans le tableau joint."
    svg = (
        f'<svg class="graphique-svg" xmlns="http://www.w3.org/2000/svg" role="img" overflow="visible" '
        f'viewBox="0 0 {LARGEUR} {_n(hauteur)}" width="{LARGEUR}" height="{_n(hauteur)}" '
        f'font-family="{POLICES}" font-size="{CORPS}" fill="{ENCRE}">'
        f"<title>{escape(nom)}</title>{''.join(dessin)}</svg>"
    )
    # Safe: every text went through escape, every other attribute is ours.
    return Graphique(titre, sous_titre, mark_safe(svg), tableau)


def _colonnes(
    x0: float,
    y0: float,
    largeur: float,
    hauteur: float,
    annees: Sequence[str],
    valeurs: Sequence[Chiffre | None],
    domaine: Sequence[Chiffre | None],
    ecrire: Ecriture,
) -> list[str]:
    """Draw columns in a frame whose top left corner is given; years below, values above."""
    vertical = Echelle.pour(domaine, y0 + hauteur, y0)
    pas = largeur / max(len(annees), 1)
    epaisseur = min(46, pas * 0.6)
    dessin = [_trait(x0, vertical.zero, x0 + largeur, None, ENCRE, 1)]
    for rang, (annee, valeur) in enumerate(zip(annees, valeurs, strict=True)):
        centre = x0 + pas * (rang + 0.5)
        dernier = rang == len(annees) - 1
        sommet = vertical.zero
        if valeur is not None:
            bout = vertical(valeur)
            sommet = min(bout, vertical.zero)
            couleur = ACCENT if dernier else GRIS
            dessin.append(
                _rectangle(
                    centre - epaisseur / 2,
                    sommet,
                    epaisseur,
                    abs(bout - vertical.zero),
                    couleur,
                )
            )
        dessin.append(
            _texte(
                centre,
                sommet - 5,
                ecrire(valeur),
                gras=dernier,
                ancre="middle",
                corps=11,
            )
        )
        dessin.append(
            _texte(
                centre,
                y0 + hauteur + 15,
                annee,
                ancre="middle",
                corps=11,
                couleur=TEXTE_DISCRET,
            )
        )
    return dessin


def _prefixe(*contenu: object) -> str:
    """Name the patterns of one drawing, so that two charts of a page do not share an id."""
    return "m" + hashlib.sha256(repr(contenu).encode()).hexdigest()[:10]


def _motifs(prefixe: str) -> str:
    """Define the patterns of the second and fourth parts: oblique lines, dots."""
    return (
        f'<defs><pattern id="{prefixe}-1" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="#ffffff"/>'
        f'<path d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" stroke="{ACCENT}" stroke-width="1.5" fill="none"/></pattern>'
        f'<pattern id="{prefixe}-3" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect width="5" height="5" fill="#ffffff"/><circle cx="2.5" cy="2.5" r="1.1" fill="{ENCRE}"/></pattern>'
        "</defs>"
    )


def _remplissage(prefixe: str, rang: int) -> str:
    return (ACCENT, f"url(#{prefixe}-1)", GRIS, f"url(#{prefixe}-3)", "#ffffff")[rang]


def _legende(x: float, prefixe: str, parts: Sequence[str]) -> tuple[float, list[str]]:
    """Draw the key of the parts in their order, on as many lines as needed; return where the bars begin."""
    dessin: list[str] = []
    abscisse, y = x, 4.0
    for rang, nom in enumerate(couper(part, LARGEUR - x - 36, maximum=1)[0] for part in parts):
        largeur = 36 + largeur_texte(nom)
        if abscisse + largeur > LARGEUR and abscisse > x:
            abscisse, y = x, y + 18
        dessin.append(_rectangle(abscisse, y + 1, 18, 11, _remplissage(prefixe, rang), ENCRE))
        dessin.append(_texte(abscisse + 23, y + 11, nom))
        abscisse += largeur + 6
    return y + 22, dessin


def _valeur_dans(x: float, milieu: float, largeur: float, texte: str, rang: int) -> list[str]:
    """Write a value inside its part where it fits; on a pattern it gets a white ground."""
    besoin = largeur_texte(texte, 11)
    if besoin + 8 > largeur:
        return []
    centre = x + largeur / 2
    if rang == 0:
        return [_texte(centre, milieu + 4, texte, ancre="middle", corps=11, couleur="#ffffff")]
    fond = [] if rang in (2, 4) else [_rectangle(centre - besoin / 2 - 3, milieu - 7, besoin + 6, 14, "#ffffff")]
    return [*fond, _texte(centre, milieu + 4, texte, ancre="middle", corps=11)]


def _ecarter(ordonnees: Sequence[float], haut: float, bas: float, pas: float = 15) -> list[float]:
    """Move labels apart so that none covers another, in the same order, within the frame."""
    ordre = sorted(range(len(ordonnees)), key=lambda rang: ordonnees[rang])
    places = list(ordonnees)
    precedent = haut - pas
    for rang in ordre:
        places[rang] = precedent = max(places[rang], precedent + pas)
    suivant = bas + pas
    for rang in reversed(ordre):
        places[rang] = suivant = min(places[rang], suivant - pas)
    return places


def _etiquette_cible(x: float, y: float, texte: str) -> str:
    demi = largeur_texte(texte) / 2
    return _texte(min(max(x, demi), LARGEUR - demi - 2), y, texte, ancre="middle", couleur=ENCRE)


def _libelle(x: float, milieu: float, lignes: Sequence[str], gras: bool = False) -> list[str]:
    depart = milieu + 4 - 7 * (len(lignes) - 1)
    return [_texte(x, depart + 14 * rang, ligne, ancre="end", gras=gras) for rang, ligne in enumerate(lignes)]


def _n(valeur: float) -> str:
    """Write a coordinate with one decimal at most."""
    return f"{valeur:.1f}".removesuffix(".0")


def _rectangle(x: float, y: float, largeur: float, hauteur: float, couleur: str, bord: str = "") -> str:
    contour = f' stroke="{bord}" stroke-width="0.8"' if bord else ""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(largeur)}" height="{_n(hauteur)}" fill="{couleur}"{contour}/>'


def _trait(
    x: float,
    y: float,
    x2: float | None,
    y2: float | None,
    couleur: str,
    epaisseur: float,
    tirets: str = "",
) -> str:
    """Draw a line; an end coordinate left out equals the start."""
    pointille = f' stroke-dasharray="{tirets}"' if tirets else ""
    return (
        f'<line x1="{_n(x)}" y1="{_n(y)}" x2="{_n(x if x2 is None else x2)}" y2="{_n(y if y2 is None else y2)}" '
        f'stroke="{couleur}" stroke-width="{epaisseur}"{pointille}/>'
    )


def _point(x: float, y: float, couleur: str) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3.4" fill="{couleur}"/>'


def _texte(
    x: float,
    y: float,
    texte: str,
    *,
    ancre: str = "start",
    gras: bool = False,
    corps: float = CORPS,
    couleur: str = "",
) -> str:
    attributs = f' text-anchor="{ancre}"' if ancre != "start" else ""
    attributs += ' font-weight="600"' if gras else ""
    attributs += f' font-size="{corps}"' if corps != CORPS else ""
    attributs += f' fill="{couleur}"' if couleur else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{attributs}>{escape(texte)}</text>'
