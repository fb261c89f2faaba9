"""The packet of a meeting as a PDF: its cover, then its parts."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import timezone

from commun import typographie as typo
from commun.pdf import FEUILLE_RAPPORT, Couverture, ecrire_pdf

from ..lectures.paquet import PaquetDeSeance, paquet
from ..models import Reunion

FEUILLES = (FEUILLE_RAPPORT, "contrats/paquet.css")


def rediger_paquet(reunion: Reunion, *, le: datetime, ecartes: frozenset[int] = frozenset()) -> tuple[bytes, int]:
    """The PDF of the session as it stands at `le`, and its number of pages; `ecartes` as `programmation_proposee` says."""
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier, "paquet.pdf")
        pages = ecrire_pdf(document(paquet(reunion, le=le, ecartes=ecartes)), chemin, feuilles=FEUILLES).pages
        return chemin.read_bytes(), pages


def document(seance: PaquetDeSeance) -> str:
    """The whole page that is printed."""
    jour = typo.date_longue(seance.le)
    contexte = {
        "titre": f"{seance.comite}, {jour} – dossier de séance",
        "auteur": seance.pilote,
        "courant": seance.contrat,
        "pied": f"Données au {typo.date_heure(timezone.localtime(seance.extrait_le))}",
        "mention": "Données fictives" if seance.fictif else "",
        "couverture": _couverture(seance, jour),
        "sommaire": (),
        "seance": seance,
    }
    return render_to_string("contrats/instances/paquet.html", contexte)


def _couverture(seance: PaquetDeSeance, jour: str) -> Couverture:
    lieu = " – ".join(morceau for morceau in (seance.lieu, seance.commune) if morceau)
    return Couverture(
        titre=seance.comite,
        surtitre=seance.contrat,
        sous_titre=seance.objet,
        destinataire="Dossier de séance",
        date=" ".join(morceau for morceau in (jour, seance.heures) if morceau),
        signataires=(lieu,) if lieu else (),
        mentions=("Données fictives",) if seance.fictif else (),
        version=f"Document préparé par {seance.pilote}",
    )
