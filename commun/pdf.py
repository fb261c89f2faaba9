"""The one PDF renderer: tagged, accessible documents (PDF/UA-1) from HTML, with our own sheet and embedded fonts.

Measured traps that shape this module: Python's garbage collector costs a third of the layout; the default fetcher
opens any address; two font files under one family name swap glyphs; Source Sans 3 has no narrow no-break space.
"""

import atexit
import base64
import gc
import hashlib
import io
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib.staticfiles import finders

from .ramasse_miettes import sans_ramasse_miettes

FEUILLE_RAPPORT = "impression/rapport.css"
DOSSIER_POLICES = "vendor/source-sans-3"
PLAFOND_LIGNES = 2_000
POLICE = "Pilotville Sans"
# A fallback of its own: WeasyPrint draws wrong letters when two files share one family, style and weight.
POLICE_ETENDUE = "Pilotville Sans Ext"
GRAISSES = ((400, "normal"), (400, "italic"), (600, "normal"), (700, "normal"))
LARGEUR_ESPACE_FINE = 130  # thousandths of the body: two thirds of the font's word space

T = TypeVar("T")


class ErreurPdf(Exception):
    """A document that cannot be made; the message is French and meant for the person who asked for it."""


@dataclass(frozen=True)
class EmpreintePdf:
    """What was written: SHA-256 in hexadecimal, size in bytes, number of pages."""

    sha256: str
    octets: int
    pages: int


@dataclass(frozen=True)
class Couverture:
    """The words of a cover page, from top to bottom; empty ones are left out."""

    titre: str
    surtitre: str = ""
    sous_titre: str = ""
    destinataire: str = ""
    date: str = ""
    signataires: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    version: str = ""
    empreinte: str = ""


@dataclass(frozen=True)
class EntreeSommaire:
    """A line of the contents: the id of the heading that it points to, its words, its level (1 or 2)."""

    ancre: str
    titre: str
    niveau: int = 1


@dataclass(frozen=True)
class Tuile:
    """A key figure already written, what it is compared with, and what it means in words."""

    nom: str
    valeur: str
    comparaison: str = ""
    sens: str = ""


@dataclass(frozen=True)
class LignesImprimees(Generic[T]):
    """The rows that a printed table shows, and how many it leaves to the spreadsheet."""

    lignes: tuple[T, ...]
    omises: int


def plafonner(lignes: Iterable[T], plafond: int = PLAFOND_LIGNES) -> LignesImprimees[T]:
    """Keep the first `plafond` rows: a page of table costs 6 MiB and 0.1 s, and nobody reads the hundredth."""
    suite = iter(lignes)
    gardees = tuple(islice(suite, plafond))
    return LignesImprimees(gardees, sum(1 for _ in suite))


def rendre_pdf(html: str, *, feuilles: Sequence[str] = (FEUILLE_RAPPORT,), archive: bool = False) -> bytes:
    """Return the PDF of a whole HTML page, in PDF/UA-1 (and PDF/A-3a with `archive`).

    `feuilles` are names of static files. Raises ErreurPdf when the page lacks a language or a title, or asks for
    a resource that is not embedded as `data:`.
    """
    octets, _pages = _composer(html, tuple(feuilles), archive)
    return octets


def ecrire_pdf(
    html: str,
    destination: Path,
    *,
    feuilles: Sequence[str] = (FEUILLE_RAPPORT,),
    archive: bool = False,
) -> EmpreintePdf:
    """Render to `destination`, which appears whole or not at all, even when the process is killed."""
    octets, pages = _composer(html, tuple(feuilles), archive)
    ecrire_entier(octets, destination)
    return EmpreintePdf(hashlib.sha256(octets).hexdigest(), len(octets), pages)


def ecrire_entier(octets: bytes, destination: Path) -> None:
    """Write a file in one stroke: temporary file beside it, synchronised, then renamed."""
    descripteur, temporaire = tempfile.mkstemp(dir=destination.parent, prefix=f".{destination.name}-")
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(octets)
            fichier.flush()
            os.fsync(fichier.fileno())
        os.replace(temporaire, destination)
    except BaseException:
        Path(temporaire).unlink(missing_ok=True)
        raise
    _synchroniser_dossier(destination.parent)


