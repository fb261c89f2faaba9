"""What is told to a porteur of the decisions taken on its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.timezone import localdate

from commun.models import LigneJournal

from ..etats import DEMANDE_NOTIFIEE, TRANSITIONS_DOSSIER, EtatDemande, EtatDossier
from ..models import Dossier


class GenreNouvelle(StrEnum):
    """What happened."""

    IRRECEVABLE = "irrecevable"
    RETIRE = "retire"
    REPRIS = "repris"
    ACCORD = "accord"
    REFUS = "refus"


# The state that each of the first ones tells, and the act that led to it.
_ARRETS = {
    GenreNouvelle.IRRECEVABLE: (EtatDossier.IRRECEVABLE, "declarer_irrecevable"),
    GenreNouvelle.RETIRE: (EtatDossier.RETIRE, "retirer"),
    GenreNouvelle.REPRIS: (EtatDossier.DEPOSE, "reprendre_l_examen"),
}


@dataclass(frozen=True, slots=True)
class Nouvelle:
    """One decision in the words of its porteur; `montant` in euros where money is notified."""

    genre: GenreNouvelle
    dossier: Dossier
    le: date
    motif: str = ""
    financeur: str = ""
    montant: Decimal | None = None


def nouvelle(dossier: Dossier, genre: GenreNouvelle, *, demande: int | None = None) -> Nouvelle | None:
    """What happened, as it stands now; None when it was undone since."""
    if genre in _ARRETS:
        lue = arret(dossier)
        return lue if lue is not None and lue.genre == genre else None
    assert demande is not None  # the row that its funder notified
    rangee = dossier.demandes.filter(pk=demande, notifie_le__isnull=False).select_related("financeur").first()
    if rangee is None or rangee.notifie_le is None:
        return None
    if genre == GenreNouvelle.REFUS and rangee.etat == EtatDemande.REFUSEE:
        return Nouvelle(genre, dossier, rangee.notifie_le, rangee.motif, rangee.financeur.nom)
    if genre == GenreNouvelle.ACCORD and rangee.etat in DEMANDE_NOTIFIEE:
        return Nouvelle(genre, dossier, rangee.notifie_le, rangee.conditions, rangee.financeur.nom, rangee.montant_vote)
    return None


def arret(dossier: Dossier) -> Nouvelle | None:
    """Why the file left the examination, or came back to it, and since when; None when nothing of the kind happened."""
    ligne = LigneJournal.objects.de(dossier).filter(acte__in=TRANSITIONS_DOSSIER).order_by("numero").last()
    for genre, (etat, acte) in _ARRETS.items():
        if ligne is not None and ligne.acte == acte and dossier.etat == etat:
            return Nouvelle(genre, dossier, localdate(ligne.fait_le), ligne.motif)
    return None
