"""Spreadsheets of what a table shows: CSV, XLSX and ODS, from the same declared columns.

A text typed by anyone may begin like a formula: it leaves as text in every format. Figures and dates leave as
figures and dates, in French formats; identifiers (SIRET…) as text, zeros kept.
"""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from django.utils import timezone

from commun.colonnes import Colonne, TypeColonne, texte_de

PLAFOND_ODS = 20_000
LONGUEUR_CELLULE = 32_767  # what a cell of XLSX can hold
TAILLE_EN_MEMOIRE = 4 * 1024 * 1024  # octets of a finished workbook kept off the disk
TYPES_MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
FEUILLE_A_PROPOS = "À propos"
LARGEURS = {
    TypeColonne.TEXTE: 28,
    TypeColonne.IDENTIFIANT: 18,
    TypeColonne.ETAT: 18,
    TypeColonne.OUI_NON: 8,
    TypeColonne.NOMBRE: 12,
    TypeColonne.EUROS: 16,
    TypeColonne.POURCENT: 10,
    TypeColonne.DATE: 12,
    TypeColonne.INSTANT: 17,
}
# What spreadsheets take for the start of a formula, full-width signs included.
DEBUTS_DE_FORMULE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INTERDITS_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ExportImpossible(Exception):
    """An export that cannot be made; the message is French and says what to do instead."""


def exporter(
    colonnes: Sequence[Colonne],
    lignes: Iterable[Any],
    destination: BinaryIO,
    *,
    format: str,
    titre: str,
    totaux: Mapping[str, Any] | None = None,
    mentions: Sequence[str] = (),
) -> int:
    """Write the rows to a binary file and return their number.

    `totaux` (by column key) and `mentions` (filters, day of extraction, fictitious data) go to the spreadsheets; a
    CSV holds its head and its rows only, for programs read it. Raises ExportImpossible.
    """
    ecrivains: dict[str, Callable[..., int]] = {"csv": _ecrire_csv, "xlsx": _ecrire_xlsx, "ods": _ecrire_ods}
    if format not in ecrivains:
        raise ExportImpossible(f"Le format « {format} » n’existe pas : choisissez csv, xlsx ou ods.")
    return ecrivains[format](colonnes, lignes, destination, titre, totaux or {}, mentions)


def valeur_typee(colonne: Colonne, ligne: Any) -> Any:
    """Return what a spreadsheet cell holds: text, Decimal, date, local naive datetime, or None."""
    return _normaliser(colonne, colonne.lire(ligne))


def _normaliser(colonne: Colonne, valeur: Any) -> Any:
    if valeur is None or valeur == "":
        return None
    if colonne.numerique:
        return valeur if isinstance(valeur, Decimal) else Decimal(str(valeur))
    if colonne.type is TypeColonne.OUI_NON:
        return "Oui" if valeur else "Non"
    if colonne.type is TypeColonne.INSTANT and timezone.is_aware(valeur):
        return timezone.localtime(valeur).replace(tzinfo=None)
    if colonne.type in (TypeColonne.DATE, TypeColonne.INSTANT):
        return valeur
    return texte_de(valeur)


