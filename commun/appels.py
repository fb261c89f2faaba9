"""Calls that we make to an address given by somebody else: signed, and never towards a private network (SSRF)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

DELAI = 10  # seconds, for each exchange with the other system
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Adresse = ipaddress.IPv4Address | ipaddress.IPv6Address


class AppelInterdit(Exception):
    """The address must not be called, now or later; the message is a French sentence."""


class AppelManque(Exception):
    """The other system did not answer, or not with a success; it may later."""


@dataclass(frozen=True, slots=True)
class _Cible:
    """Where to call: the host as written, the address that was checked, the port, the path."""

    securise: bool
    hote: str
    ip: str
    port: int
    chemin: str


def signature(secret: str, horodatage: int, corps: bytes) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of « t.body »>`: who receives it checks the key, and refuses an old instant."""
    somme = hmac.new(secret.encode(), f"{horodatage}.".encode() + corps, hashlib.sha256)
    return f"t={horodatage},v1={somme.hexdigest()}"


def verifier_adresse(adresse: str) -> None:
    """Refuse what can be refused without a network: a scheme other than https, an account, a private number.

    Raises `AppelInterdit`.
    """
    try:
        morceaux = urlsplit(adresse)
        port = morceaux.port
    except ValueError as erreur:
        raise AppelInterdit("Cette adresse est mal formée.") from erreur
    if not morceaux.hostname or morceaux.username is not None or port == 0:
        raise AppelInterdit("Cette adresse est mal formée : écrivez https://, le nom du serveur, puis le chemin.")
    try:
        ip = ipaddress.ip_address(morceaux.hostname)
    except ValueError:
        if morceaux.scheme != "https":
            raise AppelInterdit("L’adresse appelée commence par https://.") from None
        if "." not in morceaux.hostname:
            raise AppelInterdit("Écrivez le nom complet du serveur, par exemple si.exemple.fr.") from None
        return
    if not _permise(ip):
        raise AppelInterdit("Cette adresse désigne un réseau privé : Pilotville ne l’appelle pas.")
    if morceaux.scheme != "https" and not _reseau_permis(ip):
        raise AppelInterdit("L’adresse appelée commence par https://.")


def poster(adresse: str, corps: bytes, entetes: dict[str, str]) -> int:
    """POST `corps` and return the status, a success. The name is resolved once, and the address checked is the one called.

    Redirections are not followed. Raises `AppelInterdit` or `AppelManque`.
    """
    verifier_adresse(adresse)
    cible = _resoudre(adresse)
    connexion = _connexion(cible)
    try:
        connexion.request("POST", cible.chemin, body=corps, headers={**entetes, "User-Agent": "Pilotville"})
        statut = connexion.getresponse().status
    except (OSError, http.client.HTTPException) as erreur:
        raise AppelManque(f"Le serveur ne répond pas ({type(erreur).__name__}).") from erreur
    finally:
        connexion.close()
    if not 200 <= statut < 300:
        raise AppelManque(f"Le serveur a répondu {statut}.")
    return statut


def _resoudre(adresse: str) -> _Cible:
    morceaux = urlsplit(adresse)
    securise = morceaux.scheme == "https"
    hote = morceaux.hostname or ""
    port = morceaux.port or (443 if securise else 80)
    try:
        trouvees = socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as erreur:
        raise AppelManque("Le nom du serveur est introuvable.") from erreur
    ips = [str(trouvee[4][0]).partition("%")[0] for trouvee in trouvees]
    if not ips or not all(_permise(ipaddress.ip_address(ip)) for ip in ips):
        raise AppelInterdit("Cette adresse désigne un réseau privé : Pilotville ne l’appelle pas.")
    chemin = (morceaux.path or "/") + (f"?{morceaux.query}" if morceaux.query else "")
    return _Cible(securise, hote, ips[0], port, chemin)


def _connexion(cible: _Cible) -> http.client.HTTPConnection:
    """A connection to the checked number, under the name of the host: the certificate is that of the name."""

    def brancher(*_args: object, **_suite: object) -> socket.socket:
        return socket.create_connection((cible.ip, cible.port), timeout=DELAI)

    connexion: http.client.HTTPConnection
    if cible.securise:
        connexion = http.client.HTTPSConnection(
            cible.hote, cible.port, timeout=DELAI, context=ssl.create_default_context()
        )
    else:
        connexion = http.client.HTTPConnection(cible.hote, cible.port, timeout=DELAI)
    connexion._create_connection = brancher  # type: ignore[attr-defined]
    return connexion


def _permise(ip: Adresse) -> bool:
    """True for a public number, whatever it is wrapped in, and for the networks that the installation allows."""
    if _reseau_permis(ip):
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        cachee = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            cachee = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if cachee is not None:
            return _permise(cachee)
    return ip.is_global and not ip.is_multicast


def _reseau_permis(ip: Adresse) -> bool:
    return any(ip in ipaddress.ip_network(reseau) for reseau in settings.APPELS_RESEAUX_PERMIS)
