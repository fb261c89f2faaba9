"""The national directory of organisations: what it says of a SIRET, or its silence, which blocks nothing (S-20).

`ANNUAIRE_URL` names it: an `https` address that speaks as « Recherche d'entreprises » does, a `file` holding the same
answers (demo, tests, a site without network), or nothing.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.cache import cache

from .regles import completer_siren, completer_siret

journal = logging.getLogger("acteurs.annuaire")

DELAI = 3  # seconds: somebody waits for the page
GARDE = timedelta(days=1)
REPOS = timedelta(minutes=1)  # after a silence, nobody waits for the next one
OCTETS_AU_PLUS = 1_000_000
_ABSENT = "inconnu"


class AnnuaireMuet(Exception):
    """The directory did not answer (500, 429, too late, or there is none): ask again later."""


@dataclass(frozen=True, slots=True)
class Etablissement:
    """What the directory says of one establishment; each number has its zeros."""

    siret: str
    siren: str
    nom: str
    sigle: str
    rna: str
    categorie: str
    adresse: str
    code_postal: str
    ville: str
    code_commune: str
    ouvert: bool


def chercher(siret: str) -> Etablissement | None:
    """What the directory says of `siret`; None when it does not know it. Kept for a day.

    Raises `AnnuaireMuet`.
    """
    if not settings.ANNUAIRE_URL:
        raise AnnuaireMuet("no directory")
    cle = f"annuaire:{siret}"
    connu = cache.get(cle)
    if connu is None:
        trouve = _lire(_demander(siret), siret)
        connu = asdict(trouve) if trouve else _ABSENT
        cache.set(cle, connu, timeout=int(GARDE.total_seconds()))
    return None if connu == _ABSENT else Etablissement(**connu)


def _demander(siret: str) -> Any:
    adresse = urlsplit(settings.ANNUAIRE_URL)
    if adresse.scheme == "file":
        return json.loads(Path(adresse.path).read_text(encoding="utf-8"))
    if cache.get("annuaire:muet"):
        raise AnnuaireMuet("silent a moment ago")
    try:
        return _appeler(siret)
    except (OSError, http.client.HTTPException, ValueError) as erreur:  # HTTPError, timeout, bad JSON
        statut = erreur.code if isinstance(erreur, HTTPError) else type(erreur).__name__
        journal.warning("the directory of organisations did not answer: %s", statut)
        cache.set("annuaire:muet", True, timeout=int(REPOS.total_seconds()))
        raise AnnuaireMuet(str(statut)) from erreur


def _appeler(siret: str) -> Any:
    racine = settings.ANNUAIRE_URL.rstrip("/")
    if urlsplit(racine).scheme not in ("https", "http"):
        raise ValueError("ANNUAIRE_URL must be an http(s) address or a file")
    demande = Request(  # noqa: S310 — the scheme is checked above
        f"{racine}/search?{urlencode({'q': siret, 'page': 1, 'per_page': 5})}",
        headers={"Accept": "application/json", "User-Agent": "Pilotville"},
    )
    with urlopen(demande, timeout=DELAI) as reponse:  # noqa: S310
        return json.loads(reponse.read(OCTETS_AU_PLUS))


def _lire(reponse: Any, siret: str) -> Etablissement | None:
    """The establishment `siret` in an answer of « Recherche d'entreprises » (regles 2.11)."""
    resultats = reponse.get("results") if isinstance(reponse, dict) else None
    if not isinstance(resultats, list):
        raise AnnuaireMuet("unexpected answer")
    for entreprise in resultats:
        siege = entreprise.get("siege") or {}
        for lieu in (siege, *(entreprise.get("matching_etablissements") or ())):
            if lieu.get("siret") is not None and completer_siret(lieu["siret"]) == siret:
                return _etablissement(entreprise, lieu, siret)
    return None


def _etablissement(entreprise: Mapping[str, Any], lieu: Mapping[str, Any], siret: str) -> Etablissement:
    complements = entreprise.get("complements") or {}
    return Etablissement(
        siret=siret,
        siren=completer_siren(entreprise.get("siren") or siret[:9]),
        nom=_texte(entreprise, "nom_raison_sociale", "nom_complet"),
        sigle=_texte(entreprise, "sigle"),
        rna=_texte(complements, "identifiant_association"),
        categorie=_texte(entreprise, "nature_juridique"),
        adresse=_texte(lieu, "adresse"),
        code_postal=_texte(lieu, "code_postal"),
        ville=_texte(lieu, "libelle_commune"),
        code_commune=_texte(lieu, "commune"),
        ouvert=lieu.get("etat_administratif", "A") == "A" and entreprise.get("etat_administratif", "A") == "A",
    )


def _texte(objet: Mapping[str, Any], *champs: str) -> str:
    return next((str(objet[champ]).strip() for champ in champs if objet.get(champ)), "")