def neutraliser(texte: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula, leading spaces or not."""
    debut = texte.lstrip(" \u00a0\u202f\ufeff")
    return f"'{texte}" if debut.startswith(DEBUTS_DE_FORMULE) else texte


# --- CSV ---------------------------------------------------------------------------------------------------------


def _ecrire_csv(
    colonnes: Sequence[Colonne],
    lignes: Iterable[Any],
    destination: BinaryIO,
    _titre: str,
    _totaux: Mapping[str, Any],
    _mentions: Sequence[str],
) -> int:
    texte = io.TextIOWrapper(destination, encoding="utf-8-sig", newline="", write_through=True)
    try:
        feuille = csv.writer(texte, delimiter=";", lineterminator="\r\n")
        feuille.writerow([neutraliser(_entete_avec_unite(colonne)) for colonne in colonnes])
        nombre = 0
        for ligne in lignes:
            feuille.writerow([_champ_csv(colonne, valeur_typee(colonne, ligne)) for colonne in colonnes])
            nombre += 1
        return nombre
    finally:
        texte.detach()  # the file stays open: it belongs to the caller


def _entete_avec_unite(colonne: Colonne) -> str:
    unite = {TypeColonne.EUROS: "€", TypeColonne.POURCENT: "%"}.get(colonne.type)
    return f"{colonne.libelle} ({unite})" if unite else colonne.libelle


def _champ_csv(colonne: Colonne, valeur: Any) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return f"{valeur:%d/%m/%Y %H:%M}"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, Decimal):
        if colonne.type is TypeColonne.POURCENT:
            valeur = (valeur * 100).normalize()
        elif colonne.type is TypeColonne.EUROS:
            valeur = valeur.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        return f"{valeur:f}".replace(".", ",")
    return neutraliser(valeur)


# --- XLSX --------------------------------------------------------------------------------------------------------

FORMATS_XLSX = {
    TypeColonne.NOMBRE: "General",  # as many decimals as the value has
    TypeColonne.EUROS: "#,##0.00\\ €",
    TypeColonne.POURCENT: "0.0\\ %",
    TypeColonne.DATE: "dd/mm/yyyy",
    TypeColonne.INSTANT: "dd/mm/yyyy hh:mm",
}


def _ecrire_xlsx(
    colonnes: Sequence[Colonne],
    lignes: Iterable[Any],
    destination: BinaryIO,
    titre: str,
    totaux: Mapping[str, Any],
    mentions: Sequence[str],
) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    # Through a temporary file: the library closes a workbook even when a row fails, and would pass it for whole.
    with tempfile.SpooledTemporaryFile(max_size=TAILLE_EN_MEMOIRE) as tampon:
        with xlsxwriter.Workbook(tampon, options) as classeur:
            nombre = _remplir_classeur(classeur, colonnes, lignes, titre, totaux, mentions)
        tampon.seek(0)
        shutil.copyfileobj(tampon, destination)
    return nombre


def _remplir_classeur(
    classeur: Any,
    colonnes: Sequence[Colonne],
    lignes: Iterable[Any],
    titre: str,
    totaux: Mapping[str, Any],
    mentions: Sequence[str],
) -> int:
    classeur.set_properties({"title": titre})
    feuille = classeur.add_worksheet(nom_de_feuille(titre))
    gras = {"bold": True}
    entete = classeur.add_format({**gras, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    formats = [classeur.add_format(_format_xlsx(colonne)) for colonne in colonnes]
    formats_total = [classeur.add_format({**_format_xlsx(colonne), **gras, "top": 1}) for colonne in colonnes]
    for rang, colonne in enumerate(colonnes):
        feuille.set_column(rang, rang, largeur(colonne))
        feuille.write_string(0, rang, colonne.libelle, entete)
    feuille.freeze_panes(1, 1)
    feuille.repeat_rows(0)
    feuille.set_landscape()
    feuille.fit_to_pages(1, 0)
    nombre = 0
    for nombre, ligne in enumerate(lignes, start=1):
        for rang, (colonne, presentation) in enumerate(zip(colonnes, formats, strict=True)):
            _cellule_xlsx(feuille, nombre, rang, valeur_typee(colonne, ligne), presentation)
    if colonnes:
        feuille.autofilter(0, 0, nombre, len(colonnes) - 1)
    if totaux:
        for rang, valeur in enumerate(_ligne_totaux(colonnes, totaux)):
            _cellule_xlsx(feuille, nombre + 1, rang, valeur, formats_total[rang])
    _a_propos_xlsx(classeur, titre, mentions)
    return nombre


def _format_xlsx(colonne: Colonne) -> dict[str, Any]:
    decimales = "." + "0" * colonne.decimales if colonne.decimales else ""
    if colonne.type is TypeColonne.NOMBRE and colonne.decimales is not None:
        return {"num_format": f"#,##0{decimales}", "valign": "top"}
    return {"num_format": FORMATS_XLSX.get(colonne.type, "@"), "valign": "top"}


def _cellule_xlsx(feuille: Any, y: int, x: int, valeur: Any, presentation: Any) -> None:
    if valeur is None:
        feuille.write_blank(y, x, None, presentation)
    elif isinstance(valeur, Decimal):
        feuille.write_number(y, x, float(valeur), presentation)
    elif isinstance(valeur, date):
        feuille.write_datetime(y, x, valeur, presentation)
    else:
        feuille.write_string(y, x, _raccourcir(valeur), presentation)


def _a_propos_xlsx(classeur: Any, titre: str, mentions: Sequence[str]) -> None:
    feuille = classeur.add_worksheet(FEUILLE_A_PROPOS)
    feuille.set_column(0, 0, 100)
    texte = classeur.add_format({"text_wrap": True})
    for rang, mention in enumerate((titre, *mentions)):
        feuille.write_string(rang, 0, _raccourcir(mention), classeur.add_format({"bold": True}) if not rang else texte)


def _raccourcir(texte: str) -> str:
    """Keep what a cell can hold; beyond, the library would leave the cell empty without a word."""
    return texte if len(texte) <= LONGUEUR_CELLULE else f"{texte[: LONGUEUR_CELLULE - 1]}…"


def nom_de_feuille(titre: str) -> str:
    """Return a sheet name that every program accepts: 31 characters, none of `[]:*?/\\`, no apostrophe at an end."""
    return re.sub(r"[\[\]:*?/\\]", " ", titre).strip("' ")[:31].strip("' ") or "Données"


def largeur(colonne: Colonne) -> int:
    """Return a column's width in characters, enough for its head's longest word."""
    plus_long_mot = max((len(mot) for mot in colonne.libelle.split()), default=0)
    return colonne.largeur or max(LARGEURS[colonne.type], plus_long_mot + 3)


def _ligne_totaux(colonnes: Sequence[Colonne], totaux: Mapping[str, Any]) -> list[Any]:
    """Return the totals in the columns' order, typed; the first column without one says « Total »."""
    sans_total = next((c.cle for c in colonnes if c.cle not in totaux), None)
    return [
        _normaliser(c, totaux[c.cle]) if c.cle in totaux else "Total" if c.cle == sans_total else None for c in colonnes
    ]


# --- ODS ---------------------------------------------------------------------------------------------------------
# odfdo brings the package (manifest, styles, settings); its cell objects cost 0.2 ms each and moving them into a
# document grows with the square of the rows, so the content is written here as text.

_ESPACES_DE_NOMS = " ".join(
    f'xmlns:{prefixe}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"'
    for prefixe, nom in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
    )
)
_NOMBRE = '<number:number number:decimal-places="{}" number:min-integer-digits="1" number:grouping="true"/>'
_JOUR = (
    '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/>'
)
_STYLES_DE_DONNEES = (
    f'<number:number-style style:name="n-euros">{_NOMBRE.format(2)}<number:text> €</number:text></number:number-style>'
    f'<number:percentage-style style:name="n-pourcent">{_NOMBRE.format(1)}<number:text> %</number:text>'
    "</number:percentage-style>"
    f'<number:date-style style:name="n-date">{_JOUR}</number:date-style>'
    f'<number:date-style style:name="n-instant">{_JOUR}<number:text> </number:text><number:hours number:style="long"/>'
    '<number:text>:</number:text><number:minutes number:style="long"/></number:date-style>'
)
_STYLES_ODS = {TypeColonne.EUROS, TypeColonne.POURCENT, TypeColonne.DATE, TypeColonne.INSTANT}


