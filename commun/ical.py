"""Writes calendars (RFC 5545): events, escaped and folded, with stable identifiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

PRODUIT = "-//Pilotville//Calendrier//FR"
TYPE_MIME = "text/calendar; charset=utf-8"
_OCTETS_PAR_LIGNE = 75


class Methode(StrEnum):
    """What the receiver is to do with the events (RFC 5546)."""

    PUBLIER = "PUBLISH"
    ANNULER = "CANCEL"


@dataclass(frozen=True, slots=True)
class Evenement:
    """One event. `debut` and `fin` are both aware instants, or both days; a last day is included."""

    identifiant: str
    titre: str
    debut: date | datetime
    modifie_le: datetime
    fin: date | datetime | None = None
    lieu: str = ""
    texte: str = ""
    adresse: str = ""
    categorie: str = ""
    version: int = 0
    annule: bool = False


def calendrier(evenements: Iterable[Evenement], *, nom: str = "", methode: Methode = Methode.PUBLIER) -> bytes:
    """A whole calendar, in UTF-8, its lines ended by CRLF."""
    lignes = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUIT}", "CALSCALE:GREGORIAN", f"METHOD:{methode}"]
    if nom:
        lignes += [f"NAME:{_texte(nom)}", f"X-WR-CALNAME:{_texte(nom)}"]
    for evenement in evenements:
        lignes += _lignes(evenement)
    lignes.append("END:VCALENDAR")
    return b"".join(_replier(ligne) for ligne in lignes)


def _lignes(evenement: Evenement) -> list[str]:
    lignes = [
        "BEGIN:VEVENT",
        f"UID:{_texte(evenement.identifiant)}",
        f"DTSTAMP:{_instant(evenement.modifie_le)}",
        f"LAST-MODIFIED:{_instant(evenement.modifie_le)}",
        f"SEQUENCE:{evenement.version}",
        _moment("DTSTART", evenement.debut),
    ]
    if evenement.fin is not None:
        # A day's end is the first day after it: DTEND is not part of the event.
        fin = evenement.fin if isinstance(evenement.fin, datetime) else evenement.fin + timedelta(days=1)
        lignes.append(_moment("DTEND", fin))
    lignes.append(f"SUMMARY:{_texte(evenement.titre)}")
    facultatives = (
        ("LOCATION", evenement.lieu),
        ("DESCRIPTION", evenement.texte),
        ("CATEGORIES", evenement.categorie),
    )
    lignes += [f"{nom}:{_texte(valeur)}" for nom, valeur in facultatives if valeur]
    if evenement.adresse:
        lignes.append(f"URL:{_sans_retour(evenement.adresse)}")  # a URI is not escaped
    lignes += [f"STATUS:{'CANCELLED' if evenement.annule else 'CONFIRMED'}", "TRANSP:OPAQUE", "END:VEVENT"]
    if not isinstance(evenement.debut, datetime):
        lignes[-2] = "TRANSP:TRANSPARENT"  # a day to know of does not make its reader busy
    return lignes


def _moment(nom: str, valeur: date | datetime) -> str:
    if isinstance(valeur, datetime):
        return f"{nom}:{_instant(valeur)}"
    return f"{nom};VALUE=DATE:{valeur:%Y%m%d}"


def _instant(valeur: datetime) -> str:
    """In UTC, so that no time zone has to be described."""
    return f"{valeur.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _texte(valeur: str) -> str:
    """Escape a TEXT value: backslash, semicolon, comma, line ends; other control characters are dropped."""
    valeur = valeur.replace("\r\n", "\n").replace("\r", "\n")
    for signe in ("\\", ";", ","):
        valeur = valeur.replace(signe, f"\\{signe}")
    valeur = valeur.replace("\n", "\\n")
    return "".join(c for c in valeur if c == "\t" or (c >= " " and c != "\x7f"))


def _sans_retour(valeur: str) -> str:
    return "".join(c for c in valeur if c > " " and c != "\x7f")


def _replier(ligne: str) -> bytes:
    """Fold at 75 bytes, never inside a character; each further line begins with a space."""
    morceaux, courant = [], b""
    for caractere in ligne:
        octets = caractere.encode()
        if len(courant) + len(octets) > _OCTETS_PAR_LIGNE:
            morceaux.append(courant)
            courant = b" "
        courant += octets
    morceaux.append(courant)
    return b"\r\n".join(morceaux) + b"\r\n"
