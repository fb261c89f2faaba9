"""The tabs of a file's pages: each part of the work has its own, with its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from contrats.portee import Portee

from ..etats import EtatDossier
from ..lectures.besoins import origine_du_dossier
from ..lectures.echanges import nombre_a_lire
from ..models import Courrier, Dossier
from ..permissions import delibere

# Who finds a tab: asked with the reader and the file.
Ouvert = Callable[[Portee, Dossier], object]
# What waits in a tab, None when nothing does.
Nombre = Callable[[Portee, Dossier], int | None]


def _a_tous(portee: Portee, dossier: Dossier) -> bool:
    return True


def _aucun(portee: Portee, dossier: Dossier) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Onglet:
    """One page of a file: its route, its name, who may open it."""

    route: str
    libelle: str
    ouvert: Ouvert = _a_tous
    nombre: Nombre = _aucun


def _a_qui_delibere(portee: Portee, dossier: Dossier) -> bool:
    return delibere(portee.auteur, dossier)


def _une_fois_depose(portee: Portee, dossier: Dossier) -> bool:
    return dossier.etat != EtatDossier.BROUILLON


def _a_des_courriers(portee: Portee, dossier: Dossier) -> bool:
    return Courrier.objects.visibles_par(portee.auteur, portee.contrat).filter(dossier=dossier).exists()


def _a_lire(portee: Portee, dossier: Dossier) -> int | None:
    return nombre_a_lire(dossier, pour=portee.auteur, contrat=portee.contrat) or None


ONGLETS: tuple[Onglet, ...] = (
    Onglet("dossier", "Le dossier"),
    Onglet("demande", "La demande"),
    Onglet("recevabilite", "Recevabilité", _a_qui_delibere),
    Onglet("contexte", "Contexte", _a_qui_delibere),
    Onglet("grille", "Grille", _a_qui_delibere),
    Onglet("echanges", "Échanges", _une_fois_depose, _a_lire),
    Onglet("courriers_du_dossier", "Courriers", _a_des_courriers),
)


def cadre_du_dossier(portee: Portee, dossier: Dossier, actif: str) -> dict[str, Any]:
    """What the frame of each page of a file shows: the file, the need it comes from, and the tabs that this reader may open."""
    cles = {"contrat": portee.contrat.slug, "annee": portee.annee, "numero": dossier.numero}
    return {
        "dossier": dossier,
        "origine": origine_du_dossier(dossier, pour=portee.auteur),
        "onglets": [
            {
                "libelle": onglet.libelle,
                "url": reverse(f"programmation:{onglet.route}", kwargs=cles),
                "actif": onglet.route == actif,
                "nombre": onglet.nombre(portee, dossier),
            }
            for onglet in ONGLETS
            if onglet.ouvert(portee, dossier)
        ],
    }
