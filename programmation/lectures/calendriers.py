"""When schemes take requests: their own days where they have some, the yearly call's otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contrats.models import Contrat

from ..models import CalendrierDispositif, Campagne, Dispositif


@dataclass(frozen=True, slots=True)
class OuvertHorsAppel:
    """A scheme that takes requests today whatever the yearly call's days; None: all year."""

    dispositif: Dispositif
    jusqu_au: date | None


def calendrier_du_dispositif(campagne: Campagne, dispositif: Dispositif) -> CalendrierDispositif | None:
    """Its own days in the campaign's year and contract."""
    return CalendrierDispositif.objects.filter(
        contrat=campagne.contrat_id, dispositif=dispositif, annee=campagne.annee
    ).first()


def calendriers(contrat: Contrat, annee: int) -> dict[int, CalendrierDispositif]:
    """The schemes (by key) that have their own days that year."""
    siens = CalendrierDispositif.objects.filter(contrat=contrat, annee=annee).select_related("dispositif")
    return {calendrier.dispositif_id: calendrier for calendrier in siens}


def dates_au_calendrier(calendrier: CalendrierDispositif) -> list[tuple[str, str, date]]:
    """(key, title, day): its opening and its last day, for the shared calendar."""
    nom, cle = f"{calendrier.dispositif.nom} {calendrier.annee}", f"dispositif-{calendrier.pk}"
    return [
        (f"{cle}-ouvre", f"{nom} : ouverture du dépôt", calendrier.ouvre),
        (f"{cle}-ferme", f"{nom} : date limite de dépôt", calendrier.ferme),
    ]