def _ecrire_ods(
    colonnes: Sequence[Colonne],
    lignes: Iterable[Any],
    destination: BinaryIO,
    titre: str,
    totaux: Mapping[str, Any],
    mentions: Sequence[str],
) -> int:
    from odfdo import Document

    nom = nom_de_feuille(titre)
    morceaux = [_debut_ods(colonnes), f'<table:table table:name="{_attribut(nom)}">']
    morceaux += [f'<table:table-column table:style-name="c{rang}"/>' for rang in range(len(colonnes))]
    entetes = "".join(_texte_ods(colonne.libelle, "g-texte") for colonne in colonnes)
    morceaux.append(f"<table:table-header-rows>{_rangee(entetes)}</table:table-header-rows>")
    nombre = 0
    for nombre, ligne in enumerate(lignes, start=1):
        if nombre > PLAFOND_ODS:
            raise ExportImpossible(
                "Plus de 20 000 lignes : choisissez le format XLSX ou CSV, ou réduisez la sélection."
            )
        morceaux.append(_rangee("".join(_cellule_ods(c, valeur_typee(c, ligne), "s") for c in colonnes)))
    if totaux:
        valeurs = zip(colonnes, _ligne_totaux(colonnes, totaux), strict=True)
        morceaux.append(_rangee("".join(_cellule_ods(colonne, valeur, "g") for colonne, valeur in valeurs)))
    morceaux.append(f'</table:table><table:table table:name="{FEUILLE_A_PROPOS}"><table:table-column/>')
    morceaux += [_rangee(_texte_ods(mention, "s-texte")) for mention in (titre, *mentions)]
    morceaux.append(f"</table:table>{_filtre_ods(nom, len(colonnes), nombre)}")
    morceaux.append("</office:spreadsheet></office:body></office:document-content>")
    document = Document("spreadsheet")
    tampon = io.BytesIO()
    if (paquet := document.container) is None:
        raise ExportImpossible("Le modèle de classeur ODS est introuvable : réinstallez les dépendances.")
    paquet.set_part("content.xml", "".join(morceaux).encode("utf-8"))
    paquet.save(tampon)
    destination.write(tampon.getvalue())
    return nombre


