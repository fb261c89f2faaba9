"""The record of a meeting as a PDF: what was decided of each file, as its members read it."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import timezone

from commun import typographie as typo
from commun.pdf import FEUILLE_RAPPORT, rendre_pdf

from ..lectures.releve import Releve

FEUILLES = (FEUILLE_RAPPORT, "programmation/releve.css")


def rediger(releve: Releve, *, version: int) -> bytes:
    """The PDF of the record, in its version `version`."""
    return rendre_pdf(document(releve, version=version), feuilles=FEUILLES)


def document(releve: Releve, *, version: int) -> str:
    """The whole page that is printed."""
    nom = nom_du_document(releve)
    contexte = {
        "titre": f"{nom} – {releve.comite}, {typo.date_longue(releve.le)}",
        "nom": nom,
        "auteur": releve.pilote,
        "courant": releve.contrat,
        "pied": f"Version {version}, {typo.date_heure(timezone.localtime(releve.extrait_le))}",
        "mention": "Données fictives" if releve.fictif else "",
        "couverture": None,
        "sommaire": (),
        "releve": releve,
    }
    return render_to_string("programmation/seance/releve_pdf.html", contexte)


def nom_du_document(releve: Releve) -> str:
    """A meeting that only prepares decides nothing: its record says what it proposes."""
    return "Relevé de décisions" if releve.decide else "Relevé de propositions"