def _synchroniser_dossier(dossier: Path) -> None:
    """Make the renaming itself outlive a power cut."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


_rendu = threading.RLock()  # one layout at a time: each makes millions of objects


def feuille_de_style(feuilles: Sequence[str] = (FEUILLE_RAPPORT,)) -> str:
    """Return the print sheets as one text, fonts included, as the renderer applies them."""
    return "\n".join([_polices(), *(_lire_statique(nom).decode("utf-8") for nom in feuilles)])


def _composer(html: str, feuilles: tuple[str, ...], archive: bool) -> tuple[bytes, int]:
    """Lay out without the garbage collector, which would walk these objects again and again; one collection follows.

    A report takes three quarters of the time and grows linearly.
    """
    with _rendu:
        try:
            with sans_ramasse_miettes():
                return _mettre_en_page(html, feuilles, archive)
        finally:
            if gc.isenabled():
                gc.collect()


def _mettre_en_page(html: str, feuilles: tuple[str, ...], archive: bool) -> tuple[bytes, int]:
    import weasyprint  # here, for it costs 0.4 s to every command that prints nothing

    recuperateur = _recuperateur()
    page = weasyprint.HTML(string=_resserrer(html), url_fetcher=recuperateur)
    _verifier_entete(page.etree_element)
    style, polices = _style(feuilles)
    variante = "pdf/a-3a" if archive else "pdf/ua-1"
    with warnings.catch_warnings():
        # For PDF/A the library reads a colour profile and leaves the file to be closed by the interpreter.
        warnings.simplefilter("ignore", ResourceWarning)
        document = page.render(stylesheets=[style], font_config=polices, pdf_variant=variante)
        octets = document.write_pdf(pdf_variant=variante)
    if recuperateur.refusees:
        raise ErreurPdf(
            "Le document demande des ressources extérieures, ce qui est interdit : "
            + ", ".join(sorted(recuperateur.refusees))
        )
    return (declarer_pdf_ua(octets) if archive else octets), len(document.pages)


_ESPACES_FINALES = re.compile(r"[ \t\r\n]+(?=</(?:td|th|p|li|dt|dd|caption|h[1-6])>)")


def _resserrer(html: str) -> str:
    """Drop the spaces that end a block: at some widths WeasyPrint breaks the line after its first word for them."""
    return _ESPACES_FINALES.sub("", html)


def _verifier_entete(racine: Any) -> None:
    """Refuse early what a validator would refuse late, with words that say where to look."""
    if not (racine.get("lang") or "").strip():
        raise ErreurPdf("Le document n’indique pas sa langue : il manque l’attribut « lang » à la balise « html ».")
    if not (racine.findtext("head/title") or "").strip():
        raise ErreurPdf("Le document n’a pas de titre : la balise « title » est absente ou vide.")


def _recuperateur() -> Any:
    from weasyprint.urls import URLFetcher

    class Recuperateur(URLFetcher):
        """Open `data:` addresses only and remember the refused ones: a missing picture must not pass unseen."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data"}, allow_redirects=False)
            self.refusees: set[str] = set()

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.lower().startswith("data:"):
                self.refusees.add(url)
            return super().fetch(url, headers)

    return Recuperateur()


@lru_cache(maxsize=8)
def _style(feuilles: tuple[str, ...]) -> tuple[Any, Any]:
    """Parse the sheets and load the fonts, once in the life of the process."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    polices = FontConfiguration()
    recuperateur = _recuperateur()
    style = weasyprint.CSS(string=feuille_de_style(feuilles), font_config=polices, url_fetcher=recuperateur)
    if recuperateur.refusees:
        raise ErreurPdf(f"La feuille de style demande des ressources extérieures : {sorted(recuperateur.refusees)}")
    return style, polices


# The fonts lie in a temporary folder that WeasyPrint can no longer remove once the interpreter is half gone.
atexit.register(_style.cache_clear)


def _lire_statique(nom: str) -> bytes:
    """Read a static file from its source, else from the collected ones (an image may carry only these)."""
    chemin = finders.find(nom) or Path(settings.STATIC_ROOT or "", nom)
    if not Path(chemin).is_file():
        raise ErreurPdf(f"Le fichier « {nom} » est introuvable : installez les dépendances par « npm ci ».")
    return Path(chemin).read_bytes()


@lru_cache(maxsize=1)
def _polices() -> str:
    regles = []
    for famille, jeu in ((POLICE, "latin"), (POLICE_ETENDUE, "latin-ext")):
        for graisse, allure in GRAISSES:
            police = _lire_statique(f"{DOSSIER_POLICES}/source-sans-3-{jeu}-{graisse}-{allure}.woff2")
            if jeu == "latin":
                police = _ajouter_espace_fine(police)
            donnees = base64.b64encode(police).decode("ascii")
            regles.append(
                f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:{allure};'
                f"src:url(data:font/sfnt;base64,{donnees})}}"
            )
    return "\n".join(regles)


def _ajouter_espace_fine(police: bytes) -> bytes:
    """Give the font a narrow no-break space of its own.

    Without one the word space is drawn in its place, and a copy of « 1 200 » from the PDF loses the space or
    changes it. A document may embed a font changed so; the family has another name than the original.
    """
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    fonte = TTFont(io.BytesIO(police))
    if 0x202F not in fonte.getBestCmap():
        fonte.setGlyphOrder([*fonte.getGlyphOrder(), "uni202F"])
        vide = Glyph()
        vide.numberOfContours = 0
        fonte["glyf"]["uni202F"] = vide
        fonte["hmtx"]["uni202F"] = (
            LARGEUR_ESPACE_FINE * fonte["head"].unitsPerEm // 1000,
            0,
        )
        for table in fonte["cmap"].tables:
            if table.isUnicode():
                table.cmap[0x202F] = "uni202F"
    fonte.flavor = None
    sortie = io.BytesIO()
    fonte.save(sortie)
    return sortie.getvalue()


_DESCRIPTION_PDFUA = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
  <pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def declarer_pdf_ua(octets: bytes) -> bytes:
    """Let a PDF/A-3a file say that it is PDF/UA-1 too: the tags are the same, only the metadata differ."""
    import pikepdf

    with pikepdf.open(io.BytesIO(octets)) as pdf:
        metadonnees = pdf.Root.Metadata.read_bytes().decode("utf-8")
        fin = re.search(r"</rdf:RDF>", metadonnees)
        if fin is None:
            raise ErreurPdf("Les métadonnées du document sont illisibles.")
        complet = metadonnees[: fin.start()] + _DESCRIPTION_PDFUA + metadonnees[fin.start() :]
        pdf.Root.Metadata = pdf.make_stream(
            complet.encode("utf-8"),
            Type=pikepdf.Name.Metadata,
            Subtype=pikepdf.Name.XML,
        )
        sortie = io.BytesIO()
        pdf.save(sortie, deterministic_id=True)
        return sortie.getvalue()