def _debut_ods(colonnes: Sequence[Colonne]) -> str:
    """Return the head of the content: formats of figures and dates, widths, plain (`s-`) and bold (`g-`) cells."""
    styles = [_STYLES_DE_DONNEES]
    for rang, colonne in enumerate(colonnes):
        styles.append(
            f'<style:style style:name="c{rang}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{largeur(colonne) * 0.2:.1f}cm"/></style:style>'
        )
    for prefixe, caracteres in (("s", ""), ("g", '<style:text-properties fo:font-weight="bold"/>')):
        for nom in ("texte", *sorted(_STYLES_ODS)):
            donnees = "" if nom == "texte" else f' style:data-style-name="n-{nom}"'
            styles.append(
                f'<style:style style:name="{prefixe}-{nom}" style:family="table-cell" '
                f'style:parent-style-name="Default"{donnees}>{caracteres}</style:style>'
            )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ESPACES_DE_NOMS} office:version="1.3">'
        f"<office:automatic-styles>{''.join(styles)}</office:automatic-styles><office:body><office:spreadsheet>"
    )


def _filtre_ods(nom: str, colonnes: int, lignes: int) -> str:
    if not colonnes:
        return ""
    derniere = ""
    reste = colonnes
    while reste:
        reste, lettre = divmod(reste - 1, 26)
        derniere = chr(65 + lettre) + derniere
    feuille = "'" + nom.replace("'", "''") + "'"
    plage = _attribut(f"{feuille}.A1:{feuille}.{derniere}{lignes + 1}")
    return (
        '<table:database-ranges><table:database-range table:name="Filtre" table:display-filter-buttons="true" '
        f'table:target-range-address="{plage}"/></table:database-ranges>'
    )


def _rangee(contenu: str) -> str:
    return f"<table:table-row>{contenu}</table:table-row>"


def _cellule_ods(colonne: Colonne, valeur: Any, prefixe: str) -> str:
    if valeur is None:
        return "<table:table-cell/>"
    style = f"{prefixe}-{colonne.type if colonne.type in _STYLES_ODS else 'texte'}"
    if isinstance(valeur, Decimal):
        sorte = "percentage" if colonne.type is TypeColonne.POURCENT else "float"
        return _valeur_ods(style, sorte, f'office:value="{valeur:f}"', colonne.ecrire(valeur))
    if isinstance(valeur, date):
        # A date's text is only a fallback: programs write it anew from the value.
        return _valeur_ods(style, "date", f'office:date-value="{valeur.isoformat()}"', valeur.isoformat())
    return _texte_ods(valeur, style)


def _valeur_ods(style: str, sorte: str, attribut: str, texte: str) -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="{sorte}" {attribut}>'
        f"<text:p>{escape(texte)}</text:p></table:table-cell>"
    )


def _texte_ods(texte: str, style: str) -> str:
    paragraphes = "".join(f"<text:p>{_espaces_ods(ligne)}</text:p>" for ligne in texte.splitlines() or [""])
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphes}</table:table-cell>'


def _espaces_ods(ligne: str) -> str:
    """Keep tabs and repeated spaces, which the format would fold."""
    propre = escape(_INTERDITS_XML.sub("", ligne)).replace("\t", "<text:tab/>")
    propre = re.sub(r"(?<= ) ", "<text:s/>", propre)
    return f"<text:s/>{propre[1:]}" if propre.startswith(" ") else propre


def _attribut(texte: str) -> str:
    return escape(_INTERDITS_XML.sub("", texte), {'"': "&quot;"})
