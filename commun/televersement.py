"""Files that people send: what is accepted, checked on the content and not on what the browser says of it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath

from .erreurs import RegleEnfreinte

OCTETS_AU_PLUS = 10 * 1024 * 1024
# A package of 10 Mo may hold 10 Go of zeros: what it unpacks to is counted before anything reads it.
OCTETS_DEBALLES_AU_PLUS = 100 * 1024 * 1024
MEMBRES_AU_PLUS = 5_000
LONGUEUR_DU_NOM = 150
DEBUT_D_UN_PAQUET = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

# Extension → type served, first bytes expected, member that a package must hold.
_ACCEPTES: dict[str, tuple[str, tuple[bytes, ...], str]] = {
    "pdf": ("application/pdf", (b"%PDF-",), ""),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",), ""),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",), ""),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",), ""),
    "docx": (f"{_OFFICE}.wordprocessingml.document", (DEBUT_D_UN_PAQUET,), "word/document.xml"),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", (DEBUT_D_UN_PAQUET,), "xl/workbook.xml"),
    "odt": (f"{_ODF}.text", (DEBUT_D_UN_PAQUET,), "content.xml"),
    "ods": (f"{_ODF}.spreadsheet", (DEBUT_D_UN_PAQUET,), "content.xml"),
}
EXTENSIONS = tuple(_ACCEPTES)
_INVISIBLES = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class PieceControlee:
    """A file that may be kept: its name made safe, the type it will be served with, its fingerprint."""

    nom: str
    type_mime: str
    sha256: str


def controler(nom: str, contenu: bytes, *, champ: str | None = None) -> PieceControlee:
    """Check a file: a known extension, a content that matches it, neither empty nor too heavy, packed or unpacked.

    Raises `RegleEnfreinte` on the field `champ` with what to do. The name loses folders and invisible signs.
    """
    nom = nom_sur(nom)
    extension = nom.rpartition(".")[2].lower() if "." in nom else ""
    if extension not in _ACCEPTES:
        raise _refus(f"« {nom} » : ce type de fichier n’est pas accepté. Envoyez {_liste()}.", "extension", champ)
    if not contenu:
        raise _refus(f"« {nom} » est vide.", "vide", champ)
    verifier_taille(nom, len(contenu), champ=champ)
    type_mime, debuts, membre = _ACCEPTES[extension]
    if not contenu.startswith(debuts) or (membre and not _contient(contenu, membre)):
        raise _refus(
            f"« {nom} » n’est pas un fichier {extension.upper()} : enregistrez-le de nouveau dans ce format.",
            "contenu",
            champ,
        )
    if membre:
        verifier_deballage(nom, contenu, champ=champ)
    return PieceControlee(nom, type_mime, hashlib.sha256(contenu).hexdigest())


def verifier_taille(nom: str, octets: int, *, champ: str | None = None) -> None:
    """Refuse a file that is too heavy, before it is read."""
    if octets > OCTETS_AU_PLUS:
        raise _refus(
            f"« {nom_sur(nom)} » dépasse 10 Mo : réduisez-le ou envoyez-le en plusieurs fichiers.", "taille", champ
        )


def verifier_deballage(nom: str, contenu: bytes, *, champ: str | None = None) -> None:
    """Refuse a package that unpacks to too much, is damaged, or lies about what it holds.

    What the package declares is added up first; each member is then unpacked, in small pieces, and must be what it
    declares. Nothing is kept in memory.
    """
    try:
        with zipfile.ZipFile(BytesIO(contenu)) as paquet:
            membres = paquet.infolist()
            deballe = sum(membre.file_size for membre in membres)
            if deballe <= OCTETS_DEBALLES_AU_PLUS and len(membres) <= MEMBRES_AU_PLUS:
                abime = paquet.testzip()
            else:
                raise _refus(
                    f"« {nom_sur(nom)} » contient plus de 100 Mo une fois décompressé : "
                    "réduisez ses images, ou envoyez-le en PDF.",
                    "deballage",
                    champ,
                )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
    ):  # a password is a RuntimeError
        abime = "le paquet"
    if abime is not None:
        raise _refus(
            f"« {nom_sur(nom)} » est abîmé ou protégé par un mot de passe : enregistrez-le de nouveau, sans protection.",
            "abime",
            champ,
        )


def nom_sur(nom: str) -> str:
    """The name alone, without folders of any system, controls or signs that reverse the writing; never empty."""
    nom = PureWindowsPath(PurePosixPath(nom.replace("\x00", "")).name).name
    nom = _INVISIBLES.sub("", unicodedata.normalize("NFC", nom)).strip(" .")
    if len(nom) > LONGUEUR_DU_NOM:
        debut, point, extension = nom.rpartition(".")
        garde = f"{point}{extension}"[:12] if point else ""
        nom = (debut or extension)[: LONGUEUR_DU_NOM - len(garde)] + garde
    return nom or "fichier"


def _contient(contenu: bytes, membre: str) -> bool:
    """True when a package holds this member, and no macro."""
    try:
        with zipfile.ZipFile(BytesIO(contenu)) as paquet:
            noms = set(paquet.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return membre in noms and not any(n.lower().endswith("vbaproject.bin") for n in noms)


def _liste() -> str:
    return "un PDF, une image (PNG, JPEG) ou un document (DOCX, ODT, XLSX, ODS)"


def _refus(message: str, code: str, champ: str | None) -> RegleEnfreinte:
    return RegleEnfreinte(message, champ=champ, code=f"fichier_{code}")
